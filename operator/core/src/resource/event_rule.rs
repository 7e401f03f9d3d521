use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::Tags;

/// A rule of EventBridge's default bus, and where it sends what it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRule {
    pub pattern: Value,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// By their ids.
    pub targets: BTreeMap<String, EventTarget>,
    pub tags: Tags,
}

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventTarget {
    pub arn: String,
    /// ARN of the role that EventBridge takes on for it. A queue needs none: its policy admits the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum EventRuleStep {
    /// PutRule makes it or replaces pattern and state.
    Put,
    PutTargets,
    /// Those that are not declared: events would go to a stranger.
    RemoveTargets(BTreeSet<String>),
    Tag,
    Delete,
}

impl EventRule {
    pub(super) fn create() -> [EventRuleStep; 2] {
        [EventRuleStep::Put, EventRuleStep::PutTargets]
    }

    pub(super) fn repair(&self, have: &Self, parts: &BTreeSet<&str>) -> Vec<EventRuleStep> {
        let mut steps = Vec::new();
        if parts.contains("targets") {
            let extra: BTreeSet<String> =
                have.targets.keys().filter(|id| !self.targets.contains_key(*id)).cloned().collect();
            if !extra.is_empty() {
                steps.push(EventRuleStep::RemoveTargets(extra));
            }
            if self.targets.iter().any(|(id, target)| have.targets.get(id) != Some(target)) {
                steps.push(EventRuleStep::PutTargets);
            }
        }
        if parts.contains("pattern") || parts.contains("state") {
            steps.push(EventRuleStep::Put);
        }
        if parts.contains("tags") {
            steps.push(EventRuleStep::Tag);
        }
        steps
    }

    /// A rule goes only without targets.
    pub(super) fn delete(&self) -> Vec<EventRuleStep> {
        let targets: BTreeSet<String> = self.targets.keys().cloned().collect();
        let mut steps = vec![EventRuleStep::RemoveTargets(targets), EventRuleStep::Delete];
        steps.retain(|step| !matches!(step, EventRuleStep::RemoveTargets(ids) if ids.is_empty()));
        steps
    }
}
