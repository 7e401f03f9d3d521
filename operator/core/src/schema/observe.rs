//! The managed fields as they are: the catalog, less what is left to others.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::schema::UnmanagedGrants;

use super::catalog::{Catalog, FoundRelation, Grants, Target};
use super::declared::Declared;
use super::desire::policy_key;
use super::ownership::{Kind, Standing, is_recorded, retired, standing, stays};
use super::state::{ColumnState, PolicyState, RoleState, SchemaState, TableState, UserState};
use crate::sql::{Grantee, Ident, TableDefinition};

/// `None` where there is no such schema.
#[must_use]
pub fn observe(declared: &Declared, catalog: &Catalog) -> Option<SchemaState> {
    let namespace = catalog.namespace.as_ref()?;
    let retired = retired(declared, catalog);
    let leaving = |kind: Kind| retired.iter().filter(move |(k, _)| *k == kind).map(|(_, name)| name);
    let roles = declared.roles.keys().filter(|name| ours(declared, catalog, Kind::role(declared), name));
    let roles = roles.map(|name| (declared.grantee(name), name));
    let roles = roles.chain(leaving(Kind::Role).map(|name| (Grantee::Role(name.clone()), name)));
    let roles = roles.chain(leaving(Kind::Group).map(|name| (Grantee::Group(name.clone()), name)));
    let roles: BTreeMap<Grantee, &Ident> = roles.collect();
    let tables = declared.tables.iter().filter(|(name, _)| ours(declared, catalog, Kind::Table, name));
    let tables =
        tables.map(|(name, table)| (name, Some(table))).chain(leaving(Kind::Table).map(|name| (name, None)));
    Some(SchemaState {
        owner: user(declared, &namespace.owner),
        quota_mib: namespace.quota_mib,
        public_schema: catalog.public_schema.clone(),
        roles: roles
            .iter()
            .map(|(who, name)| (declared.short(name).to_owned(), role(declared, catalog, who, name)))
            .collect(),
        users: users(declared, catalog, leaving(Kind::User)),
        tables: tables
            .filter_map(|(name, table)| {
                Some((name.clone(), table_state(declared, catalog.relations.get(name)?, table)))
            })
            .collect(),
        row_level_security: filters(declared, catalog),
        masking: masks(declared, catalog),
        unmanaged_grants: unmanaged(declared, catalog, &roles),
    })
}

fn ours(declared: &Declared, catalog: &Catalog, kind: Kind, name: &Ident) -> bool {
    matches!(standing(declared, catalog, kind, name), Standing::Ours | Standing::Adoptable)
}

fn role(declared: &Declared, catalog: &Catalog, who: &Grantee, name: &Ident) -> RoleState {
    let users = match who {
        Grantee::Group(_) => catalog.group_users.get(name),
        Grantee::Role(_) | Grantee::User(_) | Grantee::Public => catalog.role_users.get(name),
    };
    let users = users.into_iter().flatten().map(|user| user.as_str().to_ascii_lowercase());
    RoleState {
        members: users.chain(strangers(declared, catalog, name).map(|r| format!("role {r}"))).collect(),
        member_of: catalog
            .role_parents
            .get(name)
            .into_iter()
            .flatten()
            .map(|r| declared.short(r).to_owned())
            .collect(),
        grants: held(declared, catalog, who),
    }
}

/// Roles of others that have this one, and so all that it may do.
pub(super) fn strangers<'a>(
    declared: &'a Declared,
    catalog: &'a Catalog,
    role: &'a Ident,
) -> impl Iterator<Item = &'a Ident> {
    let outside =
        catalog.role_parents.iter().filter(|(name, _)| !name.as_str().starts_with(&declared.roles_prefix));
    outside.filter(move |(_, of)| of.contains(role)).map(|(name, _)| name)
}

/// What somebody holds, other than by owning it.
fn held(declared: &Declared, catalog: &Catalog, who: &Grantee) -> Grants {
    let owns = |target: &Target| {
        let Grantee::User(user) = who else { return false };
        match target {
            Target::Relation(name) | Target::Column(name, _) => {
                catalog.relations.get(name).is_some_and(|r| r.owner == user.as_str())
            }
            Target::Schema => catalog.namespace.as_ref().is_some_and(|n| n.owner == user.as_str()),
            Target::EveryTable | Target::EveryFunction | Target::ToCome(_) => false,
        }
    };
    let grants = catalog.grants.get(who).into_iter().flatten();
    let grants = grants.filter(|(target, _)| !owns(target)).map(|(target, held)| match target {
        Target::ToCome(owner) if is_owner(declared, owner.as_str()) => {
            (Target::ToCome(declared.owner.clone()), held.clone())
        }
        _ => (target.clone(), held.clone()),
    });
    grants.collect()
}

/// Redshift folds the names of users to lower case or not, by how they were made.
fn is_owner(declared: &Declared, name: &str) -> bool {
    name.eq_ignore_ascii_case(declared.owner.as_str())
}

fn user(declared: &Declared, name: &str) -> String {
    if is_owner(declared, name) { declared.owner.to_string() } else { name.to_owned() }
}

fn unmanaged(
    declared: &Declared,
    catalog: &Catalog,
    roles: &BTreeMap<Grantee, &Ident>,
) -> BTreeMap<Grantee, Grants> {
    let looked_at = |who: &Grantee| match who {
        Grantee::Public => true,
        Grantee::User(name) if is_owner(declared, name.as_str()) => false,
        _ => declared.unmanaged_grants != UnmanagedGrants::Ignore && !roles.contains_key(who),
    };
    let others = catalog.grants.keys().filter(|who| looked_at(who));
    others
        .map(|who| (who.clone(), held(declared, catalog, who)))
        .filter(|(_, grants)| !grants.is_empty())
        .collect()
}

fn users<'a>(
    declared: &Declared,
    catalog: &Catalog,
    leaving: impl Iterator<Item = &'a Ident>,
) -> BTreeMap<String, UserState> {
    let members = declared.roles.values().flat_map(|role| role.members.keys().cloned());
    let names: BTreeSet<String> = members.chain(leaving.map(ToString::to_string)).collect();
    let state = |name: String| {
        let found = catalog.users.get(&name)?;
        // Another's user may be a superuser for reasons of its own.
        let superuser = found.superuser && is_recorded(declared, catalog, Kind::User, &name);
        Some((name, UserState { superuser }))
    };
    names.into_iter().filter_map(state).collect()
}

fn table_state(declared: &Declared, found: &FoundRelation, table: Option<&TableDefinition>) -> TableState {
    let encoded =
        |name: &Ident| table.is_some_and(|t| t.columns.iter().any(|c| c.name == *name && c.encode.is_some()));
    let columns = found.columns.iter().map(|(name, column)| {
        let state = ColumnState {
            data_type: column.data_type.clone(),
            nullable: column.nullable,
            encode: encoded(name).then_some(column.encode),
            default: column.default.clone(),
        };
        (name.clone(), state)
    });
    TableState {
        owner: user(declared, &found.owner),
        columns: columns.collect(),
        distribution: found.distribution.clone(),
        sort: found.sort.clone().filter(|_| table.is_some_and(|t| t.sort.is_some())),
        primary_key: found.primary_key.as_ref().map(|(_, columns)| columns.clone()).unwrap_or_default(),
        row_level_security: found.row_level_security,
    }
}

fn filters(declared: &Declared, catalog: &Catalog) -> BTreeMap<String, PolicyState> {
    let ours =
        catalog.filters.iter().filter(|(name, _)| name.as_str().starts_with(&declared.policies_prefix));
    ours.map(|(name, who)| {
        let attached = catalog.attached_filters.iter().filter(|a| a.policy == *name);
        let attached = attached.filter(|a| !stays(declared, catalog, &a.table, None, &a.to));
        let attached = attached.map(|a| format!("{} to {}", a.table, a.to)).collect();
        (policy_key(declared, name), PolicyState { modified_by: user(declared, who), attached })
    })
    .collect()
}

fn masks(declared: &Declared, catalog: &Catalog) -> BTreeMap<String, PolicyState> {
    let ours = catalog.masks.iter().filter(|(name, _)| name.as_str().starts_with(&declared.policies_prefix));
    ours.map(|(name, who)| {
        let attached = catalog.attached_masks.iter().filter(|a| a.policy == *name);
        let attached = attached.filter(|a| !stays(declared, catalog, &a.table, Some(&a.column), &a.to));
        let attached = attached
            .map(|a| format!("{}({}) to {}, priority {}", a.table, a.column, a.to, a.priority))
            .collect();
        (policy_key(declared, name), PolicyState { modified_by: user(declared, who), attached })
    })
    .collect()
}
