use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::{FITS, SHORT_NAME, fits_message, name};
use crate::rules::{each, matches};

/// What a declared role is in the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RolesAs {
    #[default]
    Role,
    Group,
}

/// Called `PREFIX SCHEMA.NAME` in the cluster, where names of roles are global.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(SHORT_NAME))
        .message("name must be at most 40 lower-case letters, digits, _ and -, and begin with a letter, such as analyst"))]
    pub name: String,
    /// Database users of IAM identities: `IAMR:` and a role's name, or `IAM:` and a user's. They have no password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 69)), transform = each(&[(
        matches("^IAMR?:[A-Za-z0-9+=,.@_-]{1,64}$"),
        "members must hold IAMR: and the name of an IAM role, or IAM: and that of an IAM user, such as IAMR:acme-analysts",
    )]), extend("x-kubernetes-list-type" = "set"))]
    pub members: Vec<String>,
    /// Roles of this schema whose privileges this one has too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 40)), extend("x-kubernetes-list-type" = "set"))]
    pub member_of: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 400))]
    pub grants: Vec<Grant>,
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.privileges.all(p, self.object == 'SCHEMA' ? p in ['USAGE', 'CREATE'] : !(p in ['USAGE', 'CREATE']))")
        .message("privileges must fit object: USAGE and CREATE for SCHEMA; SELECT, INSERT, UPDATE, DELETE, DROP and REFERENCES for tables").field_path(".privileges"),
    validation = Rule::new("!has(self.columns) || self.privileges.all(p, p in ['SELECT', 'UPDATE'])")
        .message("privileges of columns can be SELECT and UPDATE only: leave columns out, or remove the others").field_path(".privileges"),
    validation = Rule::new("!has(self.columns) || !(self.object in ['SCHEMA', 'ALL TABLES'])")
        .message("columns needs the name of one table or view in object: write it in place of SCHEMA or ALL TABLES").field_path(".columns")
)]
pub struct Grant {
    /// `SCHEMA`, `ALL TABLES` (views and tables to come included), or the name of one table or view. Not called
    /// `on` as in SQL, which YAML takes for `true`.
    #[schemars(length(max = 127))]
    #[x_kube(
        validation = Rule::new(format!("self in ['SCHEMA', 'ALL TABLES'] || ({})", name("self")))
            .message("object must be SCHEMA, ALL TABLES or the name of a table or view: 1 to 127 bytes, printable and without the letters A-Z, such as medical_claims"),
        validation = Rule::new(FITS).message(&*fits_message("object"))
    )]
    pub object: String,
    #[schemars(length(max = 6), extend("x-kubernetes-list-type" = "set"))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1").message("privileges must hold at least one, such as [SELECT]")
    )]
    pub privileges: Vec<Privilege>,
    /// Only these columns. Left out: the whole table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), inner(length(max = 127)))]
    #[x_kube(validation = Rule::new("self.size() >= 1").message("columns must hold at least one column; leave it out for the whole table"))]
    pub columns: Option<Vec<String>>,
}

/// As Redshift calls them: <https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privilege {
    Usage,
    Create,
    Select,
    Insert,
    Update,
    Delete,
    Drop,
    References,
}
