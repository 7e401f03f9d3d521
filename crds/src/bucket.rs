//! `IngestBucket`: where a client's files arrive.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{LABEL, NO_DUPLICATES, PRINTABLE, RESERVED_BUCKET_START, matches};
use crate::status::CommonStatus;
use crate::uploads::{RevokedUploads, Uploader};

/// An encrypted, logged, versioned S3 bucket in which a client's files arrive.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "IngestBucket",
    namespaced,
    status = "IngestBucketStatus",
    derive = "PartialEq",
    shortname = "ib",
    category = "cloister",
    doc = "An encrypted, logged, versioned S3 bucket in which a client's files arrive. Lives in the tenant's namespace.",
    printcolumn(name = "Bucket", type_ = "string", json_path = ".status.bucketName"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Drift", type_ = "integer", json_path = ".status.drift"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new(format!("self.metadata.name.matches('{LABEL}') && self.metadata.name.size() <= 20"))
        .message("metadata.name must be at most 20 lower-case letters, digits and hyphens, such as landing: it becomes part of the bucket's name"),
    cel
)]
#[x_kube(
    validation = Rule::new("has(self.bucketName) == has(oldSelf.bucketName) && (!has(self.bucketName) || self.bucketName == oldSelf.bucketName)")
        .message("bucketName is immutable: S3 cannot rename a bucket; make a new IngestBucket").field_path(".bucketName"),
    validation = Rule::new("!self.adopt || has(self.bucketName)")
        .message("adopt needs bucketName: name the existing bucket that is to be taken over").field_path(".adopt"),
    validation = Rule::new("!has(oldSelf.objectLock) || has(self.objectLock)")
        .message("objectLock cannot be removed: S3 keeps Object Lock on a bucket for ever; put it back").field_path(".objectLock"),
    validation = Rule::new("!has(self.objectLock) || !has(self.lifecycle) || self.lifecycle.noncurrentDays >= self.objectLock.days")
        .message("lifecycle.noncurrentDays must not be shorter than objectLock.days: S3 would not expire a locked version; raise noncurrentDays").field_path(".lifecycle.noncurrentDays")
)]
pub struct IngestBucketSpec {
    /// Full S3 bucket name. Leave it out for `TENANT-NAME-HASH`. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    #[x_kube(
        validation = Rule::new("self.matches('^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$')")
            .message("bucketName must be 3 to 63 lower-case letters, digits and hyphens (no dots: they break TLS host names), such as acme-health-landing"),
        validation = Rule::new(format!("!self.matches('{RESERVED_BUCKET_START}|^cloister-logs-|(-s3alias|--ols-s3|--x-s3|--table-s3)$')"))
            .message("bucketName must not begin with xn--, sthree-, amzn-s3-demo- or cloister-logs- or end with -s3alias, --ols-s3, --x-s3 or --table-s3, which are reserved: choose one such as acme-health-landing")
    )]
    pub bucket_name: Option<String>,
    /// Default: the tenant's `retention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Objects cannot be deleted or overwritten for a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock: Option<ObjectLock>,
    /// A key can be written once only (`If-None-Match: *` is demanded).
    #[serde(default)]
    pub write_once: bool,
    #[serde(default)]
    pub arrivals: Arrivals,
    /// Who may upload into it by the upload API. Left out: nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new(NO_DUPLICATES).message("uploaders must not name a group twice: remove one"))]
    pub uploaders: Vec<Uploader>,
    /// Credentials for uploads that were given out before a time put nothing more, for STS cannot recall them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    #[x_kube(validation = Rule::new(NO_DUPLICATES).message("revokedUploads must not say a thing twice: remove one"))]
    pub revoked_uploads: Vec<RevokedUploads>,
    /// Whether its objects are copied to the Environment's `recoveryRegion`. Default: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// What becomes of the bucket when this object is deleted. Default: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// Default: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_policy: Option<DriftPolicy>,
    /// Change nothing while true; status goes on saying what is different.
    #[serde(default)]
    pub paused: bool,
    /// Take over `bucketName` although it does not carry this tenant's ownership tags.
    #[serde(default)]
    pub adopt: bool,
}

/// Where a second copy of every new object goes. It doubles what storage costs, and takes PHI to another region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Copies {
    #[default]
    None,
    /// A bucket in the Environment's `recoveryRegion`, under a key there.
    CrossRegion,
}

/// What becomes of AWS resources when their object is deleted. Either way no PHI is destroyed: keys, objects, databases
/// and snapshots stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// They stay as they are, with their tags.
    #[default]
    Retain,
    /// Empty buckets and queues are deleted, and a cluster once its final snapshot is made.
    Delete,
}

/// What is done about a difference that somebody else made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DriftPolicy {
    /// It is put right.
    #[default]
    Correct,
    /// It is shown in status, events and metrics, and left.
    Report,
}

/// Days until S3 moves or deletes objects.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.expireAfterDays) || self.expireAfterDays > self.glacierAfterDays")
    .message("expireAfterDays must be later than glacierAfterDays: raise it, or leave it out to keep objects for ever").field_path(".expireAfterDays"))]
pub struct Lifecycle {
    /// Days until an object moves to `storageClass`. At least 1; default 90.
    #[serde(default = "default_glacier_days")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 3650")
        .message("glacierAfterDays must be 1 to 3650; leave it out for the default of 90"))]
    pub glacier_after_days: i32,
    #[serde(default)]
    pub storage_class: StorageClass,
    /// Days until a version that was overwritten or deleted is removed for good. Default 365.
    #[serde(default = "default_noncurrent_days")]
    #[x_kube(validation = Rule::new("self >= 30 && self <= 36500")
        .message("noncurrentDays must be 30 to 36500: sooner, and a mistake cannot be undone; leave it out for the default of 365"))]
    pub noncurrent_days: i32,
    /// Days until the parts of an unfinished multipart upload are removed. Default 7.
    #[serde(default = "default_abort_days")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 30")
        .message("abortMultipartDays must be 1 to 30; leave it out for the default of 7"))]
    pub abort_multipart_days: i32,
    /// Days until an object is deleted. Left out: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 30 && self <= 36500").message("expireAfterDays must be 30 to 36500; leave it out to keep objects for ever"))]
    pub expire_after_days: Option<i32>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            glacier_after_days: default_glacier_days(),
            storage_class: StorageClass::default(),
            noncurrent_days: default_noncurrent_days(),
            abort_multipart_days: default_abort_days(),
            expire_after_days: None,
        }
    }
}

fn default_glacier_days() -> i32 {
    90
}

fn default_noncurrent_days() -> i32 {
    365
}

fn default_abort_days() -> i32 {
    7
}

/// S3's names of its archive classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StorageClass {
    /// Glacier Instant Retrieval: milliseconds.
    #[serde(rename = "GLACIER_IR")]
    GlacierIr,
    /// Glacier Flexible Retrieval: minutes to hours.
    #[default]
    #[serde(rename = "GLACIER")]
    Glacier,
    /// Glacier Deep Archive: hours to two days.
    #[serde(rename = "DEEP_ARCHIVE")]
    DeepArchive,
}

/// Default retention of new objects.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectLock {
    pub mode: LockMode,
    /// 1 to 36500.
    #[x_kube(validation = Rule::new("self >= 1 && self <= 36500").message("objectLock.days must be 1 to 36500; leave objectLock out for no lock"))]
    pub days: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LockMode {
    /// Those with `s3:BypassGovernanceRetention` may lift it.
    Governance,
    /// Nobody may lift it, the root user neither.
    Compliance,
}

/// Which arrivals are announced on the bucket's queue.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrivals {
    /// Only keys that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    #[x_kube(validation = Rule::new(format!("{} && !self.matches('^/|[*]|(^|/)[.][.](/|$)')", matches(PRINTABLE)))
        .message("arrivals.prefix must be the literal beginning of keys, such as claims/: no leading slash, no *, no .. and nothing unprintable; leave it out to hear of every key"))]
    pub prefix: Option<String>,
    /// Only keys that end so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new(format!("{} && !self.contains('*')", matches(PRINTABLE)))
        .message("arrivals.suffix must be the literal end of keys, such as .csv: no * and nothing unprintable; leave it out to hear of every key"))]
    pub suffix: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestBucketStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_name: Option<String>,
    /// The queue on which arrivals are announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_name: Option<String>,
    /// What can still be put into it while its tenant leaves for good; none where the tenant stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<Intake>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Intake {
    /// Nothing is uploaded any more; runs that had begun end well.
    RunsOnly,
    /// But for the operator's records, nothing.
    Closed,
}
