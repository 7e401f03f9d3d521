//! How a tenant leaves for good: what is asked for, how far it has come, and the certificate of what was destroyed.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{PRINTABLE, matches};
use crate::unload::WarehouseExport;

/// The tenant leaves: its data is listed, its tables are unloaded, it waits, and is destroyed. Until the waiting is over, removing this undoes it.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offboarding {
    /// The tenant's own name, written out: nothing is destroyed that was not named.
    #[schemars(length(max = 30))]
    pub approval: String,
    /// Why, for the certificate. It names no patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    #[x_kube(validation = Rule::new(format!("{} && self.trim() == self", matches(PRINTABLE)))
        .message("offboarding.reason must be 1 to 256 printable characters without leading or trailing space, such as contract ended; leave it out to give none"))]
    pub reason: Option<String>,
    /// Days between the export and the destruction. Default 30.
    #[serde(default = "default_waiting_days")]
    #[x_kube(validation = Rule::new("self >= 7 && self <= 90")
        .message("offboarding.waitingDays must be 7 to 90: in less, nobody would notice a mistake; leave it out for the default of 30"))]
    pub waiting_days: i32,
}

fn default_waiting_days() -> i32 {
    30
}

/// In this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Stage {
    /// Nothing comes in any more, runs end, nodes go.
    Closing,
    /// What the buckets hold is listed, and the warehouse's tables are unloaded, beside the data.
    Exporting,
    /// Until `destroyAt` it can be called off.
    Waiting,
    /// Everything goes but the keys.
    Destroying,
    /// The keys are scheduled for deletion.
    Shredding,
    /// The keys are gone. `certificate` says what was destroyed.
    Destroyed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OffboardingStatus {
    pub stage: Stage,
    /// When this stage began. RFC 3339, as all times here. `Waiting` is counted from it.
    pub since: String,
    pub approval: Approval,
    /// What the buckets held at the export; at the destruction, what became of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<BucketRecord>,
    /// The warehouse's tables at the export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseExport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported_at: Option<String>,
    /// When the destruction begins, unless it is called off before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destroy_at: Option<String>,
    /// What was there and is gone, in the order in which it was seen to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destroyed: Vec<Destroyed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}

/// The approval as it was first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What was named.
    pub tenant: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub seen_at: String,
    /// The field manager that wrote it, as `metadata.managedFields` says: a program, not a person. Who it was, the API
    /// server's audit log says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_manager: Option<String>,
    /// When it was written, by the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BucketRecord {
    pub name: String,
    /// It is the copy of one, in the recovery region; what it holds is listed there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy: bool,
    /// Versions that the list of the export names, and their bytes.
    pub listed: i64,
    pub bytes: i64,
    /// Where in the bucket the list is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub list: String,
    /// Versions and delete markers that were deleted; the lists of the export are among them.
    #[serde(default)]
    pub deleted: i64,
    /// Versions that S3 would not delete, since Object Lock holds them. They are unreadable once the key is gone.
    #[serde(default)]
    pub locked: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Destroyed {
    /// Kind and name, as in `resources`.
    pub id: String,
    pub at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyRecord {
    pub arn: String,
    /// When KMS deletes it, as KMS says.
    pub deletion_date: String,
    /// When KMS was first seen to know it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<String>,
}

/// What was destroyed, how, by whose approval, and what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    pub tenant: String,
    pub uid: String,
    pub display_name: String,
    pub environment: String,
    pub account: String,
    pub region: String,
    pub issued_at: String,
    pub approval: Approval,
    pub destroyed: Vec<Destroyed>,
    pub buckets: Vec<BucketRecord>,
    /// Tables and rows that the warehouse held at the export, and where they were unloaded to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseExport>,
    pub keys: Vec<KeyRecord>,
    /// What is kept, and until when.
    pub kept: Vec<String>,
    /// How, by kind of thing.
    pub methods: Vec<String>,
    /// What it goes by.
    pub sources: Vec<String>,
    /// SHA-256 over the JSON of all of the above: keys sorted, no white space, UTF-8.
    pub digest: String,
}
