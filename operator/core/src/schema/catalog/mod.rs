//! What a warehouse's catalog says of one schema: everything, whoever made it. Ten queries, however many
//! tables, roles and grants there are.

mod queries;
mod read;
mod read_policies;
mod read_principals;
mod read_tables;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cloister_crds::schema::Encoding;

pub use queries::{Part, Query, Subject, query};
pub use read::{Answers, has_ledger, read};
pub(crate) use read_principals::grantee;
pub(crate) use rows::Table;
pub use rows::{Rows, Unreadable};

use crate::sql::{DataType, DefaultValue, Distribution, Grantee, Ident, Privilege, Sort};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// Absent where the schema does not exist.
    pub namespace: Option<Namespace>,
    pub has_ledger: bool,
    pub relations: BTreeMap<Ident, FoundRelation>,
    pub roles: BTreeSet<Ident>,
    /// Role to what it is a member of.
    pub role_parents: BTreeMap<Ident, BTreeSet<Ident>>,
    /// Role to the users that have it. Holds roles of others too, where an IAM user has them.
    pub role_users: BTreeMap<Ident, BTreeSet<Ident>>,
    pub groups: BTreeSet<Ident>,
    pub group_users: BTreeMap<Ident, BTreeSet<Ident>>,
    /// IAM users by their name in lower case, since Redshift may have folded it.
    pub users: BTreeMap<String, FoundUser>,
    pub grants: BTreeMap<Grantee, Grants>,
    /// What PUBLIC may do with the schema `public`.
    pub public_schema: BTreeSet<Privilege>,
    /// Row policies of this schema and who changed them last.
    pub filters: BTreeMap<Ident, String>,
    pub attached_filters: BTreeSet<AttachedFilter>,
    pub masks: BTreeMap<Ident, String>,
    pub attached_masks: BTreeSet<AttachedMask>,
    /// Kind and name of what was made, and the uid of the object it was made for.
    pub ledger: BTreeMap<(String, String), String>,
}

pub type Grants = BTreeMap<Target, BTreeSet<Privilege>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Empty where Redshift no longer knows the user.
    pub owner: String,
    pub quota_mib: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundUser {
    pub name: Ident,
    pub superuser: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FoundRelation {
    pub view: bool,
    pub owner: String,
    pub columns: BTreeMap<Ident, FoundColumn>,
    pub distribution: Distribution,
    pub sort: Option<Sort>,
    pub primary_key: Option<(Ident, Vec<Ident>)>,
    /// Columns of any key, of which Redshift cannot change the type.
    pub keyed: BTreeSet<Ident>,
    pub row_level_security: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FoundColumn {
    pub position: i64,
    pub data_type: Shown<DataType>,
    pub nullable: bool,
    pub encode: Encoding,
    pub default: Option<Shown<DefaultValue>>,
}

/// Something that this crate knows, or what Redshift shows in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<T> {
    Known(T),
    Other(String),
}

impl<T: fmt::Display> serde::Serialize for Shown<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(known) => serializer.collect_str(known),
            Self::Other(text) => serializer.serialize_str(text),
        }
    }
}

/// What privileges are held on, within the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Schema,
    Relation(Ident),
    Column(Ident, Ident),
    EveryTable,
    EveryFunction,
    /// Tables to come of this owner.
    ToCome(Ident),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema => f.write_str("SCHEMA"),
            Self::Relation(name) => write!(f, "{name}"),
            Self::Column(table, column) => write!(f, "{table}({column})"),
            Self::EveryTable => f.write_str("TABLES IN SCHEMA"),
            Self::EveryFunction => f.write_str("FUNCTIONS IN SCHEMA"),
            Self::ToCome(owner) => write!(f, "TABLES TO COME of {owner}"),
        }
    }
}

impl serde::Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachedFilter {
    pub policy: Ident,
    pub table: Ident,
    pub to: Grantee,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachedMask {
    pub policy: Ident,
    pub table: Ident,
    pub column: Ident,
    pub to: Grantee,
    pub priority: i64,
}
