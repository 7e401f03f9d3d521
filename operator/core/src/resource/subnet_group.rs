use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A Redshift cluster subnet group: where the cluster's network interfaces may lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubnetGroup {
    pub subnets: BTreeSet<String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum SubnetGroupStep {
    Create,
    SetSubnets,
    Tag,
    Delete,
}

impl SubnetGroup {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<SubnetGroupStep> {
        let mut steps = Vec::new();
        if parts.contains("subnets") {
            steps.push(SubnetGroupStep::SetSubnets);
        }
        if parts.contains("tags") {
            steps.push(SubnetGroupStep::Tag);
        }
        steps
    }
}
