//! The feed of events by which drift is found in seconds.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// CloudTrail's events of the account, by EventBridge in a queue that the operator listens to. They need a trail that
/// records management events, this one's or the organisation's; without one the feed is silent, and the sweep is what
/// finds drift. <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>
#[derive(KubeSchema, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {}

/// Whether events are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Hearing {
    /// None has come yet.
    Starting,
    /// Sweeps are rare.
    Heard,
    /// None has come for too long: sweeps are as often as without events.
    Silent,
}

/// Who changed something, as CloudTrail tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedBy {
    /// The ARN of the session, user or service.
    pub identity: String,
    /// The address that the call came from, or the service's name.
    pub source_address: String,
    /// Such as `s3:PutBucketVersioning`.
    pub call: String,
    pub request_id: String,
    /// RFC 3339, seconds.
    pub at: String,
}
