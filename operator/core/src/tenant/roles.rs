//! The tenant's IAM roles, each with one customer-managed policy, under one permission boundary.

use std::collections::BTreeSet;

use cloister_crds::offboarding::Stage;

use super::{Inputs, copies, nodes, uploader, want};
use crate::app;
use crate::document::{Document, Statement};
use crate::offboarding::unload::PREFIX;
use crate::plan::DesiredSet;
use crate::resource::{Policy, Resource, ResourceId, Role};
use crate::warehouse::client;

/// Uploading, ETL, and loading into the warehouse.
pub(crate) const PURPOSES: [&str; 3] = ["uploader", "etl", "warehouse"];

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let boundary = inputs.names.role("boundary");
    add_policy(inputs, set, &boundary, boundary_document(inputs));
    for purpose in PURPOSES {
        let (trust, document) = match purpose {
            "uploader" => (uploader::trust(inputs), uploader::document(inputs)),
            "etl" => (etl_trust(inputs), etl_document(inputs)),
            _ => (warehouse_trust(inputs), warehouse_document(inputs)),
        };
        let name = inputs.names.role(purpose);
        add_policy(inputs, set, &name, document);
        let role = Role {
            trust: Some(trust),
            boundary: inputs.account.policy_arn(&boundary),
            attached: BTreeSet::from([inputs.account.policy_arn(&name)]),
            inline: BTreeSet::new(),
            tags: inputs.tags(&format!("role/{purpose}")),
        };
        let needs = [ResourceId::Policy(boundary.clone()), ResourceId::Policy(name.clone())];
        set.insert(ResourceId::Role(name), want(Resource::Role(role), needs));
    }
}

fn add_policy(inputs: &Inputs<'_>, set: &mut DesiredSet, name: &str, document: Document) {
    let policy = Resource::Policy(Policy { document: Some(document) });
    set.insert(ResourceId::Policy(name.to_owned()), want(policy, [inputs.key_id()]));
}

/// The most that any role of the tenant can ever do, whatever else is attached to it: the declared
/// services in this region, of S3 the tenant's own buckets, of KMS the tenant's own key.
fn boundary_document(inputs: &Inputs<'_>) -> Document {
    let elsewhere = ["s3", "kms", "sts"];
    let services: Vec<String> = inputs
        .spec
        .services
        .iter()
        .filter(|service| !elsewhere.contains(&service.as_str()))
        .map(|service| format!("{service}:*"))
        .collect();
    let mut document = Document::new([
        ("OwnBuckets", Statement::allow(["s3:*"]).on(bucket_and_objects(inputs))),
        ("OwnKey", Statement::allow(KEY_USE).on([inputs.key_arn()])),
        (
            "NothingThatWidens",
            Statement::deny(["iam:*", "organizations:*", "account:*", "sts:AssumeRole"]).on(["*"]),
        ),
    ]);
    if let Some(login) = login(inputs) {
        document.0.insert("OwnWarehouse".into(), login);
    }
    document.0.extend(app::aws::boundary(inputs.names, inputs.account));
    document.0.extend(copies::boundary(inputs));
    if !services.is_empty() {
        let here = Statement::allow(services).on(["*"]).when(
            "StringEquals",
            "aws:RequestedRegion",
            [inputs.account.region.clone()],
        );
        document.0.insert("DeclaredServices".into(), here);
    }
    if inputs.spec.nodes.is_some() {
        document.0.insert("Nodes".into(), nodes::node_statement(inputs));
    }
    document
}

const KEY_USE: [&str; 3] = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"];

fn bucket_and_objects(inputs: &Inputs<'_>) -> Vec<String> {
    inputs.bucket_arns().into_iter().flat_map(|arn| [format!("{arn}/*"), arn]).collect()
}

fn objects(inputs: &Inputs<'_>) -> Vec<String> {
    inputs.bucket_arns().into_iter().map(|arn| format!("{arn}/*")).collect()
}

pub(super) fn key_through(inputs: &Inputs<'_>, services: &[&str]) -> Statement {
    inputs.account.key_through(inputs.key_arn(), ["kms:Decrypt", "kms:GenerateDataKey"], services)
}

/// Workers reach it by their ServiceAccount's web identity; no key is ever handed out.
fn etl_trust(inputs: &Inputs<'_>) -> Document {
    let trust = inputs.account.trust_pods(&inputs.names.tenant, "etl", "sts.amazonaws.com");
    Document::new([("EtlServiceAccount", trust)])
}

fn etl_document(inputs: &Inputs<'_>) -> Document {
    let queues = inputs.account.queue_arn(&inputs.names.queue("*"));
    let receive =
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
    let mut document = Document::new([
        ("ListOwnBuckets", Statement::allow(["s3:ListBucket"]).on(inputs.bucket_arns())),
        (
            "ReadAndStage",
            Statement::allow([
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
            ])
            .on(objects(inputs)),
        ),
        ("HearOfArrivals", Statement::allow(receive).on([queues])),
        ("UseKey", key_through(inputs, &["s3", "sqs"])),
    ]);
    // What is unloaded must not change any more: by then no run is left that would load.
    let closed = inputs.stage >= Some(Stage::Exporting);
    if let (Some(cluster), Some(login), false) = (cluster(inputs), login(inputs), closed) {
        let run = ["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"];
        let look = [
            "redshift-data:CancelStatement",
            "redshift-data:DescribeStatement",
            "redshift-data:GetStatementResult",
        ];
        document.0.insert("RunStatements".into(), client::run(inputs.account, &cluster, run));
        document.0.insert("SeeOwnStatements".into(), client::own_statements(look));
        document.0.insert("AsItself".into(), login);
    }
    document
}

/// Into the tenant's own database.
fn login(inputs: &Inputs<'_>) -> Option<Statement> {
    let database = super::database(&inputs.names.tenant, inputs.spec.warehouse.as_ref()?);
    Some(client::login(inputs.account, &cluster(inputs)?, &database))
}

/// The tenant's own, or the one that it shares, once that stands.
fn cluster(inputs: &Inputs<'_>) -> Option<String> {
    match &inputs.spec.warehouse {
        Some(warehouse) if warehouse.shared => inputs.account.shared_cluster.clone(),
        Some(_) => Some(inputs.names.warehouse()),
        None => None,
    }
}

/// Redshift takes it for COPY and UNLOAD, on behalf of this account only.
fn warehouse_trust(inputs: &Inputs<'_>) -> Document {
    let trust = Statement::allow(["sts:AssumeRole"]).principal("Service", "redshift.amazonaws.com").when(
        "StringEquals",
        "aws:SourceAccount",
        [inputs.account.id.clone()],
    );
    Document::new([("Redshift", trust)])
}

fn warehouse_document(inputs: &Inputs<'_>) -> Document {
    let mut document = Document::new([
        (
            "ListOwnBuckets",
            Statement::allow(["s3:GetBucketLocation", "s3:ListBucket"]).on(inputs.bucket_arns()),
        ),
        ("Load", Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).on(objects(inputs))),
        ("UseKey", key_through(inputs, &["s3"])),
    ]);
    if inputs.unloads() {
        document.0.insert("Unload".into(), unload(inputs));
    }
    document
}

/// "UNLOAD requires GET, LIST, and PUT access": large files go in parts.
/// <https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-access-permissions.html>
fn unload(inputs: &Inputs<'_>) -> Statement {
    let put = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"];
    Statement::allow(put).on(inputs.bucket_arns().into_iter().map(|arn| format!("{arn}/{PREFIX}*")))
}
