//! What all kinds report. kstatus reads `Ready`, `Reconciling` and `Stalled` with `observedGeneration`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::ChangedBy;

/// A Kubernetes condition; `lastTransitionTime` moves only when `status` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// `Ready`, `Reconciling`, `Stalled` or `Drifted`.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// The generation of the object that this condition speaks of.
    pub observed_generation: i64,
    /// RFC 3339, seconds.
    pub last_transition_time: String,
    /// One word, for machines.
    pub reason: String,
    /// A sentence, for people.
    pub message: String,
}

/// One AWS or Kubernetes resource that belongs to the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceStatus {
    /// Kind and name, such as `s3-bucket/acme-health-landing-1f0c2a9b`.
    pub id: String,
    /// The ARN that AWS gave; absent for Kubernetes objects and for what does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// `Ready`, `Drifted`, `Pending`, `Foreign`, `Changing`, `Unreadable` or `Retained`.
    pub state: String,
}

/// A difference that was found on something which had already been as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftRecord {
    pub resource: String,
    /// The managed field, such as `versioning` or `policy.DenyInsecureTransport`.
    pub path: String,
    /// As declared, shortened to 160 characters.
    pub was: String,
    /// As found, shortened to 160 characters.
    pub now: String,
    /// `Corrected`, `Reported` or `Pending`.
    pub remedy: String,
    /// RFC 3339, seconds.
    pub found_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended_at: Option<String>,
    /// Who did it, where an event told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ChangedBy>,
    /// When it was written into the audit bucket; RFC 3339, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<String>,
}

/// A key creation that was sent and whose answer is not recorded yet. KMS has no idempotency token:
/// until the key shows up or the visibility bound has passed, no second one is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    pub resource: String,
    /// RFC 3339, seconds.
    pub since: String,
}

/// The part of every status that is computed the same way for all kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonStatus {
    /// The generation that the last pass saw.
    #[serde(default)]
    pub observed_generation: i64,
    /// The newest generation that was once fully as declared; from then on a difference is drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converged_generation: Option<i64>,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What `kubectl get` shows in its MESSAGE column; empty when there is nothing to say.
    #[serde(default)]
    pub message: String,
    /// Differences that stand now.
    #[serde(default)]
    pub drift: i64,
    #[serde(default)]
    pub resources: Vec<ResourceStatus>,
    /// The newest 20 differences, newest first.
    #[serde(default)]
    pub recent_drift: Vec<DriftRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
}

impl CommonStatus {
    #[must_use]
    pub fn condition(&self, type_: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.type_ == type_)
    }

    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|c| c.status == "True")
    }

    /// The state of a resource by its id, as last reported.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<&str> {
        self.resources.iter().find(|r| r.id == id).map(|r| r.state.as_str())
    }

    /// The ARN of a resource by its id, if AWS has told it.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<&str> {
        self.resources.iter().find(|r| r.id == id).and_then(|r| r.arn.as_deref())
    }
}
