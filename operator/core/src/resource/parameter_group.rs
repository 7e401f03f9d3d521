use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Tags;

/// A Redshift cluster parameter group. The default one cannot be changed, so each cluster has its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParameterGroup {
    /// Fixed when it is made.
    pub family: String,
    /// Only those that are declared; others, such as workload management, are their owners'.
    pub parameters: BTreeMap<String, String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ParameterGroupStep {
    Create,
    /// ModifyClusterParameterGroup with all declared parameters.
    SetParameters,
    Tag,
    Delete,
}

impl ParameterGroup {
    pub(super) fn create() -> Vec<ParameterGroupStep> {
        vec![ParameterGroupStep::Create, ParameterGroupStep::SetParameters]
    }

    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<ParameterGroupStep> {
        let mut steps = Vec::new();
        if parts.contains("parameters") {
            steps.push(ParameterGroupStep::SetParameters);
        }
        if parts.contains("tags") {
            steps.push(ParameterGroupStep::Tag);
        }
        steps
    }
}
