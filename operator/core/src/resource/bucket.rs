use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Tags;
use crate::document::{Document, Statement};

/// An S3 bucket with the settings that S1-S11 of the checklist ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    pub policy: Option<Document>,
    pub public_access_block: PublicAccessBlock,
    pub ownership: Ownership,
    pub encryption: Encryption,
    pub versioning: Versioning,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock: Option<ObjectLock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    pub lifecycle: BTreeMap<String, LifecycleRule>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub notifications: BTreeMap<String, QueueNotification>,
    /// One that nobody declared leads PHI away, so it is a difference too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication: Option<Replication>,
    pub tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // AWS's own shape
pub struct PublicAccessBlock {
    pub block_public_acls: bool,
    pub ignore_public_acls: bool,
    pub block_public_policy: bool,
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    pub const NONE: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ownership {
    BucketOwnerEnforced,
    /// ACLs count.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encryption {
    /// `aws:kms` or `AES256`.
    pub algorithm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    pub bucket_key: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Versioning {
    Enabled,
    Suspended,
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectLock {
    /// `GOVERNANCE`, `COMPLIANCE`; empty where locking is on without a default.
    pub mode: String,
    pub days: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logging {
    pub bucket: String,
    pub prefix: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleRule {
    pub enabled: bool,
    pub prefix: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort_multipart_days: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    pub days: i32,
    pub storage_class: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueNotification {
    pub queue: String,
    pub events: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replication {
    /// ARN of the role that S3 takes on.
    pub role: String,
    pub rules: BTreeMap<String, ReplicationRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicationRule {
    pub enabled: bool,
    pub prefix: String,
    /// ARN of the bucket that the copies go to.
    pub bucket: String,
    /// The key that they are encrypted with there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// Objects under a KMS key are copied too.
    pub encrypted_objects: bool,
    pub delete_markers: bool,
}

/// One S3 call each. Writes to one bucket are serial: S3 answers 409 to two at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum BucketStep {
    /// CreateBucket with tags, ownership and, where declared, Object Lock.
    Create,
    /// A bucket policy that denies everybody every object until all safeguards hold.
    Quarantine,
    PutPublicAccessBlock,
    PutOwnership,
    PutEncryption,
    PutVersioning,
    PutObjectLock,
    PutLogging,
    PutLifecycle,
    PutNotification,
    PutTagging,
    /// The real policy, always last: it opens the bucket.
    PutPolicy,
    /// After the policy: nothing else waits for the other region.
    PutReplication,
    /// A policy that is more than what is declared here.
    PutDocument(Document),
    /// DeleteObjects of all versions and delete markers, and AbortMultipartUpload of what is unfinished.
    Empty,
    Delete,
}

/// The parts, each with the call that sets it, in a safe order.
const PARTS: [(&str, BucketStep); 9] = [
    ("publicAccessBlock", BucketStep::PutPublicAccessBlock),
    ("ownership", BucketStep::PutOwnership),
    ("encryption", BucketStep::PutEncryption),
    ("versioning", BucketStep::PutVersioning),
    ("objectLock", BucketStep::PutObjectLock),
    ("logging", BucketStep::PutLogging),
    ("lifecycle", BucketStep::PutLifecycle),
    ("notifications", BucketStep::PutNotification),
    ("tags", BucketStep::PutTagging),
];

/// Sid of the policy that closes a bucket.
pub const QUARANTINE: &str = "QuarantineUntilSafe";

impl Bucket {
    /// Denies every object operation to everybody; configuration stays possible.
    #[must_use]
    pub fn quarantine(partition: &str, name: &str) -> Document {
        let objects = format!("arn:{partition}:s3:::{name}/*");
        Document::new([(QUARANTINE, Statement::deny(["s3:*"]).anyone().on([objects]))])
    }

    pub(super) fn create(&self) -> Vec<BucketStep> {
        let wanted = |part: &str| match part {
            // CreateBucket sets the first two, and AWS blocks public access on every new bucket;
            // the next look confirms it before the bucket is called Ready.
            "ownership" | "tags" | "publicAccessBlock" => false,
            "objectLock" => self.object_lock.is_some(),
            "logging" => self.logging.is_some(),
            "notifications" => !self.notifications.is_empty(),
            _ => true,
        };
        let mut steps = vec![BucketStep::Create, BucketStep::Quarantine];
        steps.extend(PARTS.iter().filter(|(part, _)| wanted(part)).map(|(_, step)| step.clone()));
        steps.push(BucketStep::PutPolicy);
        if self.replication.is_some() {
            steps.push(BucketStep::PutReplication);
        }
        steps
    }

    /// Where the policy is off and another safeguard too, the bucket is closed while it is mended:
    /// that is a bucket whose making was cut short, or one that somebody has opened.
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<BucketStep> {
        let mut steps: Vec<_> =
            PARTS.iter().filter(|(part, _)| parts.contains(part)).map(|(_, step)| step.clone()).collect();
        if parts.contains("policy") {
            if steps.iter().any(|step| *step != BucketStep::PutTagging) {
                steps.insert(0, BucketStep::Quarantine);
            }
            steps.push(BucketStep::PutPolicy);
        }
        if parts.contains("replication") {
            steps.push(BucketStep::PutReplication);
        }
        steps
    }
}
