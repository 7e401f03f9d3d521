use std::collections::BTreeSet;

use serde::Serialize;

use crate::document::Document;

/// A customer-managed IAM policy; its default version is what counts. Ownership is in its description,
/// which IAM never lets change and which the shared read (GetAccountAuthorizationDetails) returns; its
/// tags are written at creation for cost reports and are not read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    pub document: Option<Document>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum PolicyStep {
    Create,
    /// A new default version; the oldest goes where IAM's limit of five is reached.
    SetDocument,
    Delete,
}

impl Policy {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<PolicyStep> {
        if parts.contains("document") { vec![PolicyStep::SetDocument] } else { Vec::new() }
    }
}
