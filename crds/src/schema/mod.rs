//! `RedshiftSchema`: what is in a tenant's warehouse, and who may see it.

mod policy;
mod role;
mod rules;
mod status;
mod table;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use policy::{Mask, MaskedColumn, MaskingPolicy, RowFilter, RowLookup, RowPolicy};
pub use role::{Grant, Privilege, Role, RolesAs};
pub use rules::inline;
pub use status::{PlanStatus, RedshiftSchemaStatus};
pub use table::{Column, Distribution, DistributionStyle, Encoding, SortStyle, Table};

use crate::bucket::{DeletionPolicy, DriftPolicy};
use crate::rules::{LABEL, matches};

/// A schema in the tenant's warehouse: its roles, grants, tables and policies. Users come by IAM only.
#[derive(CustomResource, KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "RedshiftSchema",
    namespaced,
    status = "RedshiftSchemaStatus",
    derive = "PartialEq",
    shortname = "rs",
    category = "cloister",
    doc = "A schema in the tenant's warehouse: its roles, grants, tables and policies. Lives in the tenant's namespace.",
    printcolumn(name = "Schema", type_ = "string", json_path = ".status.schema"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Drift", type_ = "integer", json_path = ".status.drift"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new(format!("self.metadata.name.matches('{LABEL}') && self.metadata.name.size() <= 40"))
        .message("metadata.name must be at most 40 lower-case letters, digits and hyphens, such as claims: the schema is called so unless spec.schema names another"),
    validation = Rule::new(format!("has(self.spec.schema) || {}", rules::free(&rules::database_name("self.metadata.name"))))
        .message("metadata.name must not be public, cloister, information-schema, catalog-history or begin with pg-, since the schema is called so and these belong to Redshift and Cloister: choose one such as claims, or set spec.schema"),
    cel
)]
#[x_kube(
    validation = Rule::new("has(self.schema) == has(oldSelf.schema) && (!has(self.schema) || self.schema == oldSelf.schema)")
        .message("schema is immutable, given or left out: what is in it would stay behind; write it as it was, or make a new RedshiftSchema").field_path(".schema"),
    validation = Rule::new("self.rolesAs == oldSelf.rolesAs || !has(oldSelf.roles) || oldSelf.roles.size() == 0")
        .message("rolesAs cannot change while there are roles: their members would lose access in between; remove the roles first").field_path(".rolesAs"),
    validation = Rule::new("self.rolesAs != 'Group' || !has(self.roles) || self.roles.all(r, !has(r.memberOf) || r.memberOf.size() == 0)")
        .message("roles with memberOf need rolesAs: Role, since Redshift's groups cannot be members of groups: leave memberOf out").field_path(".roles"),
    validation = Rule::new("self.rolesAs != 'Group' || ((!has(self.rowLevelSecurity) || self.rowLevelSecurity.size() == 0) && (!has(self.masking) || self.masking.size() == 0))")
        .message("rolesAs must be Role where rowLevelSecurity or masking is used: Redshift attaches policies to roles, not to groups; leave rolesAs out").field_path(".rolesAs"),
    validation = Rule::new("self.destructiveChanges == 'RequireApproval' || !has(self.approvedPlan)")
        .message("approvedPlan needs destructiveChanges: RequireApproval: set it, or leave approvedPlan out").field_path(".approvedPlan")
)]
pub struct RedshiftSchemaSpec {
    /// Name in the database. Leave it out for the object's own name, with _ for -. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 127))]
    #[x_kube(
        validation = Rule::new(rules::name("self")).message(&*rules::name_message("schema", "claims")),
        validation = Rule::new(rules::FITS).message(&*rules::fits_message("schema")),
        validation = Rule::new(rules::free("self"))
            .message("schema must not be public, cloister, information_schema, catalog_history or begin with pg_, which belong to Redshift and Cloister: choose one such as claims")
    )]
    pub schema: Option<String>,
    /// GiB that its tables may take up in all. Left out: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "quotaGiB")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 16000000").message("quotaGiB must be 1 to 16000000; leave it out for no limit"))]
    pub quota_gib: Option<i64>,
    /// Who may do what. A role can always look into the schema (USAGE).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 40), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[x_kube(validation = Rule::new("self.all(r, !has(r.memberOf) || r.memberOf.all(m, m != r.name && self.exists(o, o.name == m)))")
        .message("memberOf must name other roles of this schema: declare the role, or remove it from memberOf"))]
    pub roles: Vec<Role>,
    /// Whether roles become Redshift roles or, on clusters without them, user groups. Default `Role`.
    #[serde(default)]
    pub roles_as: RolesAs,
    /// Tables of others in the schema are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 300), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub tables: Vec<Table>,
    /// Which rows a role sees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 40), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub row_level_security: Vec<RowPolicy>,
    /// What a role sees in place of a column's values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 40), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub masking: Vec<MaskingPolicy>,
    /// What is done about privileges in this schema that nobody declared. Those of PUBLIC are always revoked.
    #[serde(default)]
    pub unmanaged_grants: UnmanagedGrants,
    /// Whether tables and columns may be dropped and types narrowed. Default `Deny`.
    #[serde(default)]
    pub destructive_changes: DestructiveChanges,
    /// The hash in `status.plan.hash` of the destructive changes that are approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new(matches("^[0-9a-f]{16}$"))
        .message("approvedPlan must be the 16 hexadecimal digits that status.plan.hash shows, in quotes, such as \"0123456789abcdef\""))]
    pub approved_plan: Option<String>,
    /// How a change is made that Redshift cannot make to a column in place. Default `InPlace`: it is refused.
    #[serde(default)]
    pub column_type_changes: ColumnTypeChanges,
    /// Default: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_policy: Option<DriftPolicy>,
    /// What becomes of the schema when this object is deleted. Default: the tenant's. `Delete` obeys `destructiveChanges`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// Change nothing while true; status goes on saying what is different.
    #[serde(default)]
    pub paused: bool,
    /// Take over a schema, roles or declared tables that are there already and were not made for this object.
    #[serde(default)]
    pub adopt: bool,
}

/// What is done about privileges that nobody declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UnmanagedGrants {
    /// They are not looked at.
    Ignore,
    /// They are shown in status.
    #[default]
    Report,
    /// They are revoked.
    Revoke,
}

/// Whether what cannot be undone may be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DestructiveChanges {
    /// Never.
    #[default]
    Deny,
    /// Once `approvedPlan` is the hash of exactly these changes.
    RequireApproval,
    /// At once.
    Allow,
}

/// How a column's type, nullability or default is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ColumnTypeChanges {
    /// Only what Redshift can do in place: the length of a varchar.
    #[default]
    InPlace,
    /// The rest by copying the table, in one transaction that locks it.
    ShadowTable,
}

/// A `RedshiftSchema` written inside its tenant; large ones are objects of their own.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = rules::inline)]
#[x_kube(validation = Rule::new(format!("has(self.schema) || {}", rules::free(&rules::database_name("self.name"))))
    .message("name must not be public, cloister, information-schema, catalog-history or begin with pg-, since the schema is called so and these belong to Redshift and Cloister: choose one such as claims, or set schema").field_path(".name"))]
pub struct InlineSchema {
    /// Becomes the name of the `RedshiftSchema` object.
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be at most 40 lower-case letters, digits and hyphens, such as claims"))]
    pub name: String,
    #[serde(flatten)]
    pub spec: RedshiftSchemaSpec,
}
