//! A manifest, read: names that are names, types that are types. What is after this needs no doubt.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::RedshiftSchemaSpec;
use cloister_crds::schema::{ColumnTypeChanges, DestructiveChanges, RolesAs, UnmanagedGrants};

use super::read_policies::read_policies;
use super::read_roles::read_roles;
use super::read_tables::read_tables;
use crate::sql::{
    DataType, Filter, Grantee, Ident, MaskExpression, PolicyStatement, Privilege, TableDefinition,
};
use crate::violation::Violation;

/// What a RedshiftSchema is made from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The object's own name and UID.
    pub object: &'a str,
    pub uid: &'a str,
    pub spec: &'a RedshiftSchemaSpec,
    /// What the names of the tenant's roles begin with, since they are global in a cluster: `acme-health.`
    /// It must not hold a second dot.
    pub prefix: &'a str,
    /// The database user that the operator is, who owns the schema and its tables.
    pub owner: &'a str,
}

#[derive(Clone, Debug)]
pub struct Declared {
    pub uid: String,
    pub schema: Ident,
    pub owner: Ident,
    pub quota_gib: Option<i64>,
    pub roles_as: RolesAs,
    /// How the names of its roles, and of its policies, begin.
    pub roles_prefix: String,
    pub policies_prefix: String,
    /// By their names in the cluster.
    pub roles: BTreeMap<Ident, DeclaredRole>,
    pub tables: BTreeMap<Ident, TableDefinition>,
    /// By their names in the database.
    pub filters: BTreeMap<Ident, DeclaredFilter>,
    pub masks: BTreeMap<Ident, DeclaredMask>,
    pub unmanaged_grants: UnmanagedGrants,
    pub destructive: DestructiveChanges,
    pub approved: Option<String>,
    pub shadow_tables: bool,
    pub adopt: bool,
    /// The database, where tenants share its cluster: roles hold something in all of it then.
    pub shared: Option<Ident>,
    /// The schema itself is to go.
    pub leaving: bool,
}

#[derive(Clone, Debug)]
pub struct DeclaredRole {
    /// By their names in lower case.
    pub members: BTreeMap<String, Ident>,
    pub member_of: BTreeSet<Ident>,
    pub grants: Vec<DeclaredGrant>,
}

#[derive(Clone, Debug)]
pub struct DeclaredGrant {
    pub on: GrantOn,
    pub privileges: BTreeSet<Privilege>,
}

#[derive(Clone, Debug)]
pub enum GrantOn {
    Schema,
    EveryTable,
    Relation(Ident),
    Columns(Ident, BTreeSet<Ident>),
}

#[derive(Clone, Debug)]
pub struct DeclaredFilter {
    pub column: Ident,
    pub of: DataType,
    pub filter: Filter,
    pub tables: BTreeSet<Ident>,
    pub to: BTreeSet<Grantee>,
}

impl DeclaredFilter {
    #[must_use]
    pub fn create(&self, policy: &Ident) -> PolicyStatement {
        let (column, of, filter) = (self.column.clone(), self.of, self.filter.clone());
        PolicyStatement::CreateFilter { policy: policy.clone(), column, of, filter }
    }

    #[must_use]
    pub fn looks_up(&self, name: &Ident) -> bool {
        matches!(&self.filter, Filter::Lookup { table, .. } if table.name == *name)
    }
}

#[derive(Clone, Debug)]
pub struct DeclaredMask {
    pub of: DataType,
    pub mask: MaskExpression,
    pub columns: BTreeSet<(Ident, Ident)>,
    pub to: BTreeSet<Grantee>,
    pub priority: i64,
}

impl Declared {
    /// Reads a manifest, or says all that is wrong with it.
    pub fn read(inputs: &Inputs<'_>) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader { violations: Vec::new() };
        let spec = inputs.spec;
        let name = spec.schema.clone().unwrap_or_else(|| inputs.object.replace('-', "_"));
        let schema = reader.name("spec.schema", &name);
        let owner = reader.name("spec", inputs.owner);
        let roles_prefix = format!("{}{name}.", inputs.prefix);
        let mut declared = Self {
            uid: inputs.uid.to_owned(),
            schema,
            owner,
            quota_gib: spec.quota_gib,
            roles_as: spec.roles_as,
            roles_prefix,
            policies_prefix: format!("{name}."),
            roles: BTreeMap::new(),
            tables: BTreeMap::new(),
            filters: BTreeMap::new(),
            masks: BTreeMap::new(),
            unmanaged_grants: spec.unmanaged_grants,
            destructive: spec.destructive_changes,
            approved: spec.approved_plan.clone(),
            shadow_tables: spec.column_type_changes == ColumnTypeChanges::ShadowTable,
            adopt: spec.adopt,
            shared: None,
            leaving: false,
        };
        read_tables(&mut reader, spec, &mut declared);
        read_roles(&mut reader, spec, &mut declared);
        read_policies(&mut reader, spec, &mut declared);
        if reader.violations.is_empty() { Ok(declared) } else { Err(reader.violations) }
    }

    /// The same schema when its object is deleted: nothing in it is wanted any more.
    #[must_use]
    pub fn leaving(mut self) -> Self {
        self.roles.clear();
        self.tables.clear();
        self.filters.clear();
        self.masks.clear();
        self.leaving = true;
        self
    }

    #[must_use]
    pub fn grantee(&self, role: &Ident) -> Grantee {
        match self.roles_as {
            RolesAs::Role => Grantee::Role(role.clone()),
            RolesAs::Group => Grantee::Group(role.clone()),
        }
    }

    /// A role's name in the manifest.
    #[must_use]
    pub fn short<'a>(&self, role: &'a Ident) -> &'a str {
        role.as_str().strip_prefix(&self.roles_prefix).unwrap_or(role.as_str())
    }
}

/// Collects what is wrong while it reads on.
pub(super) struct Reader {
    pub(super) violations: Vec<Violation>,
}

impl Reader {
    pub(super) fn wrong(&mut self, path: impl Into<String>, hint: impl Into<String>) {
        self.violations.push(Violation::new(path, hint));
    }

    /// A name, or a stand-in beside the violation.
    pub(super) fn name(&mut self, path: &str, name: &str) -> Ident {
        match Ident::new(name) {
            Ok(name) => name,
            Err(bad) => {
                self.wrong(path, format!("{name:?} {bad}; write a shorter or plainer one"));
                Ident::fixed("?")
            }
        }
    }
}
