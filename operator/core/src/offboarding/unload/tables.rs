use std::collections::BTreeSet;

use crate::name::digits;
use crate::schema::catalog::{self, Rows, Unreadable};
use crate::sql::Ident;

/// A table, or a view that holds rows of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Table {
    pub schema: Ident,
    pub name: Ident,
    /// It has a column of a type that UNLOAD writes to no Parquet file.
    pub as_text: bool,
}

/// What is asked of the catalog: the relations, and which views are materialized.
#[must_use]
pub fn queries() -> Vec<String> {
    vec![RELATIONS.to_owned(), MATERIALIZED.to_owned()]
}

/// All of the database but Redshift's own and the ledger, which names objects of Kubernetes and nothing of the tenant's.
/// <https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html> says which types Parquet does not take.
const RELATIONS: &str = "SELECT n.nspname AS schema_name, c.relname AS name, c.relkind AS kind, \
(SELECT COUNT(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
AND (STRPOS(format_type(a.atttypid, a.atttypmod), 'geo') = 1 OR STRPOS(format_type(a.atttypid, a.atttypmod), 'hll') = 1 \
OR STRPOS(format_type(a.atttypid, a.atttypmod), 'interval') = 1)) AS textual \
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
WHERE c.relkind IN ('r', 'v') AND STRPOS(n.nspname, 'pg_') <> 1 \
AND n.nspname NOT IN ('information_schema', 'catalog_history', 'cloister')";

/// <https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_MV_INFO.html>
const MATERIALIZED: &str = "SELECT TRIM(schema_name) AS schema_name, TRIM(name) AS name FROM svv_mv_info \
WHERE TRIM(database_name) = current_database()";

/// The rows of a materialized view are in a table of this name beside it, with columns that are Redshift's.
const BEHIND_A_VIEW: &str = "mv_tbl__";

/// In the order of their names.
pub fn read(answers: &[Rows]) -> Result<Vec<Table>, Unreadable> {
    let [relations, materialized] = answers else {
        return Err(Unreadable::NoColumn("answers", "one of the queries"));
    };
    let mut views = BTreeSet::new();
    for row in catalog::Table::new("materialized", ["schema_name", "name"], materialized)?.rows() {
        views.insert((row.name(0)?, row.name(1)?));
    }
    let mut tables = Vec::new();
    for row in catalog::Table::new("relations", ["schema_name", "name", "kind", "textual"], relations)?.rows()
    {
        let table = Table { schema: row.name(0)?, name: row.name(1)?, as_text: row.number(3)? > 0 };
        let holds_rows = match row.text(2)? {
            "r" => !is_behind_a_view(&table, &views),
            _ => views.contains(&(table.schema.clone(), table.name.clone())),
        };
        tables.extend(holds_rows.then_some(table));
    }
    tables.sort();
    Ok(tables)
}

fn is_behind_a_view(table: &Table, views: &BTreeSet<(Ident, Ident)>) -> bool {
    let of = table.name.as_str().strip_prefix(BEHIND_A_VIEW).and_then(|rest| rest.rsplit_once("__"));
    of.is_some_and(|(view, _)| views.iter().any(|(s, v)| *s == table.schema && v.as_str() == view))
}

/// What tells one set of tables from another.
#[must_use]
pub fn names(tables: &[Table]) -> String {
    let names = tables.iter().map(|t| format!("{:?}.{:?} {}", t.schema.as_str(), t.name.as_str(), t.as_text));
    digits(&names.collect::<Vec<_>>().join("\n"), 16)
}
