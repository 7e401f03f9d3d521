//! The tenant's customer-managed key: K1-K4 of the checklist.

use super::{Copying, Inputs, copies, roles, want};
use crate::app;
use crate::document::{Document, Statement};
use crate::plan::DesiredSet;
use crate::warehouse;

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let key = warehouse::key::key(policy(inputs), inputs.tags("key"));
    set.insert(inputs.key_id(), want(key, []));
}

fn policy(inputs: &Inputs<'_>) -> Document {
    let mut policy = warehouse::key::administered(inputs.account, inputs.is_going());
    let root = inputs.account.root();
    policy.0.insert("UsedByTenantRoles".into(), used_by_roles(inputs, &root));
    policy.0.insert("UsedForArrivals".into(), used_for_arrivals(inputs));
    policy.0.insert("HeardByOperator".into(), warehouse::key::heard_by_operator(inputs.account));
    policy.0.insert("RecordedByOperator".into(), recorded_by_operator(inputs, &root));
    if inputs.copying == Copying::On {
        policy.0.insert("ReadForCopies".into(), copies::read_for_copies(inputs, &root));
    }
    if inputs.unloads() {
        policy.0.insert("ManifestsReadByOperator".into(), manifests_read_by_operator(inputs, &root));
    }
    policy.0.extend(app::aws::key_statements(inputs.names, inputs.owner, inputs.account));
    if inputs.spec.warehouse.as_ref().is_some_and(|warehouse| !warehouse.shared) {
        warehouse::key::lend(inputs.account, &inputs.names.warehouse(), &mut policy);
    }
    if inputs.spec.nodes.is_some() {
        policy.0.insert("UsedForVolumes".into(), used_for_volumes(inputs, &root));
        policy.0.insert("GrantedToVolumes".into(), granted_to_volumes(inputs, &root));
    }
    policy
}

fn used_by_roles(inputs: &Inputs<'_>, root: &str) -> Statement {
    let roles = roles::PURPOSES.map(|purpose| inputs.account.role_arn(&inputs.names.role(purpose)));
    let services = ["s3", "sqs"].map(|service| inputs.account.service_host(service));
    Statement::allow(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"])
        .principal("AWS", root)
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", roles)
        .when("StringEquals", "kms:ViaService", services)
}

/// S3 announces arrivals on a queue that is encrypted with this key.
fn used_for_arrivals(inputs: &Inputs<'_>) -> Statement {
    Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"])
        .principal("Service", "s3.amazonaws.com")
        .on(["*"])
        .when("StringEquals", "aws:SourceAccount", [inputs.account.id.clone()])
        .when("ArnLike", "aws:SourceArn", inputs.bucket_arns())
}

/// The operator writes records of runs beside the files, and can read neither.
fn recorded_by_operator(inputs: &Inputs<'_>, root: &str) -> Statement {
    Statement::allow(["kms:GenerateDataKey"])
        .principal("AWS", root)
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", [inputs.account.operator_role.clone()])
        .when("StringEquals", "kms:ViaService", [inputs.account.service_host("s3")])
}

/// While tables are unloaded it reads their manifests; its own policy lets it read no other object.
fn manifests_read_by_operator(inputs: &Inputs<'_>, root: &str) -> Statement {
    Statement::allow(["kms:Decrypt"])
        .principal("AWS", root)
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", [inputs.account.operator_role.clone()])
        .when("StringEquals", "kms:ViaService", [inputs.account.service_host("s3")])
}

/// EC2 uses it for the nodes' volumes in the name of who launches: the operator, or Karpenter.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html>
fn used_for_volumes(inputs: &Inputs<'_>, root: &str) -> Statement {
    let actions = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ];
    by_launcher(inputs, Statement::allow(actions).principal("AWS", root))
}

/// An attached volume is read under a grant that EC2 itself makes.
fn granted_to_volumes(inputs: &Inputs<'_>, root: &str) -> Statement {
    let grant = Statement::allow(["kms:CreateGrant"]).principal("AWS", root);
    by_launcher(inputs, grant).when("Bool", "kms:GrantIsForAWSResource", ["true"])
}

fn by_launcher(inputs: &Inputs<'_>, statement: Statement) -> Statement {
    let karpenter = inputs.account.nodes.as_ref().and_then(|nodes| nodes.karpenter.as_ref());
    let mut launchers = vec![inputs.account.operator_role.clone()];
    launchers.extend(karpenter.map(|karpenter| karpenter.role_arn.clone()));
    statement.on(["*"]).when("ArnEquals", "aws:PrincipalArn", launchers).when(
        "StringEquals",
        "kms:ViaService",
        [inputs.account.service_host("ec2")],
    )
}
