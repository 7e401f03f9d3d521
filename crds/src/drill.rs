//! What the last recovery drill of a tenant came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `cloister drill` writes it. It has a writer of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrillStatus {
    /// When it began: RFC 3339, seconds.
    pub at: String,
    /// `Matched`, `Differs`, `Empty` (no table to compare), `Refused` (no copy to restore), `Failed` or `Interrupted`.
    pub result: String,
    /// The copy of a snapshot that was restored, and of when its data is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_at: Option<String>,
    /// From the beginning until every row was read.
    pub seconds: i64,
    /// Age of the data when it began: what a disaster at that moment would have lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_point_seconds: Option<i64>,
    /// Tables that were compared, and rows that were read of them.
    pub tables: i64,
    pub rows: i64,
    /// A sentence, for people.
    pub message: String,
}
