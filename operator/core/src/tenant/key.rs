//! The tenant's customer-managed key: K1-K4 of the checklist.

use cloister_crds::bucket::DeletionPolicy;

use super::{Inputs, roles, want};
use crate::document::{Document, Statement};
use crate::plan::DesiredSet;
use crate::resource::{Key, KeyState, Resource, Rotation};

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let key = Key {
        state: KeyState::Enabled,
        alias: true,
        policy: Some(policy(inputs)),
        rotation: Rotation { enabled: true, period_days: 365 },
        tags: inputs.tags("key"),
    };
    set.insert(inputs.key_id(), want(Resource::Key(key), []));
}

/// The second key, under which copies of snapshots lie in another region.
pub(super) fn desire_recovery(inputs: &Inputs<'_>, region: &str, set: &mut DesiredSet) {
    let root = inputs.account.root();
    let mut policy = administered(inputs, &root);
    policy.0.insert("UsedByRedshift".into(), used_by_redshift(inputs, &root, region));
    let key = Key {
        state: KeyState::Enabled,
        alias: true,
        policy: Some(policy),
        rotation: Rotation { enabled: true, period_days: 365 },
        tags: inputs.tags("recovery-key"),
    };
    set.insert(inputs.recovery_key_id(), want(Resource::Key(key), []));
}

/// Nobody gets more than they need, and nobody can delete or disable the key without changing this
/// policy first. Principals are named by condition, not by ARN: KMS refuses a policy whose principal
/// does not exist yet, and turns the ARN of a deleted one into an id that never matches again.
fn policy(inputs: &Inputs<'_>) -> Document {
    let root = inputs.account.root();
    let mut policy = administered(inputs, &root);
    policy.0.insert("UsedByTenantRoles".into(), used_by_roles(inputs, &root));
    policy.0.insert("UsedForArrivals".into(), used_for_arrivals(inputs));
    if inputs.spec.warehouse.is_some() {
        let region = &inputs.account.region;
        policy.0.insert("UsedByRedshift".into(), used_by_redshift(inputs, &root, region));
        policy.0.insert("UsedForAdminSecret".into(), used_for_secret(inputs, &root));
        policy.0.insert("UsedForLogs".into(), used_for_logs(inputs));
    }
    policy
}

fn administered(inputs: &Inputs<'_>, root: &str) -> Document {
    let mut policy = Document::new([(
        "AdministeredByIam",
        Statement::allow(ADMINISTRATION).principal("AWS", root).on(["*"]),
    )]);
    let leaving = inputs.deleting && inputs.spec.deletion_policy == DeletionPolicy::Delete;
    if leaving {
        policy.0.insert(
            "DeletedByOperator".into(),
            Statement::allow(["kms:ScheduleKeyDeletion"]).principal("AWS", root).on(["*"]),
        );
    } else {
        policy.0.insert("GuardedAgainstLoss".into(), Statement::deny(LOSS).anyone().on(["*"]));
    }
    policy
}

/// All that IAM may delegate. Neither use of the key nor its deletion is among it.
const ADMINISTRATION: [&str; 14] = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
];

const LOSS: [&str; 3] = ["kms:DeleteImportedKeyMaterial", "kms:DisableKey", "kms:ScheduleKeyDeletion"];

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

/// Who makes or changes the cluster lends Redshift the use of the key by a grant; nobody can read with it.
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html>
fn used_by_redshift(inputs: &Inputs<'_>, root: &str, region: &str) -> Statement {
    let host = inputs.account.service_host_in("redshift", region);
    Statement::allow([
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    ])
    .principal("AWS", root)
    .on(["*"])
    .when("StringEquals", "kms:ViaService", [host])
}

/// Redshift keeps the administrator's password in Secrets Manager, in the name of who made the cluster.
fn used_for_secret(inputs: &Inputs<'_>, root: &str) -> Statement {
    Statement::allow(["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"])
        .principal("AWS", root)
        .on(["*"])
        .when("StringEquals", "kms:ViaService", [inputs.account.service_host("secretsmanager")])
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
fn used_for_logs(inputs: &Inputs<'_>) -> Statement {
    let groups = format!("/aws/redshift/cluster/{}/*", inputs.names.warehouse());
    Statement::allow([
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ])
    .principal("Service", inputs.account.service_host("logs"))
    .on(["*"])
    .when("ArnLike", "kms:EncryptionContext:aws:logs:arn", [inputs.account.log_group_arn(&groups)])
}
