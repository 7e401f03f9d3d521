//! Tables and columns that are not declared any more. What hides their data goes with them, not before.

use super::Why;
use super::draft::Draft;
use super::policies::{detach_filter, detach_mask};
use crate::plan::Safety;
use crate::schema::catalog::FoundRelation;
use crate::schema::ownership::{Kind, Standing, forget, is_leaving, standing, stays};
use crate::sql::{
    Distribution, Grantee, Ident, Relation, Statement, TableChange, TableDefinition, TableStatement,
};

pub(super) fn drop(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    for (name, found) in &catalog.relations {
        match declared.tables.get(name) {
            Some(table) if standing(declared, catalog, Kind::Table, name) != Standing::Foreign => {
                let undeclared = |column: &&Ident| !table.columns.iter().any(|c| c.name == **column);
                for column in found.columns.keys().filter(undeclared) {
                    drop_column(draft, table, found, column);
                }
            }
            None if is_leaving(declared, catalog, name) => drop_table(draft, name),
            Some(_) | None => {}
        }
    }
}

fn drop_table(draft: &mut Draft<'_>, name: &Ident) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let filters = catalog
        .attached_filters
        .iter()
        .filter(|a| a.table == *name && draft.has_policy_on(&a.table, None, &a.to));
    let filters = filters.map(|a| detach_filter(draft, a));
    let masks = catalog
        .attached_masks
        .iter()
        .filter(|a| a.table == *name && draft.has_policy_on(&a.table, Some(&a.column), &a.to));
    let masks = masks.map(|a| detach_mask(draft, a));
    let detach: Vec<Statement> = filters.chain(masks).collect();
    let table = Relation::new(&declared.schema, name);
    let making =
        draft.transaction(format!("drop table {name}, which is no longer declared"), format!("table {name}"));
    let making = making.statements(detach).statement(TableStatement::Drop { table });
    let making = making.statement(forget(declared, Kind::Table, name.as_str()));
    making.safety(Safety::Destructive).mends(format!("tables.{name}")).done();
}

/// Redshift drops no column that a key is over, so that the key goes first.
fn drop_column(draft: &mut Draft<'_>, table: &TableDefinition, found: &FoundRelation, column: &Ident) {
    let name = &table.table.name;
    let about = format!("column {column} of table {name}");
    let key = Distribution::Key(column.clone());
    // An interleaved sort key keeps the distribution as it is, unless the table is copied.
    let stuck = found.distribution == key && !draft.changes_distribution(table, found);
    if stuck {
        let sentence = format!(
            "{about} is not declared and cannot be dropped, since the table is distributed by it: declare the column, or set columnTypeChanges to ShadowTable"
        );
        draft.hold(about, Why::NotInPlace, sentence);
        return;
    }
    let alter = |change| TableStatement::Alter { table: table.table.clone(), change };
    let undeclared = |column: &&Ident| !table.columns.iter().any(|c| c.name == **column);
    let sort = found.sort.as_ref().filter(|_| table.sort.is_none());
    let first = sort.and_then(|sort| sort.columns.iter().find(undeclared)).cloned();
    if first.as_ref() == Some(column) {
        let title = format!("remove the sort key of table {name} with its column {column}");
        let making = draft.transaction(title, about.clone());
        let making = making.statement(alter(TableChange::NoSortKey)).safety(Safety::Destructive);
        making.needs(format!("table {name}")).mends(format!("tables.{name}.columns.{column}")).done();
    }
    // The key goes with the first of its columns.
    let first = first.map(|first| format!("column {first} of table {name}"));
    let masks = draft.catalog.attached_masks.iter().filter(|a| a.table == *name && a.column == *column);
    let masks = masks.filter(|a| draft.has_policy_on(name, Some(column), &a.to));
    let detach: Vec<Statement> = masks.map(|a| detach_mask(draft, a)).collect();
    let making = draft.transaction(format!("drop {about}, which is not declared"), about.clone());
    let making = making.statements(detach).statement(alter(TableChange::DropColumn(column.clone())));
    let making =
        making.safety(Safety::Destructive).needs(format!("table {name}")).needs(first.unwrap_or(about));
    making.mends(format!("tables.{name}.columns.{column}")).done();
}

impl Draft<'_> {
    /// Whether a policy is still attached when it comes to dropping.
    fn has_policy_on(&self, table: &Ident, column: Option<&Ident>, to: &Grantee) -> bool {
        stays(self.declared, self.catalog, table, column, to)
    }

    fn changes_distribution(&self, table: &TableDefinition, found: &FoundRelation) -> bool {
        let interleaved = found.sort.as_ref().is_some_and(|sort| sort.interleaved);
        table.distribution != found.distribution && (!interleaved || self.copied.contains(&table.table.name))
    }
}
