use serde::Deserialize;
use serde_json::{Value, json};

use super::Table;
use crate::name::digits;

/// What one table came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unloaded {
    pub rows: i64,
    pub files: i64,
    pub bytes: i64,
    /// Where its files are.
    pub prefix: String,
    /// SHA-256 of the manifest; none where Redshift wrote none, as there were no rows.
    pub digest: Option<String>,
}

/// What UNLOAD writes with MANIFEST VERBOSE, as far as it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    entries: Vec<Entry>,
    meta: Meta,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Entry {
    url: String,
    meta: Meta,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Meta {
    content_length: i64,
    record_count: i64,
}

impl Manifest {
    /// Held against the files that are there, each with its size: all of them, and no others. None where they differ.
    #[must_use]
    pub fn check(text: &str, bucket: &str, prefix: &str, files: &[(String, i64)]) -> Option<Unloaded> {
        let manifest: Self = serde_json::from_str(text).ok()?;
        let is_there = |entry: &Entry| {
            let there = |(key, size): &(String, i64)| {
                entry.url == format!("s3://{bucket}/{key}") && entry.meta.content_length == *size
            };
            files.iter().any(there)
        };
        let rows: i64 = manifest.entries.iter().map(|entry| entry.meta.record_count).sum();
        let holds = manifest.entries.len() == files.len() && manifest.entries.iter().all(is_there);
        (holds && rows == manifest.meta.record_count).then(|| Unloaded {
            rows,
            files: i64::try_from(files.len()).unwrap_or(i64::MAX),
            bytes: files.iter().map(|(_, size)| size).sum(),
            prefix: prefix.to_owned(),
            digest: Some(digits(text, 64)),
        })
    }
}

/// The export's index: each table with what it came to.
#[must_use]
pub fn index(database: &str, since: &str, tables: &[(Table, Unloaded)]) -> Value {
    let line = |(table, unloaded): &(Table, Unloaded)| {
        json!({
            "schema": table.schema,
            "table": table.name,
            "format": if table.as_text { "CSV" } else { "PARQUET" },
            "prefix": unloaded.prefix,
            "rows": unloaded.rows,
            "files": unloaded.files,
            "bytes": unloaded.bytes,
            "manifestSha256": unloaded.digest,
        })
    };
    json!({ "database": database, "exportedAt": since, "tables": tables.iter().map(line).collect::<Vec<_>>() })
}
