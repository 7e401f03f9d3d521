//! The bucket that receives the access logs of the account's other buckets.

use std::collections::BTreeMap;

use super::{Account, deny_insecure_transport, deny_old_tls};
use crate::document::{Document, Statement};
use crate::ownership::{ENVIRONMENT, Owner, ROLE};
use crate::resource::{
    Bucket, Encryption, LifecycleRule, Ownership, PublicAccessBlock, Transition, Versioning,
};

/// SSE-S3, since log delivery cannot write to a bucket whose default is a KMS key:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>
pub(super) fn settings(account: &Account, retention_days: i32, owner: &Owner) -> Bucket {
    let mut tags = owner.tags("access-logs");
    tags.insert(ENVIRONMENT.into(), account.environment.clone());
    tags.insert(ROLE.into(), "log-bucket".into());
    let rule = LifecycleRule {
        enabled: true,
        transitions: vec![Transition { days: 90, storage_class: "GLACIER_IR".into() }],
        expire_days: Some(retention_days),
        noncurrent_days: Some(30),
        abort_multipart_days: Some(7),
        ..LifecycleRule::default()
    };
    Bucket {
        policy: Some(policy(account)),
        public_access_block: PublicAccessBlock::ALL,
        ownership: Ownership::BucketOwnerEnforced,
        encryption: Encryption { algorithm: "AES256".into(), kms_key: None, bucket_key: false },
        versioning: Versioning::Enabled,
        object_lock: None,
        logging: None,
        lifecycle: BTreeMap::from([("retain-then-expire".into(), rule)]),
        notifications: BTreeMap::new(),
        replication: None,
        tags,
    }
}

/// Under which AWS Config puts what it records of this account, here and nowhere else in the bucket.
fn recorded(account: &Account, bucket: &str) -> String {
    format!("{bucket}/AWSLogs/{}/Config/*", account.id)
}

/// AWS Config's own role may write into no bucket, so it comes as the service.
/// <https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html>
fn for_config(account: &Account, statement: Statement, on: String) -> Statement {
    let by_config = statement.principal("Service", "config.amazonaws.com").on([on]);
    by_config.when("StringEquals", "aws:SourceAccount", [account.id.clone()])
}

/// Only the logging service and AWS Config write for this account, and nobody deletes before the time.
fn policy(account: &Account) -> Document {
    let bucket = account.bucket_arn(&account.log_bucket);
    let objects = format!("{bucket}/*");
    let any_bucket = account.bucket_arn("*");
    Document::new([
        (
            "AllowLogDelivery",
            Statement::allow(["s3:PutObject"])
                .principal("Service", "logging.s3.amazonaws.com")
                .on([objects.clone()])
                .when("StringEquals", "aws:SourceAccount", [account.id.clone()])
                .when("ArnLike", "aws:SourceArn", [any_bucket]),
        ),
        (
            "ConfigLooks",
            for_config(account, Statement::allow(["s3:GetBucketAcl", "s3:ListBucket"]), bucket.clone()),
        ),
        (
            "ConfigWrites",
            for_config(account, Statement::allow(["s3:PutObject"]), recorded(account, &bucket)).when(
                "StringEquals",
                "s3:x-amz-acl",
                ["bucket-owner-full-control"],
            ),
        ),
        (
            "DenyDeletion",
            Statement::deny(["s3:DeleteObject", "s3:DeleteObjectVersion"]).anyone().on([objects.clone()]),
        ),
        ("DenyInsecureTransport", deny_insecure_transport([bucket.clone(), objects.clone()])),
        ("DenyOldTls", deny_old_tls([bucket, objects])),
    ])
}
