//! The second copy of a bucket, in the recovery region: S10 of the checklist.

use std::collections::BTreeMap;

use cloister_crds::bucket::Copies;
use cloister_crds::{ClientTenantSpec, IngestBucketSpec};

use super::{Inputs, bucket_settings};
use crate::document::{Document, Statement};
use crate::environment::{Account, deny_insecure_transport, deny_old_tls};
use crate::resource::{Bucket, Encryption, Replication, ReplicationRule};
use crate::tenant::COPIES;
use crate::violation::Violation;

/// Id of the one rule.
pub const RULE: &str = "copy-to-recovery-region";

/// Whether a bucket is copied: it says so itself, or its tenant does.
#[must_use]
pub fn is_copied(bucket: &IngestBucketSpec, tenant: &ClientTenantSpec) -> bool {
    bucket.copies.unwrap_or(tenant.copies) == Copies::CrossRegion
}

/// What the Environment cannot give a bucket that is copied.
#[must_use]
pub fn validate_home(
    spec: &IngestBucketSpec,
    tenant: &ClientTenantSpec,
    account: &Account,
) -> Option<Violation> {
    let lacks = is_copied(spec, tenant) && account.recovery_region.is_none();
    lacks.then(|| no_second_region("spec.copies", account))
}

pub(crate) fn no_second_region(path: &str, account: &Account) -> Violation {
    let hint = format!(
        "objects are copied to a second region, and Environment {} names none: set spec.recoveryRegion of the Environment, \
         such as us-west-2, or write copies: None",
        account.environment
    );
    Violation::new(path, hint)
}

/// The rule on the source. Its delete markers go along, so that what was deleted here looks so there; versions that are
/// removed for good do not, nor do the lifecycle's doings.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html>
pub(super) fn rule(inputs: &Inputs<'_>, key: &str) -> Replication {
    let rule = ReplicationRule {
        enabled: true,
        prefix: String::new(),
        bucket: inputs.account.bucket_arn(&inputs.replica_name()),
        kms_key: Some(key.to_owned()),
        encrypted_objects: true,
        delete_markers: true,
    };
    Replication {
        role: inputs.account.role_arn(&inputs.names.role(COPIES)),
        rules: BTreeMap::from([(RULE.into(), rule)]),
    }
}

/// As the source, but for what leads elsewhere: S3 logs access only into a bucket of the same region, and nothing arrives
/// there that was not announced here.
pub(super) fn replica(inputs: &Inputs<'_>, key: &str) -> Bucket {
    Bucket {
        policy: Some(policy(inputs)),
        encryption: Encryption {
            algorithm: "aws:kms".into(),
            kms_key: Some(key.to_owned()),
            bucket_key: true,
        },
        logging: None,
        notifications: BTreeMap::new(),
        replication: None,
        tags: inputs.tags("replica"),
        ..bucket_settings(inputs)
    }
}

/// Only S3 writes there, by the replication's own actions.
fn policy(inputs: &Inputs<'_>) -> Document {
    let bucket = inputs.account.bucket_arn(&inputs.replica_name());
    let objects = format!("{bucket}/*");
    let both = [bucket, objects.clone()];
    let replicate = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"];
    let role = inputs.account.role_arn(&inputs.names.role(COPIES));
    Document::new([
        ("DenyInsecureTransport", deny_insecure_transport(both.clone())),
        ("DenyOldTls", deny_old_tls(both.clone())),
        ("DenyOtherAccounts", super::policy::deny_other_accounts(inputs, both)),
        ("DenyWrites", Statement::deny(["s3:PutObject"]).anyone().on([objects.clone()])),
        (
            "DenyOtherReplicas",
            Statement::deny(replicate).anyone().on([objects]).when(
                "ArnNotEquals",
                "aws:PrincipalArn",
                [role],
            ),
        ),
    ])
}
