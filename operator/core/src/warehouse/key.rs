//! Policies of keys, as far as they are the same whoever's the key is: K1-K4 of the checklist.

use super::Site;
use crate::document::{Document, Statement};
use crate::environment::Account;
use crate::resource::{Key, KeyState, Resource, Rotation, Tags};

/// A key under this policy, turned yearly.
pub(crate) fn key(policy: Document, tags: Tags) -> Resource {
    Resource::Key(Key {
        state: KeyState::Enabled,
        spec: None,
        alias: true,
        policy: Some(policy),
        rotation: Rotation { enabled: true, period_days: 365 },
        tags,
        deletion_date: None,
    })
}

/// The second key, under which copies of snapshots lie in another region.
pub(super) fn recovery(site: &Site<'_>) -> Resource {
    let mut policy = administered(site.account, site.going);
    policy.0.insert("UsedByRedshift".into(), used_by_redshift(site.account, &site.recovery_region));
    key(policy, site.tags("recovery-key"))
}

/// What a cluster needs of the key that it is encrypted with.
pub(crate) fn lend(account: &Account, cluster: &str, policy: &mut Document) {
    policy.0.insert("UsedByRedshift".into(), used_by_redshift(account, &account.region));
    policy.0.insert("UsedForAdminSecret".into(), used_for_secret(account));
    let groups = format!("/aws/redshift/cluster/{cluster}/*");
    policy.0.insert("UsedForLogs".into(), used_for_logs(account, [&*groups]));
}

/// Nobody gets more than they need, and nobody can delete or disable the key without changing this
/// policy first. Principals are named by condition, not by ARN: KMS refuses a policy whose principal
/// does not exist yet, and turns the ARN of a deleted one into an id that never matches again.
pub(crate) fn administered(account: &Account, going: bool) -> Document {
    let root = account.root();
    let mut policy = Document::new([(
        "AdministeredByIam",
        Statement::allow(ADMINISTRATION).principal("AWS", root.clone()).on(["*"]),
    )]);
    if going {
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

/// Who makes or changes the cluster lends Redshift the use of the key by a grant; nobody can read with it.
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html>
fn used_by_redshift(account: &Account, region: &str) -> Statement {
    let host = account.service_host_in("redshift", region);
    Statement::allow([
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    ])
    .principal("AWS", account.root())
    .on(["*"])
    .when("StringEquals", "kms:ViaService", [host])
}

/// Redshift keeps the administrator's password in Secrets Manager, in the name of who made the cluster.
fn used_for_secret(account: &Account) -> Statement {
    Statement::allow(["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"])
        .principal("AWS", account.root())
        .on(["*"])
        .when("StringEquals", "kms:ViaService", [account.service_host("secretsmanager")])
}

/// The operator reads what a queue under the key tells, and nothing else.
pub(crate) fn heard_by_operator(account: &Account) -> Statement {
    Statement::allow(["kms:Decrypt"])
        .principal("AWS", account.root())
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", [account.operator_role.clone()])
        .when("StringEquals", "kms:ViaService", [account.service_host("sqs")])
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
pub(crate) fn used_for_logs<const N: usize>(account: &Account, groups: [&str; N]) -> Statement {
    Statement::allow([
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ])
    .principal("Service", account.service_host("logs"))
    .on(["*"])
    .when(
        "ArnLike",
        "kms:EncryptionContext:aws:logs:arn",
        groups.map(|group| account.log_group_arn(group)),
    )
}
