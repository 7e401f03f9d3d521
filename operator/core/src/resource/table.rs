use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A table of DynamoDB with one string as its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Name and type of the partition key, `id:S`; a sort key would follow.
    pub key: String,
    /// ARN of the key; none where DynamoDB's own is used.
    pub kms_key: Option<String>,
    /// `PAY_PER_REQUEST` or `PROVISIONED`.
    pub billing: String,
    /// The attribute with the second after which an item is tidied up.
    pub expires: Option<String>,
    pub deletion_protection: bool,
    /// Whether the table as it was at any moment of the last weeks can be restored.
    pub point_in_time_recovery: bool,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TableStep {
    /// CreateTable with everything but expiry, which takes a table that is there.
    Create,
    Tag,
    SetExpiry,
    SetRecovery,
    SetEncryption,
    SetBilling,
    SetProtection,
    /// Before a protected one is deleted.
    Unprotect,
    Delete,
}

impl Table {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<TableStep> {
        // What leaves the table as active as it is comes first; of the rest it takes one at a time.
        let still = [
            ("tags", TableStep::Tag),
            ("expires", TableStep::SetExpiry),
            ("pointInTimeRecovery", TableStep::SetRecovery),
        ];
        let moving = [
            ("kmsKey", TableStep::SetEncryption),
            ("billing", TableStep::SetBilling),
            ("deletionProtection", TableStep::SetProtection),
        ];
        let wanted = |(part, step): (&str, TableStep)| parts.contains(part).then_some(step);
        let moved = moving.into_iter().find_map(wanted);
        still.into_iter().filter_map(wanted).chain(moved).collect()
    }

    pub(super) fn delete(&self) -> TableStep {
        if self.deletion_protection { TableStep::Unprotect } else { TableStep::Delete }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Table, TableStep};

    #[test]
    fn one_change_at_a_time_sets_a_table_in_motion_and_encryption_is_the_first() {
        let steps = Table::repair(&BTreeSet::from(["billing", "expires", "kmsKey", "tags"]));
        assert_eq!(steps, [TableStep::Tag, TableStep::SetExpiry, TableStep::SetEncryption]);
    }

    #[test]
    fn a_table_that_somebody_protected_is_opened_before_it_is_deleted() {
        let table = |deletion_protection| Table {
            key: "id:S".into(),
            kms_key: None,
            billing: "PAY_PER_REQUEST".into(),
            expires: None,
            deletion_protection,
            point_in_time_recovery: false,
            tags: [].into(),
        };
        assert_eq!(table(true).delete(), TableStep::Unprotect);
        assert_eq!(table(false).delete(), TableStep::Delete);
    }
}
