use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;
use crate::document::Document;

/// An SQS queue, encrypted with a KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// ARN of the key.
    pub kms_key: String,
    pub data_key_reuse_seconds: i32,
    pub retention_seconds: i32,
    pub visibility_seconds: i32,
    pub policy: Option<Document>,
    /// Where messages go that were received too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redrive: Option<Redrive>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redrive {
    pub dead_letter_arn: String,
    pub max_receives: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum QueueStep {
    /// CreateQueue with all attributes and tags.
    Create,
    /// SetQueueAttributes takes them all in one call.
    SetAttributes,
    Tag,
    Delete,
}

impl Queue {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<QueueStep> {
        let mut steps = Vec::new();
        if parts.iter().any(|part| *part != "tags") {
            steps.push(QueueStep::SetAttributes);
        }
        if parts.contains("tags") {
            steps.push(QueueStep::Tag);
        }
        steps
    }
}
