//! Between S3's types and ours. What is written must read back the same.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, LoggingEnabled, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockRetentionMode, ObjectLockRule, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag,
};
use cloister_core::resource::{
    Encryption, Logging, ObjectLock, Ownership, PublicAccessBlock, Tags, Versioning,
};

pub(super) fn read_tags(tags: Vec<Tag>) -> Tags {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

pub(super) fn write_tags(tags: &Tags) -> Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn read_block(block: &PublicAccessBlockConfiguration) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block.block_public_acls() == Some(true),
        ignore_public_acls: block.ignore_public_acls() == Some(true),
        block_public_policy: block.block_public_policy() == Some(true),
        restrict_public_buckets: block.restrict_public_buckets() == Some(true),
    }
}

pub(super) fn write_block(block: PublicAccessBlock) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build()
}

pub(super) fn read_ownership(controls: &OwnershipControls) -> Ownership {
    match controls.rules() {
        [rule] if *rule.object_ownership() == ObjectOwnership::BucketOwnerEnforced => {
            Ownership::BucketOwnerEnforced
        }
        _ => Ownership::Other,
    }
}

pub(super) fn write_ownership(ownership: Ownership) -> Result<OwnershipControls, BuildError> {
    let ownership = match ownership {
        Ownership::BucketOwnerEnforced => ObjectOwnership::BucketOwnerEnforced,
        Ownership::Other => ObjectOwnership::BucketOwnerPreferred,
    };
    let rule = OwnershipControlsRule::builder().object_ownership(ownership).build()?;
    OwnershipControls::builder().rules(rule).build()
}

pub(super) fn read_encryption(rule: Option<ServerSideEncryptionRule>) -> Encryption {
    let bucket_key = rule.as_ref().and_then(ServerSideEncryptionRule::bucket_key_enabled) == Some(true);
    let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
    let algorithm = default.as_ref().map_or("", |default| default.sse_algorithm().as_str()).to_owned();
    Encryption { algorithm, kms_key: default.and_then(|default| default.kms_master_key_id), bucket_key }
}

pub(super) fn write_encryption(want: &Encryption) -> Result<ServerSideEncryptionConfiguration, BuildError> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(want.algorithm.as_str()))
        .set_kms_master_key_id(want.kms_key.clone())
        .build()?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(want.bucket_key)
        .build();
    ServerSideEncryptionConfiguration::builder().rules(rule).build()
}

pub(super) fn read_versioning(status: Option<&BucketVersioningStatus>) -> Versioning {
    match status {
        Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
        Some(_) => Versioning::Suspended,
        None => Versioning::Off,
    }
}

/// `None` where Object Lock is not on. S3 takes days or years, and Cloister counts days.
pub(super) fn read_lock(configuration: &ObjectLockConfiguration) -> Option<ObjectLock> {
    configuration.object_lock_enabled().filter(|on| **on == ObjectLockEnabled::Enabled)?;
    let retention = configuration.rule().and_then(ObjectLockRule::default_retention);
    let mode = retention.and_then(DefaultRetention::mode).map_or("", ObjectLockRetentionMode::as_str);
    let days = retention.and_then(DefaultRetention::days).unwrap_or_default();
    let years = retention.and_then(DefaultRetention::years).unwrap_or_default();
    Some(ObjectLock { mode: mode.to_owned(), days: days.saturating_add(years.saturating_mul(365)) })
}

pub(super) fn write_lock(lock: &ObjectLock) -> ObjectLockConfiguration {
    let retention = DefaultRetention::builder()
        .mode(ObjectLockRetentionMode::from(lock.mode.as_str()))
        .days(lock.days)
        .build();
    let rule = ObjectLockRule::builder().default_retention(retention).build();
    let rule = Some(rule).filter(|_| !lock.mode.is_empty());
    ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build()
}

pub(super) fn read_logging(logging: LoggingEnabled) -> Logging {
    Logging { bucket: logging.target_bucket, prefix: logging.target_prefix }
}

pub(super) fn write_logging(logging: &Logging) -> Result<LoggingEnabled, BuildError> {
    LoggingEnabled::builder().target_bucket(&logging.bucket).target_prefix(&logging.prefix).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() -> Result<(), BuildError> {
        let tags = Tags::from([("a".into(), "1".into()), ("b".into(), String::new())]);
        assert_eq!(read_tags(write_tags(&tags)?), tags);
        let block = PublicAccessBlock { block_public_acls: false, ..PublicAccessBlock::ALL };
        assert_eq!(read_block(&write_block(block)), block);
        for ownership in [Ownership::BucketOwnerEnforced, Ownership::Other] {
            assert_eq!(read_ownership(&write_ownership(ownership)?), ownership);
        }
        let encryption =
            Encryption { algorithm: "aws:kms".into(), kms_key: Some("arn".into()), bucket_key: true };
        let written = write_encryption(&encryption)?;
        assert_eq!(read_encryption(written.rules.into_iter().next()), encryption);
        let lock = ObjectLock { mode: "COMPLIANCE".into(), days: 30 };
        assert_eq!(read_lock(&write_lock(&lock)), Some(lock));
        let logging = Logging { bucket: "logs".into(), prefix: "s3/".into() };
        assert_eq!(read_logging(write_logging(&logging)?), logging);
        Ok(())
    }

    #[test]
    fn a_lock_without_a_default_is_on_and_years_are_days() {
        let bare = ObjectLock { mode: String::new(), days: 0 };
        assert_eq!(read_lock(&write_lock(&bare)), Some(bare));
        let years = DefaultRetention::builder().mode(ObjectLockRetentionMode::Governance).years(2).days(0);
        let rule = ObjectLockRule::builder().default_retention(years.build()).build();
        let on = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled);
        let read = read_lock(&on.rule(rule).build());
        assert_eq!(read, Some(ObjectLock { mode: "GOVERNANCE".into(), days: 730 }));
        assert_eq!(read_lock(&ObjectLockConfiguration::builder().build()), None);
    }
}
