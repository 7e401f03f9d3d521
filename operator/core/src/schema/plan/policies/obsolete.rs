use std::collections::BTreeSet;

use super::{detach_filter, detach_mask, first_name, is_ours, row_level_security};
use crate::plan::Safety;
use crate::schema::desire::wants_filtering;
use crate::schema::ownership::{is_leaving, stays};
use crate::schema::plan::draft::{Draft, Making};
use crate::sql::{Ident, PolicyStatement, Statement};

/// Takes policies that are no longer declared off what is.
pub(super) fn detach(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let filters = catalog.attached_filters.iter().filter(|a| {
        is_obsolete(draft, declared.filters.keys(), &a.policy)
            && !stays(declared, catalog, &a.table, None, &a.to)
    });
    let masks = catalog.attached_masks.iter().filter(|a| {
        is_obsolete(draft, declared.masks.keys(), &a.policy)
            && !stays(declared, catalog, &a.table, Some(&a.column), &a.to)
    });
    let units: Vec<Vec<Statement>> = filters
        .map(|a| vec![detach_filter(draft, a)])
        .chain(masks.map(|a| vec![detach_mask(draft, a)]))
        .collect();
    draft.pack(units, |draft| {
        let making = draft.transaction("detach policies that are no longer declared", "obsolete policies");
        making.mends("rowLevelSecurity").mends("masking").safety(Safety::Disruptive)
    });
    let tables = catalog.relations.iter().filter(|(name, table)| {
        table.row_level_security
            && declared.tables.contains_key(*name)
            && !draft.copied.contains(*name)
            && !wants_filtering(declared, catalog, name)
    });
    let tables: Vec<_> = tables.map(|(name, _)| name).collect();
    let switched: Vec<String> = tables.iter().map(|name| format!("tables.{name}.rowLevelSecurity")).collect();
    let units = tables.into_iter().map(|name| vec![row_level_security(draft, name, false)]).collect();
    draft.pack(units, |draft| {
        let title = "turn row-level security off, for which no policy is declared";
        let making = draft.transaction(title, "row-level security").safety(Safety::Disruptive);
        switched.iter().fold(making, Making::mends)
    });
}

/// Ours, and no policy with its first name is declared to take its places.
fn is_obsolete<'n>(draft: &Draft<'_>, mut declared: impl Iterator<Item = &'n Ident>, name: &Ident) -> bool {
    is_ours(draft, name) && !declared.any(|other| first_name(draft, other) == first_name(draft, name))
}

/// Drops policies that are no longer declared, or were made as something else. Comes after the tables and
/// columns that they had to hide.
pub(in crate::schema::plan) fn drop_obsolete(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    for name in catalog.filters.keys().filter(|name| !declared.filters.contains_key(*name)) {
        let attached = catalog.attached_filters.iter().filter(|a| a.policy == *name);
        let staying = attached.filter(|a| stays(declared, catalog, &a.table, None, &a.to));
        let needs = staying.map(|a| format!("table {}", a.table)).collect();
        drop(draft, name, PolicyStatement::DropFilter { policy: name.clone() }, &needs);
    }
    for name in catalog.masks.keys().filter(|name| !declared.masks.contains_key(*name)) {
        let attached = catalog.attached_masks.iter().filter(|a| a.policy == *name);
        let staying = attached.filter(|a| stays(declared, catalog, &a.table, Some(&a.column), &a.to));
        let place = |table: &Ident, column: &Ident| {
            if is_leaving(declared, catalog, table) {
                format!("table {table}")
            } else {
                format!("column {column} of table {table}")
            }
        };
        let needs = staying.map(|a| place(&a.table, &a.column)).collect();
        drop(draft, name, PolicyStatement::DropMask { policy: name.clone() }, &needs);
    }
}

fn drop(draft: &mut Draft<'_>, name: &Ident, drop: PolicyStatement, needs: &BTreeSet<String>) {
    if !is_ours(draft, name) {
        return;
    }
    let first = first_name(draft, name);
    let making = draft.transaction(format!("drop policy {first} as it was"), format!("old policy {first}"));
    let making = making.needs(format!("policy {first}")).needs("obsolete policies");
    let making = needs.iter().fold(making, Making::needs);
    making.statement(drop).mends("rowLevelSecurity").mends("masking").safety(Safety::Disruptive).done();
}
