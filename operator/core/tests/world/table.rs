//! The part of the world in memory that is a table of DynamoDB.

use cloister_core::resource::{Resource, ResourceId, Table, TableStep};

use super::{Held, put};

pub fn perform(held: &mut Held, id: &ResourceId, want: &Table, step: &TableStep) {
    if *step == TableStep::Create {
        return put(held, id, Resource::Table(Table { expires: None, ..want.clone() }));
    }
    let Some(Resource::Table(table)) = held.get_mut(id).map(|a| &mut a.resource) else {
        panic!("{step:?} on no table")
    };
    match step {
        TableStep::Create | TableStep::Delete => {}
        TableStep::Tag => table.tags.clone_from(&want.tags),
        TableStep::SetExpiry => table.expires.clone_from(&want.expires),
        TableStep::SetRecovery => table.point_in_time_recovery = want.point_in_time_recovery,
        TableStep::SetEncryption => table.kms_key.clone_from(&want.kms_key),
        TableStep::SetBilling => table.billing.clone_from(&want.billing),
        TableStep::SetProtection => table.deletion_protection = want.deletion_protection,
        TableStep::Unprotect => table.deletion_protection = false,
    }
}

/// Damages one part; which one `n` tells.
pub fn damage(table: &mut Table, n: usize) {
    match n % 5 {
        0 => table.expires = None,
        1 => table.kms_key = None,
        2 => table.billing = "PROVISIONED".into(),
        3 => table.deletion_protection = true,
        _ => table.point_in_time_recovery = true,
    }
}
