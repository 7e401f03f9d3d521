//! A table's columns changed by copying it: a new table is filled from the old one and takes its name, with
//! its grants and policies, in one transaction that locks both. So with tables that a policy joins.

use std::collections::BTreeMap;

use super::draft::{Draft, MOST_STATEMENTS};
use super::policies::{attach_filter, attach_mask, detach_filter, detach_mask, row_level_security};
use super::tables::Copying;
use super::{Why, regrant};
use crate::plan::Safety;
use crate::schema::catalog::{FoundRelation, Shown};
use crate::schema::declared::DeclaredFilter;
use crate::schema::desire::wants_filtering;
use crate::sql::{
    ColumnDefinition, DataType, Ident, PolicyStatement, Relation, Statement, TableChange, TableDefinition,
    TableStatement,
};

pub(super) fn swap(draft: &mut Draft<'_>, tables: &[Copying<'_>]) {
    let names = listed(tables);
    let mut steps: [Vec<Statement>; 5] = Default::default();
    let [locks, fills, renames, grants, drops] = &mut steps;
    for copying in tables {
        let (table, name) = (&copying.table.table, copying.name());
        let shadow = Relation::new(&table.schema, &name.with_suffix("__cloister_new"));
        let old = Relation::new(&table.schema, &name.with_suffix("__cloister_old"));
        let (definition, copied) = match copy_of(copying.table, copying.found, &shadow) {
            Ok(copy) => copy,
            Err(sentence) => return draft.hold(names, Why::NotInPlace, sentence),
        };
        locks.push(TableStatement::Lock { table: table.clone() }.into());
        fills.push(TableStatement::Create(definition).into());
        fills.push(
            TableStatement::CopyRows { from: table.clone(), into: shadow.clone(), columns: copied }.into(),
        );
        renames.extend([rename(table, &old), rename(&shadow, table)]);
        grants.extend(regrant::grants(draft, name, copying.found));
        drops.push(TableStatement::Drop { table: old }.into());
    }
    let [locks, fills, renames, grants, drops] = steps;
    // A mask for everybody would hold for the copying itself, and the data would be lost.
    let (uncover, cover) = policies(draft, tables);
    let all: Vec<Statement> = [locks, uncover, fills, renames, grants, cover, drops].concat();
    if all.len() > MOST_STATEMENTS {
        let sentence = format!(
            "{names} cannot be copied in one transaction, since grants and policies are {} statements and the Data API takes {MOST_STATEMENTS}: lessen them for the time being",
            all.len()
        );
        return draft.hold(names, Why::NotInPlace, sentence);
    }
    for copying in tables {
        draft.copied.insert(copying.name().clone());
        let added = copying.work.add.iter().map(|column| column.name.clone());
        draft.added.entry(copying.name().clone()).or_default().extend(added);
    }
    let narrows = tables.iter().any(|copying| copying.work.narrows);
    let safety = if narrows { Safety::Destructive } else { Safety::Disruptive };
    let about = format!("table {}", tables[0].name());
    let making = draft.transaction(format!("copy {names} to change its columns"), about);
    let making = tables.iter().fold(making.statements(all).safety(safety), |making, copying| {
        making.about(format!("table {}", copying.name())).mends(format!("tables.{}", copying.name()))
    });
    making.done();
}

/// `table a`, or `table a with b`.
fn listed(tables: &[Copying<'_>]) -> String {
    let names: Vec<&str> = tables.iter().map(|copying| copying.name().as_str()).collect();
    format!("table {}", names.join(" with "))
}

fn rename(table: &Relation, to: &Relation) -> Statement {
    TableStatement::Alter { table: table.clone(), change: TableChange::RenameTo(to.name.clone()) }.into()
}

type Copy = (TableDefinition, Vec<(Ident, Option<DataType>)>);

/// The new table, and what is copied into it. Columns that are not declared come along: that they go is
/// another decision.
fn copy_of(table: &TableDefinition, found: &FoundRelation, shadow: &Relation) -> Result<Copy, String> {
    let mut definition = table.clone();
    definition.table = shadow.clone();
    let mut copied = Vec::new();
    for column in &table.columns {
        match found.columns.get(&column.name) {
            Some(there) => {
                let same = there.data_type == Shown::Known(column.data_type);
                copied.push((column.name.clone(), (!same).then_some(column.data_type)));
            }
            None if !column.nullable && column.default.is_none() => {
                return Err(format!(
                    "table {} is not copied while column {} has no value to be filled with: give it a default, or let it be nullable",
                    table.table.name, column.name
                ));
            }
            None => {}
        }
    }
    let mut extra: Vec<_> =
        found.columns.iter().filter(|(name, _)| !table.columns.iter().any(|c| c.name == **name)).collect();
    extra.sort_by_key(|(_, column)| column.position);
    for (name, column) in extra {
        let (Shown::Known(data_type), None | Some(Shown::Known(_))) = (&column.data_type, &column.default)
        else {
            return Err(format!(
                "table {} is not copied, since its column {name}, which is not declared, has a type or default that cannot be written: drop it, or declare it",
                table.table.name
            ));
        };
        let default = match &column.default {
            Some(Shown::Known(value)) => Some(value.clone()),
            _ => None,
        };
        definition.columns.push(ColumnDefinition {
            name: name.clone(),
            data_type: *data_type,
            nullable: column.nullable,
            encode: None,
            default,
        });
        copied.push((name.clone(), None));
    }
    // Both tables are there for a moment, and so are both keys.
    if let Some((key, _)) = &mut definition.primary_key
        && found.primary_key.as_ref().is_some_and(|(name, _)| name == key)
    {
        *key = table.table.name.with_suffix("_key");
    }
    if definition.sort.is_none() {
        definition.sort.clone_from(&found.sort);
    }
    Ok((definition, copied))
}

/// What takes all policies off the old tables, and what puts them onto the new ones.
fn policies(draft: &Draft<'_>, tables: &[Copying<'_>]) -> (Vec<Statement>, Vec<Statement>) {
    let is_copied = |name: &Ident| tables.iter().any(|copying| copying.name() == name);
    let (mut uncover, mut cover) = (Vec::new(), Vec::new());
    for a in draft.catalog.attached_masks.iter().filter(|a| is_copied(&a.table)) {
        uncover.push(detach_mask(draft, a));
        cover.push(attach_mask(draft, a));
    }
    // Redshift renames and drops no table that a policy looks up, so these are made anew.
    // https://docs.aws.amazon.com/redshift/latest/dg/t_rls_object_dependency.html
    let looks_up = |filter: &DeclaredFilter| tables.iter().any(|copying| filter.looks_up(copying.name()));
    let reading: BTreeMap<&Ident, &DeclaredFilter> = draft
        .declared
        .filters
        .iter()
        .filter(|(policy, wanted)| draft.catalog.filters.contains_key(*policy) && looks_up(wanted))
        .collect();
    let filters = draft.catalog.attached_filters.iter();
    for a in filters.filter(|a| is_copied(&a.table) || reading.contains_key(&a.policy)) {
        uncover.push(detach_filter(draft, a));
        cover.push(attach_filter(draft, a));
    }
    uncover.extend(
        reading.keys().map(|policy| PolicyStatement::DropFilter { policy: (*policy).clone() }.into()),
    );
    let again = reading.iter().map(|(policy, wanted)| Statement::from(wanted.create(policy)));
    cover.splice(0..0, again);
    for copying in tables.iter().filter(|copying| copying.found.row_level_security) {
        uncover.push(row_level_security(draft, copying.name(), false));
        if wants_filtering(draft.declared, draft.catalog, copying.name()) {
            cover.push(row_level_security(draft, copying.name(), true));
        }
    }
    (uncover, cover)
}
