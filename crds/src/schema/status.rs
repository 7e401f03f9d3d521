use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::CommonStatus;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedshiftSchemaStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    /// Name in the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What is still to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
}

/// What is to be done, and what is held back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanStatus {
    /// Stands for the destructive changes: what `spec.approvedPlan` must say. Absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Titles of the changes, in order; the first 20.
    #[serde(default)]
    pub changes: Vec<String>,
    /// The destructive ones in SQL, as they would be run; the first 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destructive: Vec<String>,
    /// What is not done, and why; the first 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<String>,
}
