use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;
use crate::document::Document;

/// An IAM role. Inline policies are never wanted, so any is a difference. `MaxSessionDuration` is left at
/// IAM's default of an hour and not managed: the shared read does not return it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    pub trust: Option<Document>,
    /// ARN of the permission boundary.
    pub boundary: String,
    /// ARNs of the attached managed policies.
    pub attached: BTreeSet<String>,
    /// Names of inline policies.
    pub inline: BTreeSet<String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum RoleStep {
    /// CreateRole with trust, boundary and tags.
    Create,
    SetTrust,
    SetBoundary,
    Attach {
        policy: String,
    },
    Detach {
        policy: String,
    },
    DeleteInline {
        name: String,
    },
    Tag,
    Delete,
}

impl Role {
    pub(super) fn create(&self) -> Vec<RoleStep> {
        let attach = self.attached.iter().map(|policy| RoleStep::Attach { policy: policy.clone() });
        std::iter::once(RoleStep::Create).chain(attach).collect()
    }

    pub(super) fn repair(&self, have: &Self, parts: &BTreeSet<&str>) -> Vec<RoleStep> {
        let mut steps = Vec::new();
        // What narrows comes before what widens.
        if parts.contains("boundary") {
            steps.push(RoleStep::SetBoundary);
        }
        if parts.contains("trust") {
            steps.push(RoleStep::SetTrust);
        }
        if parts.contains("inline") {
            let extra = have.inline.difference(&self.inline);
            steps.extend(extra.map(|name| RoleStep::DeleteInline { name: name.clone() }));
        }
        if parts.contains("attached") {
            let extra = have.attached.difference(&self.attached);
            steps.extend(extra.map(|policy| RoleStep::Detach { policy: policy.clone() }));
            let lacking = self.attached.difference(&have.attached);
            steps.extend(lacking.map(|policy| RoleStep::Attach { policy: policy.clone() }));
        }
        if parts.contains("tags") {
            steps.push(RoleStep::Tag);
        }
        steps
    }

    /// IAM refuses to delete a role that still has policies.
    pub(super) fn delete(&self) -> Vec<RoleStep> {
        let detach = self.attached.iter().map(|policy| RoleStep::Detach { policy: policy.clone() });
        let inline = self.inline.iter().map(|name| RoleStep::DeleteInline { name: name.clone() });
        detach.chain(inline).chain(std::iter::once(RoleStep::Delete)).collect()
    }
}
