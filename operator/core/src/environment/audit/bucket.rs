//! The bucket in the audit account: written once, by trails, by doors under `app-access/` and by the operator
//! under `cloister/`, and kept for six years.

use std::collections::BTreeMap;

use super::super::{Account, deny_insecure_transport, deny_old_tls};
use crate::document::{Document, Statement};
use crate::ownership::{MANAGED_BY, ROLE};
use crate::resource::{
    ACCESS_LOGS, Bucket, Encryption, GUARD, LifecycleRule, ObjectLock, Ownership, PublicAccessBlock, Tags,
    Transition, Versioning, delivery, door_delivery, doors, flow_delivery,
};

/// Value of the tag that says what it is. It names no owner, since every Environment that writes into it keeps it.
pub const AUDIT_BUCKET: &str = "audit-bucket";

/// Six years (45 CFR 164.316(b)(2)(i)).
pub const RETENTION_DAYS: i32 = 2192;

/// CloudTrail itself names its trail's key for each file, so that the bucket's default is for nothing else; a default key of the
/// audit account's would be one more that must not be lost.
pub(super) fn settings(account: &Account, name: &str, audit_account: &str) -> Bucket {
    let rule = LifecycleRule {
        enabled: true,
        transitions: vec![Transition { days: 90, storage_class: "GLACIER_IR".into() }],
        expire_days: Some(RETENTION_DAYS),
        noncurrent_days: Some(30),
        abort_multipart_days: Some(7),
        ..LifecycleRule::default()
    };
    Bucket {
        policy: Some(policy(account, name, audit_account)),
        public_access_block: PublicAccessBlock::ALL,
        ownership: Ownership::BucketOwnerEnforced,
        encryption: Encryption { algorithm: "AES256".into(), kms_key: None, bucket_key: false },
        versioning: Versioning::Enabled,
        object_lock: Some(ObjectLock { mode: "COMPLIANCE".into(), days: RETENTION_DAYS }),
        logging: None,
        lifecycle: BTreeMap::from([("retain-then-expire".into(), rule)]),
        notifications: BTreeMap::new(),
        replication: None,
        tags: Tags::from([(MANAGED_BY.into(), "cloister".into()), (ROLE.into(), AUDIT_BUCKET.into())]),
    }
}

fn policy(account: &Account, name: &str, audit_account: &str) -> Document {
    let bucket = account.bucket_arn(name);
    let objects = format!("{bucket}/*");
    let both = [bucket.clone(), objects.clone()];
    let mut policy = Document::new([
        ("DenyInsecureTransport", deny_insecure_transport(both.clone())),
        ("DenyOldTls", deny_old_tls(both)),
        ("DenyDeletion", deny_deletion(&objects)),
        ("DenyForgery", deny_forgery(&bucket)),
        ("DenyStrangers", deny_strangers(account, &objects, audit_account)),
        ("DenyRewriting", deny_rewriting(&bucket)),
        ("DenyKmsWithoutKey", deny_kms_without_key(&bucket)),
        (GUARD, deny_lowering(&bucket)),
    ]);
    policy.0.extend(delivery(&bucket, &account.trail_arn()));
    policy.0.extend(flow_delivery(&bucket, &account.logs_arn()));
    // Once it is known; then the bucket is looked at anyway.
    let key = account.audit_key.as_deref().unwrap_or_default();
    policy.0.extend(door_delivery(&bucket, key));
    policy
}

/// Object Lock already refuses to delete a version before its time. A longer hold is what legal holds are for.
fn deny_deletion(objects: &str) -> Statement {
    let actions = [
        "s3:BypassGovernanceRetention",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObjectRetention",
    ];
    Statement::deny(actions).anyone().on([objects])
}

/// Nobody but AWS's services writes where trails do, so that no record is made up (45 CFR 164.312(c)(1)).
fn deny_forgery(bucket: &str) -> Statement {
    Statement::deny(["s3:PutObject"]).anyone().on([format!("{bucket}/AWSLogs/*")]).when(
        "BoolIfExists",
        "aws:PrincipalIsAWSService",
        ["false"],
    )
}

/// The operator writes its own records elsewhere, by its role in the audit account; of another account's roles only doors
/// do, where they are let.
fn deny_strangers(account: &Account, objects: &str, audit_account: &str) -> Statement {
    let not_a_service = Statement::deny(["s3:PutObject"]).anyone().on([objects]).when(
        "BoolIfExists",
        "aws:PrincipalIsAWSService",
        ["false"],
    );
    not_a_service.when("StringNotEqualsIfExists", "aws:PrincipalAccount", [audit_account]).when(
        "ArnNotLikeIfExists",
        "aws:PrincipalArn",
        [doors(account.partition(), "*")],
    )
}

/// What a door has written stays what is shown under its name, too; a whole object at a time.
fn deny_rewriting(bucket: &str) -> Statement {
    let objects = format!("{bucket}/{ACCESS_LOGS}*");
    Statement::deny(["s3:PutObject"]).anyone().on([objects]).when("Null", "s3:if-none-match", ["true"])
}

/// S3 would take the key that AWS has for it in the door's account, which auditors cannot use.
fn deny_kms_without_key(bucket: &str) -> Statement {
    let objects = format!("{bucket}/{ACCESS_LOGS}*");
    Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("StringEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])
        .when("Null", "s3:x-amz-server-side-encryption-aws-kms-key-id", ["true"])
}

/// Whoever would lower the retention of what is yet to come must change this policy first, which is drift.
fn deny_lowering(bucket: &str) -> Statement {
    let actions = ["s3:DeleteBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"];
    Statement::deny(actions).anyone().on([bucket])
}
