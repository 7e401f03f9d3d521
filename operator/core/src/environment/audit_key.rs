//! The key of the Environment's own records: its trail, its logs and its events. No tenant's data is under it, so that
//! records, those of its warehouse's use among them, stay readable after a tenant's key is gone.

use std::collections::BTreeSet;

use super::{Account, Inputs};
use crate::document::{Document, Statement};
use crate::name;
use crate::ownership::ENVIRONMENT;
use crate::plan::{Desired, Fate};
use crate::resource::{ACCESS_LOGS, ResourceId, doors};
use crate::warehouse;

/// Kept when the Environment goes, as the records are (45 CFR 164.316(b)(2)(i)).
#[must_use]
pub fn audit_key(inputs: &Inputs<'_>, account: &Account) -> (ResourceId, Desired) {
    let id = ResourceId::AuditKey(name::audit_key_alias(inputs.name));
    let mut tags = inputs.owner.tags("audit-key");
    tags.insert(ENVIRONMENT.into(), account.environment.clone());
    let resource = warehouse::key::key(policy(account, &inputs.spec.audit.account_id), tags);
    let fate = if inputs.deleting { Fate::Retain } else { Fate::Exist };
    let adopt = inputs.spec.adopt.contains(&id.to_string());
    (id, Desired { resource, fate, needs: BTreeSet::new(), adopt })
}

fn policy(account: &Account, audit_account: &str) -> Document {
    let mut policy = warehouse::key::administered(account, false);
    policy.0.insert("UsedByTrail".into(), used_by_trail(account));
    policy.0.insert("DescribedByTrail".into(), described_by_trail(account));
    policy.0.insert("ReadByAuditors".into(), read_by_auditors(account, audit_account));
    policy.0.insert("UsedByDoors".into(), used_by_doors(account));
    policy.0.insert("AccessLogsReadByAuditors".into(), access_logs_read_by_auditors(account, audit_account));
    let groups = format!("{}*", name::audit_logs(&account.environment));
    let of_warehouses = "/aws/redshift/cluster/cloister-*";
    policy.0.insert("UsedByLogs".into(), warehouse::key::used_for_logs(account, [&groups, of_warehouses]));
    policy.0.insert("UsedByEvents".into(), used_by_events(account));
    policy.0.insert("HeardByOperator".into(), warehouse::key::heard_by_operator(account));
    policy
}

/// What CloudTrail says of a file that it encrypts, and of whose trail it is.
const TRAIL: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html>
fn used_by_trail(account: &Account) -> Statement {
    Statement::allow(["kms:GenerateDataKey*"])
        .principal("Service", "cloudtrail.amazonaws.com")
        .on(["*"])
        .when("StringEquals", "aws:SourceArn", [account.trail_arn()])
        .when("StringEquals", TRAIL, [account.trail_arn()])
}

fn described_by_trail(account: &Account) -> Statement {
    Statement::allow(["kms:DescribeKey"]).principal("Service", "cloudtrail.amazonaws.com").on(["*"]).when(
        "StringEquals",
        "aws:SourceArn",
        [account.trail_arn()],
    )
}

/// Who may read the records is for the audit account's own policies to say.
fn read_by_auditors(account: &Account, audit_account: &str) -> Statement {
    let auditors = format!("arn:{}:iam::{audit_account}:root", account.partition());
    Statement::allow(["kms:Decrypt"]).principal("AWS", auditors).on(["*"]).when(
        "StringEquals",
        TRAIL,
        [account.trail_arn()],
    )
}

/// Doors encrypt the access logs of tenants' applications; they can read none.
fn used_by_doors(account: &Account) -> Statement {
    let use_ = Statement::allow(["kms:GenerateDataKey"]).principal("AWS", account.root());
    of_access_logs(account, use_).when(
        "ArnLike",
        "aws:PrincipalArn",
        [doors(account.partition(), &account.id)],
    )
}

fn access_logs_read_by_auditors(account: &Account, audit_account: &str) -> Statement {
    let auditors = format!("arn:{}:iam::{audit_account}:root", account.partition());
    of_access_logs(account, Statement::allow(["kms:Decrypt"]).principal("AWS", auditors))
}

/// By way of S3, which names the object.
fn of_access_logs(account: &Account, statement: Statement) -> Statement {
    let objects = format!("{}/{ACCESS_LOGS}*", account.bucket_arn(&account.audit_bucket));
    let s3 = [account.service_host("s3")];
    statement.on(["*"]).when("StringEquals", "kms:ViaService", s3).when(
        "StringLike",
        "kms:EncryptionContext:aws:s3:arn",
        [objects],
    )
}

/// A rule of EventBridge sends to an encrypted queue.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
fn used_by_events(account: &Account) -> Statement {
    Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"])
        .principal("Service", "events.amazonaws.com")
        .on(["*"])
        .when("StringEquals", "aws:SourceAccount", [account.id.clone()])
}
