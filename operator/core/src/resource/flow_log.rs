use serde::Serialize;

/// Records of a VPC's traffic, delivered to a bucket. Whoever made it, it records the same, so it is nobody's; AWS changes
/// none of its settings afterwards, so one that records otherwise is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowLog {
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// ARN of the bucket.
    pub destination: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum FlowLogStep {
    Create,
}
