//! Row-level security and masking. A policy that has changed is another policy with the same first name: it
//! takes the place of the old one in one transaction.
//!
//! What hides data of a table or column that is no longer declared stays until that is dropped.

mod filters;
mod masks;
mod obsolete;

use std::collections::BTreeSet;

pub(super) use obsolete::drop_obsolete;

use super::draft::{Draft, Making};
use crate::schema::catalog::{AttachedFilter, AttachedMask, Grants, Target};
use crate::schema::desire::policy_key;
use crate::sql::{Grantee, Ident, PolicyStatement, Relation, Statement, TableChange, TableStatement};

pub(super) fn make(draft: &mut Draft<'_>) {
    let declared = draft.declared;
    obsolete::detach(draft);
    for (name, filter) in &declared.filters {
        filters::make(draft, name, filter);
    }
    for (name, mask) in &declared.masks {
        masks::make(draft, name, mask);
    }
}

/// The changes of policies that take those of ours off this role, which Redshift then can drop.
pub(super) fn detaching(draft: &Draft<'_>, role: &Grantee) -> BTreeSet<String> {
    let filters = draft.catalog.attached_filters.iter().filter(|a| a.to == *role).map(|a| &a.policy);
    let masks = draft.catalog.attached_masks.iter().filter(|a| a.to == *role).map(|a| &a.policy);
    let policies = filters.chain(masks).filter(|policy| is_ours(draft, policy));
    policies
        .flat_map(|policy| [format!("policy {}", first_name(draft, policy)), "obsolete policies".into()])
        .collect()
}

/// The changes of policies that hide something of what is about to be given. Nobody gets it before.
pub(super) fn hiding(draft: &Draft<'_>, given: &Grants) -> BTreeSet<String> {
    let every = given.keys().any(|target| matches!(target, Target::EveryTable | Target::ToCome(_)));
    let shows = |table: &Ident| {
        let is = |target: &Target| matches!(target, Target::Relation(t) | Target::Column(t, _) if t == table);
        every || given.keys().any(is)
    };
    let filters = draft.declared.filters.iter().filter(|(_, filter)| filter.tables.iter().any(shows));
    let masks = draft.declared.masks.iter().filter(|(_, mask)| mask.columns.iter().any(|(t, _)| shows(t)));
    changes(draft, filters.map(|(name, _)| name).chain(masks.map(|(name, _)| name)))
}

/// The changes of all declared policies.
pub(super) fn all(draft: &Draft<'_>) -> BTreeSet<String> {
    changes(draft, draft.declared.filters.keys().chain(draft.declared.masks.keys()))
}

fn changes<'p>(draft: &Draft<'_>, policies: impl Iterator<Item = &'p Ident>) -> BTreeSet<String> {
    policies.map(|name| format!("policy {}", first_name(draft, name))).collect()
}

/// The part of a policy's name that the manifest gives.
fn first_name(draft: &Draft<'_>, name: &Ident) -> String {
    let key = policy_key(draft.declared, name);
    key.rsplit_once('.').map_or_else(|| key.clone(), |(first, _)| first.to_owned())
}

fn is_ours(draft: &Draft<'_>, name: &Ident) -> bool {
    name.as_str().starts_with(&draft.declared.policies_prefix)
}

/// Somebody else has changed it: nothing is known of what it does now.
fn is_spoilt(draft: &Draft<'_>, changed_by: Option<&String>) -> bool {
    changed_by.is_some_and(|who| !who.eq_ignore_ascii_case(draft.declared.owner.as_str()))
}

/// Puts the statements of one policy into transactions, after the tables, columns and roles that they are for.
fn finish<'p>(
    draft: &mut Draft<'_>,
    units: Vec<Vec<Statement>>,
    name: &Ident,
    part: &str,
    places: impl IntoIterator<Item = (&'p Ident, &'p Ident)>,
    to: &BTreeSet<Grantee>,
) {
    let first = first_name(draft, name);
    let places: Vec<(&Ident, &Ident)> = places.into_iter().collect();
    let switched: BTreeSet<String> =
        places.iter().map(|(table, _)| format!("tables.{table}.rowLevelSecurity")).collect();
    let absent: BTreeSet<&Ident> = places
        .into_iter()
        .filter(|(table, column)| !draft.has_now(table, column))
        .map(|(table, _)| table)
        .collect();
    let roles = to.iter().filter_map(|who| match who {
        Grantee::Role(role) => Some(format!("role {}", draft.declared.short(role))),
        _ => None,
    });
    let needs: Vec<String> = absent.into_iter().map(|table| format!("table {table}")).chain(roles).collect();
    draft.pack(units, |draft| {
        let making = draft.transaction(format!("set up policy {first}"), format!("policy {first}"));
        let making = switched.iter().fold(making.mends(format!("{part}.{first}")), Making::mends);
        needs.iter().fold(making, Making::needs)
    });
}

pub(super) fn row_level_security(draft: &Draft<'_>, table: &Ident, on: bool) -> Statement {
    let table = Relation::new(&draft.declared.schema, table);
    TableStatement::Alter { table, change: TableChange::RowLevelSecurity(on) }.into()
}

pub(super) fn attach_filter(draft: &Draft<'_>, a: &AttachedFilter) -> Statement {
    let table = Relation::new(&draft.declared.schema, &a.table);
    PolicyStatement::AttachFilter { policy: a.policy.clone(), table, to: a.to.clone() }.into()
}

pub(super) fn detach_filter(draft: &Draft<'_>, a: &AttachedFilter) -> Statement {
    let table = Relation::new(&draft.declared.schema, &a.table);
    PolicyStatement::DetachFilter { policy: a.policy.clone(), table, from: a.to.clone() }.into()
}

pub(super) fn attach_mask(draft: &Draft<'_>, a: &AttachedMask) -> Statement {
    let table = Relation::new(&draft.declared.schema, &a.table);
    let (policy, column, to, priority) = (a.policy.clone(), a.column.clone(), a.to.clone(), a.priority);
    PolicyStatement::AttachMask { policy, table, column, to, priority }.into()
}

pub(super) fn detach_mask(draft: &Draft<'_>, a: &AttachedMask) -> Statement {
    let table = Relation::new(&draft.declared.schema, &a.table);
    PolicyStatement::DetachMask {
        policy: a.policy.clone(),
        table,
        column: a.column.clone(),
        from: a.to.clone(),
    }
    .into()
}
