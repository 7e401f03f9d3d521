//! Databases in a shared cluster: the one that it was made with, and its tenants' own.

use std::collections::{BTreeMap, BTreeSet};

use super::ADMIN;
use crate::resource::{Database, WarehouseDatabase};
use crate::sql::IamRole;

/// The cluster's first database, in which nobody has anything. It is the door by which others are made.
pub const HOME: &str = "cloister_home";

/// Guards what the whole cluster shares too: which of its IAM roles anybody may take is said by grants of their own
/// only. <https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html>
pub(crate) fn home(cluster: &str) -> WarehouseDatabase {
    closed(cluster, HOME, IamRole::All, None)
}

/// A tenant's database: its roles, which begin with `prefix`, load into it with the IAM role.
pub(crate) fn of_tenant(cluster: &str, name: &str, prefix: String, role_arn: String) -> WarehouseDatabase {
    closed(cluster, name, IamRole::Arn(role_arn), Some(prefix))
}

fn closed(cluster: &str, name: &str, iam_role: IamRole, prefix: Option<String>) -> WarehouseDatabase {
    WarehouseDatabase {
        at: Database { cluster: cluster.to_owned(), name: name.to_owned(), user: ADMIN.into() },
        iam_role,
        prefix,
        owner: ADMIN.into(),
        recorded: true,
        privileges: BTreeMap::new(),
        public_schema: BTreeSet::new(),
        assume_role: BTreeMap::new(),
        loaders: BTreeSet::new(),
        contents: Vec::new(),
    }
}
