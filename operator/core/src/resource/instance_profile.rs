use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// An IAM instance profile: by it EC2 gives an instance its role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceProfile {
    /// Name of the role; IAM lets it have one at most.
    pub role: Option<String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum InstanceProfileStep {
    Create,
    RemoveRole { role: String },
    AddRole,
    Tag,
    Delete,
}

impl InstanceProfile {
    pub(super) fn create() -> Vec<InstanceProfileStep> {
        vec![InstanceProfileStep::Create, InstanceProfileStep::AddRole]
    }

    pub(super) fn repair(have: &Self, parts: &BTreeSet<&str>) -> Vec<InstanceProfileStep> {
        let mut steps = Vec::new();
        if parts.contains("role") {
            steps.extend(have.role.clone().map(|role| InstanceProfileStep::RemoveRole { role }));
            steps.push(InstanceProfileStep::AddRole);
        }
        if parts.contains("tags") {
            steps.push(InstanceProfileStep::Tag);
        }
        steps
    }

    /// IAM refuses to delete a profile that has a role.
    pub(super) fn delete(&self) -> Vec<InstanceProfileStep> {
        let role = self.role.clone().map(|role| InstanceProfileStep::RemoveRole { role });
        role.into_iter().chain(std::iter::once(InstanceProfileStep::Delete)).collect()
    }
}
