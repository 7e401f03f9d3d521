//! A schema's managed fields, as declared or as found: what the two differ in is the drift.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::schema::Encoding;
use serde::Serialize;

use super::catalog::{Grants, Shown};
use crate::sql::{DataType, DefaultValue, Distribution, Grantee, Ident, Privilege, Sort};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaState {
    pub owner: String,
    #[serde(rename = "quotaMiB")]
    pub quota_mib: Option<i64>,
    /// What PUBLIC may do with the schema `public` of the same database.
    pub public_schema: BTreeSet<Privilege>,
    pub roles: BTreeMap<String, RoleState>,
    pub users: BTreeMap<String, UserState>,
    pub tables: BTreeMap<Ident, TableState>,
    pub row_level_security: BTreeMap<String, PolicyState>,
    pub masking: BTreeMap<String, PolicyState>,
    /// What others hold in the schema.
    pub unmanaged_grants: BTreeMap<Grantee, Grants>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleState {
    /// Users in lower case, and `role NAME` for roles of others that have it.
    pub members: BTreeSet<String>,
    pub member_of: BTreeSet<String>,
    pub grants: Grants,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserState {
    pub superuser: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableState {
    pub owner: String,
    pub columns: BTreeMap<Ident, ColumnState>,
    pub distribution: Distribution,
    /// Absent where it is left to Redshift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    pub primary_key: Vec<Ident>,
    pub row_level_security: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnState {
    #[serde(rename = "type")]
    pub data_type: Shown<DataType>,
    pub nullable: bool,
    /// Absent where it is left to Redshift.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "encoding")]
    pub encode: Option<Encoding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Shown<DefaultValue>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyState {
    pub modified_by: String,
    pub attached: BTreeSet<String>,
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)] // serde's signature
fn encoding<S: serde::Serializer>(encode: &Option<Encoding>, serializer: S) -> Result<S::Ok, S::Error> {
    encode.map(crate::sql::encoding).serialize(serializer)
}
