//! Evidence that is written into the audit bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum EvidenceSchedule {
    #[default]
    Daily,
    Weekly,
    Never,
}

/// What was written last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceStatus {
    /// When: RFC 3339, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_written: Option<String>,
    /// Key of the JSON in the audit bucket. The page for people and the signatures lie beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Why what is due is not written, a sentence; it is tried again. Absent where all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
