//! Whose an object in the database is: what the ledger says, since there are no tags.

use std::collections::BTreeSet;

use cloister_crds::schema::RolesAs;

use super::catalog::Catalog;
use super::declared::Declared;
use crate::sql::{Grantee, Ident, LedgerStatement};

/// What is written into the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Schema,
    Role,
    Group,
    User,
    Table,
}

impl Kind {
    pub(super) fn role(declared: &Declared) -> Self {
        match declared.roles_as {
            RolesAs::Role => Self::Role,
            RolesAs::Group => Self::Group,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Role => "role",
            Self::Group => "group",
            Self::User => "user",
            Self::Table => "table",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Absent,
    Ours,
    /// There, made by others, and allowed to be taken over.
    Adoptable,
    Foreign,
}

pub(super) fn owner_of<'a>(catalog: &'a Catalog, kind: Kind, name: &str) -> Option<&'a str> {
    catalog.ledger.get(&(kind.as_str().to_owned(), name.to_owned())).map(String::as_str)
}

pub(super) fn is_recorded(declared: &Declared, catalog: &Catalog, kind: Kind, name: &str) -> bool {
    owner_of(catalog, kind, name) == Some(&declared.uid)
}

pub(super) fn is_there(catalog: &Catalog, kind: Kind, name: &Ident) -> bool {
    match kind {
        Kind::Schema => catalog.namespace.is_some(),
        Kind::Role => catalog.roles.contains(name),
        Kind::Group => catalog.groups.contains(name),
        Kind::User => catalog.users.contains_key(name.as_str()),
        Kind::Table => catalog.relations.contains_key(name),
    }
}

pub(super) fn standing(declared: &Declared, catalog: &Catalog, kind: Kind, name: &Ident) -> Standing {
    let recorded = is_recorded(declared, catalog, kind, name.as_str());
    // A view is never made into a table.
    let view = kind == Kind::Table && catalog.relations.get(name).is_some_and(|r| r.view);
    match (is_there(catalog, kind, name), recorded, declared.adopt) {
        (false, _, _) => Standing::Absent,
        (true, _, _) if view => Standing::Foreign,
        (true, true, _) => Standing::Ours,
        (true, false, true) => Standing::Adoptable,
        (true, false, false) => Standing::Foreign,
    }
}

/// What was made for this object, is there, and is no longer declared. A user who has other roles stays.
pub(super) fn retired(declared: &Declared, catalog: &Catalog) -> BTreeSet<(Kind, Ident)> {
    let mut all = BTreeSet::new();
    for (kind, name) in recorded(declared, catalog) {
        let gone = match kind {
            Kind::Schema => false,
            Kind::Role | Kind::Group => kind != Kind::role(declared) || !declared.roles.contains_key(&name),
            Kind::Table => is_leaving(declared, catalog, &name),
            Kind::User => !is_member(declared, &name) && !has_other_roles(declared, catalog, &name),
        };
        if gone && is_there(catalog, kind, &name) {
            all.insert((kind, name));
        }
    }
    all
}

/// A table that is no longer declared.
pub(super) fn is_leaving(declared: &Declared, catalog: &Catalog, table: &Ident) -> bool {
    is_recorded(declared, catalog, Kind::Table, table.as_str())
        && !declared.tables.contains_key(table)
        && catalog.relations.get(table).is_some_and(|found| !found.view)
}

/// A column that is not declared, of a table that is, or any of a table that is not.
pub(super) fn is_column_leaving(
    declared: &Declared,
    catalog: &Catalog,
    table: &Ident,
    column: &Ident,
) -> bool {
    match declared.tables.get(table) {
        Some(definition) => !definition.columns.iter().any(|c| c.name == *column),
        None => is_leaving(declared, catalog, table),
    }
}

/// Whether what hides a leaving table's or column's data from somebody stays until that is dropped.
pub(super) fn stays(
    declared: &Declared,
    catalog: &Catalog,
    table: &Ident,
    column: Option<&Ident>,
    to: &Grantee,
) -> bool {
    let leaving = match column {
        Some(column) => is_column_leaving(declared, catalog, table, column),
        None => is_leaving(declared, catalog, table),
    };
    leaving && !is_leaving_role(declared, catalog, to)
}

/// It is dropped, and Redshift drops none that a policy is attached to.
fn is_leaving_role(declared: &Declared, catalog: &Catalog, who: &Grantee) -> bool {
    matches!(who, Grantee::Role(role) if is_recorded(declared, catalog, Kind::Role, role.as_str())
        && !(declared.roles_as == RolesAs::Role && declared.roles.contains_key(role)))
}

/// Everything that the ledger has for this object.
pub(super) fn recorded<'a>(
    declared: &'a Declared,
    catalog: &'a Catalog,
) -> impl Iterator<Item = (Kind, Ident)> + 'a {
    let kinds = [Kind::Schema, Kind::Role, Kind::Group, Kind::User, Kind::Table];
    catalog.ledger.iter().filter(|(_, owner)| **owner == declared.uid).filter_map(move |((kind, name), _)| {
        let kind = kinds.into_iter().find(|k| k.as_str() == kind)?;
        Some((kind, Ident::new(name.as_str()).ok()?))
    })
}

fn is_member(declared: &Declared, user: &Ident) -> bool {
    declared.roles.values().any(|role| role.members.contains_key(user.as_str()))
}

fn has_other_roles(declared: &Declared, catalog: &Catalog, user: &Ident) -> bool {
    let others = catalog.role_users.iter().chain(&catalog.group_users);
    others
        .filter(|(role, _)| !role.as_str().starts_with(&declared.roles_prefix))
        .any(|(_, users)| users.iter().any(|u| u.as_str().eq_ignore_ascii_case(user.as_str())))
}

pub(super) fn record(declared: &Declared, kind: Kind, name: &str) -> LedgerStatement {
    LedgerStatement::Record {
        schema: declared.schema.to_string(),
        kind: kind.as_str(),
        name: name.to_owned(),
        owner: declared.uid.clone(),
    }
}

pub(super) fn forget(declared: &Declared, kind: Kind, name: &str) -> LedgerStatement {
    LedgerStatement::Forget {
        schema: declared.schema.to_string(),
        kind: kind.as_str(),
        name: name.to_owned(),
    }
}
