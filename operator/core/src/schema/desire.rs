//! What is wanted of a schema. It depends on the catalog in two ways only: ALL TABLES means those that are
//! there too, and what is somebody else's is wanted by nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Grants, Shown, Target};
use super::declared::{Declared, DeclaredGrant, GrantOn};
use super::ownership::{Kind, Standing, retired, standing};
use super::state::{ColumnState, PolicyState, RoleState, SchemaState, TableState, UserState};
use crate::sql::{Ident, Privilege, TableDefinition};

#[must_use]
pub fn desire(declared: &Declared, catalog: &Catalog) -> SchemaState {
    let roles =
        declared.roles.iter().filter(|(name, _)| is_ours(declared, catalog, Kind::role(declared), name));
    let roles: BTreeMap<String, RoleState> = roles
        .map(|(name, role)| {
            let state = RoleState {
                members: role.members.keys().cloned().collect(),
                member_of: role.member_of.iter().map(|r| declared.short(r).to_owned()).collect(),
                grants: wanted_grants(declared, catalog, name, &role.grants),
            };
            (declared.short(name).to_owned(), state)
        })
        .collect();
    let members = declared.roles.values().flat_map(|role| role.members.keys());
    let tables = declared.tables.iter().filter(|(name, _)| is_ours(declared, catalog, Kind::Table, name));
    SchemaState {
        owner: declared.owner.to_string(),
        quota_mib: declared.quota_gib.map(|gib| gib * 1024),
        public_schema: BTreeSet::new(),
        roles,
        users: members.map(|name| (name.clone(), UserState { superuser: false })).collect(),
        tables: tables.map(|(name, table)| (name.clone(), wanted_table(declared, catalog, table))).collect(),
        row_level_security: declared
            .filters
            .iter()
            .map(|(name, filter)| {
                let attached =
                    filter.tables.iter().flat_map(|t| filter.to.iter().map(move |to| format!("{t} to {to}")));
                (
                    policy_key(declared, name),
                    PolicyState { modified_by: declared.owner.to_string(), attached: attached.collect() },
                )
            })
            .collect(),
        masking: declared
            .masks
            .iter()
            .map(|(name, mask)| {
                let attached = mask.columns.iter().flat_map(|(t, c)| {
                    mask.to.iter().map(move |to| format!("{t}({c}) to {to}, priority {}", mask.priority))
                });
                (
                    policy_key(declared, name),
                    PolicyState { modified_by: declared.owner.to_string(), attached: attached.collect() },
                )
            })
            .collect(),
        unmanaged_grants: BTreeMap::new(),
    }
}

pub(super) fn policy_key(declared: &Declared, name: &Ident) -> String {
    name.as_str().strip_prefix(&declared.policies_prefix).unwrap_or(name.as_str()).to_owned()
}

fn is_ours(declared: &Declared, catalog: &Catalog, kind: Kind, name: &Ident) -> bool {
    standing(declared, catalog, kind, name) != Standing::Foreign
}

/// The manifest's, and the right to look into the schema at all.
fn wanted_grants(declared: &Declared, catalog: &Catalog, role: &Ident, grants: &[DeclaredGrant]) -> Grants {
    let leaving = leaving_tables(declared, catalog);
    let held = catalog.grants.get(&declared.grantee(role));
    let mut wanted = Grants::from([(Target::Schema, BTreeSet::from([Privilege::Usage]))]);
    let mut add = |target: Target, privileges: &BTreeSet<Privilege>| {
        let mut privileges = privileges.clone();
        if let Target::Relation(table) | Target::Column(table, _) = &target
            && leaving.contains(table)
        {
            // A table that is no longer declared stays as readable as it is until it is dropped.
            let kept = held.and_then(|held| held.get(&target));
            privileges.retain(|p| kept.is_some_and(|kept| kept.contains(p)));
        }
        if !privileges.is_empty() {
            wanted.entry(target).or_default().extend(privileges);
        }
    };
    for grant in grants {
        match &grant.on {
            GrantOn::Schema => add(Target::Schema, &grant.privileges),
            GrantOn::EveryTable => {
                add(Target::ToCome(declared.owner.clone()), &grant.privileges);
                for name in every_table(declared, catalog) {
                    add(Target::Relation(name.clone()), &grant.privileges);
                }
            }
            GrantOn::Relation(name) if exists(declared, catalog, name) => {
                add(Target::Relation(name.clone()), &grant.privileges);
            }
            GrantOn::Columns(table, columns) if exists(declared, catalog, table) => {
                for column in columns.iter().filter(|c| has_column(declared, catalog, table, c)) {
                    add(Target::Column(table.clone(), column.clone()), &grant.privileges);
                }
            }
            // What it is for is not there yet; `absent` says so.
            GrantOn::Relation(_) | GrantOn::Columns(..) => {}
        }
    }
    wanted
}

fn leaving_tables(declared: &Declared, catalog: &Catalog) -> BTreeSet<Ident> {
    let all = retired(declared, catalog).into_iter();
    all.filter(|(kind, _)| *kind == Kind::Table).map(|(_, name)| name).collect()
}

fn every_table<'a>(declared: &'a Declared, catalog: &'a Catalog) -> BTreeSet<&'a Ident> {
    // The hidden table behind a materialized view.
    let there = catalog.relations.keys().filter(|name| !name.as_str().starts_with("mv_tbl__"));
    there.chain(declared.tables.keys()).collect()
}

fn exists(declared: &Declared, catalog: &Catalog, name: &Ident) -> bool {
    declared.tables.contains_key(name) || catalog.relations.contains_key(name)
}

fn has_column(declared: &Declared, catalog: &Catalog, table: &Ident, column: &Ident) -> bool {
    let declared = declared.tables.get(table).is_some_and(|t| t.columns.iter().any(|c| c.name == *column));
    // A view's columns are not read.
    declared
        || catalog.relations.get(table).is_some_and(|found| found.view || found.columns.contains_key(column))
}

/// Declared grants on what is not there, and is not declared either.
#[must_use]
pub(super) fn absent(declared: &Declared, catalog: &Catalog) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (role, grant) in
        declared.roles.iter().flat_map(|(name, role)| role.grants.iter().map(move |g| (name, g)))
    {
        let missing = match &grant.on {
            GrantOn::Relation(name) if !exists(declared, catalog, name) => name.to_string(),
            GrantOn::Columns(table, _) if !exists(declared, catalog, table) => table.to_string(),
            GrantOn::Columns(table, columns) => {
                match columns.iter().find(|c| !has_column(declared, catalog, table, c)) {
                    Some(column) => format!("{table}({column})"),
                    None => continue,
                }
            }
            GrantOn::Schema | GrantOn::EveryTable | GrantOn::Relation(_) => continue,
        };
        all.push((declared.short(role).to_owned(), missing));
    }
    all
}

fn wanted_table(declared: &Declared, catalog: &Catalog, table: &TableDefinition) -> TableState {
    let name = &table.table.name;
    let columns = table.columns.iter().map(|column| {
        let state = ColumnState {
            data_type: Shown::Known(column.data_type),
            nullable: column.nullable,
            encode: column.encode,
            default: column.default.clone().map(Shown::Known),
        };
        (column.name.clone(), state)
    });
    TableState {
        owner: declared.owner.to_string(),
        columns: columns.collect(),
        distribution: table.distribution.clone(),
        sort: table.sort.clone(),
        primary_key: table.primary_key.as_ref().map(|(_, columns)| columns.clone()).unwrap_or_default(),
        row_level_security: wants_filtering(declared, catalog, name),
    }
}

/// Ours, or somebody else's policy on our table: without row-level security it would show every row.
pub(super) fn wants_filtering(declared: &Declared, catalog: &Catalog, table: &Ident) -> bool {
    declared.filters.values().any(|filter| filter.tables.contains(table))
        || catalog
            .attached_filters
            .iter()
            .any(|a| a.table == *table && !a.policy.as_str().starts_with(&declared.policies_prefix))
}
