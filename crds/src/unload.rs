//! What becomes of a warehouse's tables when its tenant leaves for good.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tables of the tenant's database, unloaded to one of its buckets under its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WarehouseExport {
    /// Cluster and database.
    pub database: String,
    /// Where to; empty where the tenant has no bucket, and then nothing is unloaded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bucket: String,
    /// Why nothing is unloaded, where that is so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What all of it begins with there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// When it began.
    pub since: String,
    /// Tables and materialized views.
    pub tables: i64,
    /// Digest of their names: with others it begins anew.
    pub names: String,
    /// Tables that were begun, in the order of their names.
    #[serde(default)]
    pub begun: i64,
    /// Those that are under way, or are tried again later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unloads: Vec<Unload>,
    /// Tables of which not the first attempt counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<Attempt>,
    /// Rows in all tables, as the manifests say and as they were counted in the same transactions.
    #[serde(default)]
    pub rows: i64,
    /// Files and their bytes, without the manifests.
    #[serde(default)]
    pub files: i64,
    #[serde(default)]
    pub bytes: i64,
    /// Where in the bucket the index is, which names each table; it is written last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub index: String,
    /// Its SHA-256.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub index_digest: String,
}

/// One table that is being unloaded. Which one its place says: names are not told here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unload {
    /// In the order of names, from 0.
    pub place: i64,
    /// From 1. Each has a prefix of its own.
    pub attempt: i64,
    /// The statement's id, once it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Not sent before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// What went wrong last, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub place: i64,
    pub attempt: i64,
}
