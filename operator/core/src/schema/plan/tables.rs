//! Tables: made, changed in place where Redshift can, and dropped where the manifest allows.

use super::columns::{compare_column, compare_keys};
use super::draft::{Draft, MOST_STATEMENTS};
use super::{Why, shadow};
use crate::plan::Safety;
use crate::schema::catalog::FoundRelation;
use crate::schema::ownership::{Kind, Standing, is_recorded, owner_of, record, standing};
use crate::sql::{ColumnDefinition, Ident, TableChange, TableDefinition, TableStatement};

pub(super) fn change(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let (mut new, mut copies) = (Vec::new(), Vec::new());
    for (name, table) in &declared.tables {
        match standing(declared, catalog, Kind::Table, name) {
            Standing::Absent => new.push(table),
            Standing::Foreign => {
                draft.foreign("table", name.as_str(), owner_of(catalog, Kind::Table, name.as_str()));
            }
            here => {
                if here == Standing::Adoptable {
                    draft.take_over(Kind::Table, name.as_str(), format!("ledger of table {name}"));
                }
                if let Some(found) = catalog.relations.get(name) {
                    copies.extend(change_table(draft, table, found));
                }
            }
        }
    }
    for tables in joined(draft, copies) {
        shadow::swap(draft, &tables);
    }
    create(draft, &new);
}

/// Tables of which a policy on one looks up the other are copied together: between the two copies the types
/// that it compares would differ, and Redshift would refuse to put it back.
fn joined<'a>(draft: &Draft<'_>, copies: Vec<Copying<'a>>) -> Vec<Vec<Copying<'a>>> {
    let mut groups: Vec<Vec<Copying<'a>>> = Vec::new();
    for copy in copies {
        let is_joined = |other: &Copying<'_>| is_joined(draft, copy.name(), other.name());
        let (together, apart): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(is_joined));
        groups = apart;
        groups.push(together.into_iter().flatten().chain([copy]).collect());
    }
    groups
}

fn is_joined(draft: &Draft<'_>, one: &Ident, other: &Ident) -> bool {
    draft.catalog.attached_filters.iter().any(|a| {
        let looks_up = |name| draft.declared.filters.get(&a.policy).is_some_and(|f| f.looks_up(name));
        (a.table == *one && looks_up(other)) || (a.table == *other && looks_up(one))
    })
}

/// Many at once: a transaction takes seconds, however much is in it.
fn create(draft: &mut Draft<'_>, new: &[&TableDefinition]) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    for some in new.chunks(MOST_STATEMENTS / 2) {
        let names: Vec<&Ident> = some.iter().map(|table| &table.table.name).collect();
        let title = match names.as_slice() {
            [one] => format!("create table {one}"),
            many => format!("create {} tables, {} and others", many.len(), many[0]),
        };
        let mut making = draft.transaction(title, format!("table {}", names[0])).needs("ledger");
        for table in some {
            let name = &table.table.name;
            making = making.statement(TableStatement::Create((*table).clone()));
            if !is_recorded(declared, catalog, Kind::Table, name.as_str()) {
                making = making.statement(record(declared, Kind::Table, name.as_str()));
            }
            making = making.about(format!("table {name}")).mends(format!("tables.{name}"));
        }
        making.done();
    }
}

/// What is to be done to a table that is there.
#[derive(Default)]
pub(super) struct Work {
    pub(super) add: Vec<ColumnDefinition>,
    pub(super) alter: Vec<(TableChange, Safety, String)>,
    /// Paths and reasons of what cannot be done in place.
    pub(super) not_in_place: Vec<(String, String)>,
    pub(super) impossible: Vec<String>,
    pub(super) narrows: bool,
}

/// A table that is to be copied.
pub(super) struct Copying<'a> {
    pub(super) table: &'a TableDefinition,
    pub(super) found: &'a FoundRelation,
    pub(super) work: Work,
}

impl Copying<'_> {
    pub(super) fn name(&self) -> &Ident {
        &self.table.table.name
    }
}

fn change_table<'a>(
    draft: &mut Draft<'_>,
    table: &'a TableDefinition,
    found: &'a FoundRelation,
) -> Option<Copying<'a>> {
    let name = &table.table.name;
    let mut work = Work::default();
    for column in &table.columns {
        match found.columns.get(&column.name) {
            Some(there) => compare_column(column, there, found, &mut work),
            None if !column.nullable && column.default.is_none() => work.impossible.push(format!(
                "column {} of table {name} cannot be added: Redshift adds a column that is not nullable only with a default; give it one, or let it be nullable",
                column.name
            )),
            None => work.add.push(column.clone()),
        }
    }
    compare_keys(draft, table, found, &mut work);
    for sentence in std::mem::take(&mut work.impossible) {
        draft.hold(format!("table {name}"), Why::NotInPlace, sentence);
    }
    if !work.not_in_place.is_empty() && draft.declared.shadow_tables {
        return Some(Copying { table, found, work });
    }
    for (path, what) in &work.not_in_place {
        let sentence = format!(
            "{what} of table {name} cannot be changed in place: set columnTypeChanges to ShadowTable to have the table copied"
        );
        draft.hold(format!("tables.{name}.{path}"), Why::NotInPlace, sentence);
    }
    in_place(draft, table, &work);
    None
}

fn in_place(draft: &mut Draft<'_>, table: &TableDefinition, work: &Work) {
    let name = &table.table.name;
    let about = format!("table {name}");
    for column in &work.add {
        draft.added.entry(name.clone()).or_default().insert(column.name.clone());
        let change = TableChange::AddColumn(column.clone());
        let making = draft.transaction(format!("add column {} to table {name}", column.name), about.clone());
        let making = making.statement(TableStatement::Alter { table: table.table.clone(), change });
        making.needs(about.clone()).mends(format!("tables.{name}.columns.{}", column.name)).done();
    }
    for (change, safety, path) in &work.alter {
        // A length that shrinks holds nothing else of the table back.
        let about =
            if *safety == Safety::Destructive { format!("{path} of table {name}") } else { about.clone() };
        let making = draft.transaction(format!("change {path} of table {name}"), about);
        let making =
            making.statement(TableStatement::Alter { table: table.table.clone(), change: change.clone() });
        making.safety(*safety).needs(format!("table {name}")).mends(format!("tables.{name}.{path}")).done();
    }
}
