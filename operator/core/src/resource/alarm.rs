use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A metric filter on a log group, and the alarm that watches what it counts. Neither is of use alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    pub filter: MetricFilter,
    pub watch: Watch,
    pub actions_enabled: bool,
    /// ARNs of what is told once it goes off.
    pub actions: BTreeSet<String>,
    /// Of the alarm; filters have none.
    pub tags: Tags,
}

/// Empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricFilter {
    pub group: String,
    pub pattern: String,
    /// `NAMESPACE/NAME`.
    pub metric: String,
    /// What a match adds to it.
    pub value: String,
}

/// When an alarm goes off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// `NAMESPACE/NAME`.
    pub metric: String,
    pub statistic: String,
    pub comparison: String,
    pub threshold: Option<f64>,
    pub period_seconds: Option<i32>,
    pub periods: Option<i32>,
    pub missing_data: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AlarmStep {
    PutFilter,
    /// Makes the alarm or replaces everything of it but its tags.
    Put,
    Tag,
}

impl Alarm {
    pub(super) fn create() -> Vec<AlarmStep> {
        vec![AlarmStep::PutFilter, AlarmStep::Put]
    }

    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<AlarmStep> {
        let mut steps = Vec::new();
        if parts.contains("filter") {
            steps.push(AlarmStep::PutFilter);
        }
        if ["watch", "actionsEnabled", "actions"].iter().any(|part| parts.contains(part)) {
            steps.push(AlarmStep::Put);
        }
        if parts.contains("tags") {
            steps.push(AlarmStep::Tag);
        }
        steps
    }
}
