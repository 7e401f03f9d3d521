use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A CloudWatch Logs group, encrypted with a KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    /// ARN of the key; none where CloudWatch Logs encrypts with its own.
    pub kms_key: Option<String>,
    /// None where events are never expired.
    pub retention_days: Option<i32>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum LogGroupStep {
    Create,
    SetRetention,
    AssociateKey,
    Tag,
}

impl LogGroup {
    pub(super) fn create() -> Vec<LogGroupStep> {
        vec![LogGroupStep::Create, LogGroupStep::SetRetention]
    }

    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<LogGroupStep> {
        let mut steps = Vec::new();
        if parts.contains("kmsKey") {
            steps.push(LogGroupStep::AssociateKey);
        }
        if parts.contains("retentionDays") {
            steps.push(LogGroupStep::SetRetention);
        }
        if parts.contains("tags") {
            steps.push(LogGroupStep::Tag);
        }
        steps
    }
}
