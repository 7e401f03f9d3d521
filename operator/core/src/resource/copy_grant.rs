use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A Redshift snapshot copy grant, in the recovery region: it lets Redshift encrypt copies with a key there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CopyGrant {
    /// ARN of the key. Fixed when it is made.
    pub kms_key: String,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum CopyGrantStep {
    Create,
    Tag,
    Delete,
}

impl CopyGrant {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<CopyGrantStep> {
        if parts.contains("tags") { vec![CopyGrantStep::Tag] } else { Vec::new() }
    }
}
