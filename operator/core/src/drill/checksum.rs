//! Counts and checksums of tables. They are computed where the rows are: only numbers leave the warehouse.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::schema::catalog::{Part, Rows, Subject, Table, Unreadable, query};
use crate::sql::{DataType, Ident, Writer};

/// Names and types, as the catalog tells them.
pub type Columns = BTreeMap<Ident, String>;
pub type Tables = BTreeMap<Ident, Columns>;

/// What a table holds, whatever the order of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sum {
    pub rows: i64,
    pub checksum: String,
}

/// Every column of every table in a schema.
#[must_use]
pub fn columns_query(schema: &Ident) -> String {
    query(Part::Columns, Subject { schema: schema.as_str(), roles: "", policies: "" }).to_string()
}

pub fn read_columns(rows: &Rows) -> Result<Tables, Unreadable> {
    let mut tables = Tables::new();
    for row in Table::new("columns", ["relation", "name", "type"], rows)?.rows() {
        tables.entry(row.name(0)?).or_default().insert(row.name(1)?, row.text(2)?.to_owned());
    }
    Ok(tables)
}

/// One digest for each row, of the digests of its values, so that no text grows too long. Their sums do not depend on
/// the order of rows: 120 bits, of which 60 fit a number at a time. Each sum fits 38 digits for 10^19 rows.
#[must_use]
pub fn sum_query(schema: &Ident, table: &Ident, columns: &Columns) -> String {
    let mut w = Writer::default();
    w.words("SELECT COUNT(*) AS row_count");
    for (part, name) in [("1, 15", "low"), ("17, 15", "high")] {
        w.words(", CAST(SUM(CAST(STRTOL(SUBSTRING(digest, ").words(part);
        w.words("), 16) AS DECIMAL(38,0))) AS VARCHAR(40)) AS ").words(name);
    }
    w.words(" FROM (SELECT MD5(");
    for (n, (column, type_)) in columns.iter().enumerate() {
        if n > 0 {
            w.words(" || ");
        }
        value(&mut w, column, DataType::parse(type_));
    }
    w.words(") AS digest FROM ").ident(schema).words(".").ident(table).words(") AS digests");
    w.finish()
}

/// An MD5 has 32 characters, so that the absent is told from the present. Redshift casts no boolean to text.
fn value(w: &mut Writer, column: &Ident, of: Option<DataType>) {
    w.words("CASE WHEN ").ident(column).words(" IS NULL THEN 'n' ");
    match of {
        Some(DataType::Boolean) => {
            w.words("WHEN ").ident(column).words(" THEN 't' ELSE 'f' END");
        }
        Some(DataType::Super) => {
            w.words("ELSE MD5(JSON_SERIALIZE(").ident(column).words(")) END");
        }
        of if has_text(of) => {
            w.words("ELSE MD5(CAST(").ident(column).words(" AS VARCHAR(65535))) END");
        }
        _ => {
            w.words("ELSE 'v' END");
        }
    }
}

fn has_text(of: Option<DataType>) -> bool {
    let without = [DataType::Geometry, DataType::Geography, DataType::HllSketch];
    of.is_some_and(|of| !without.contains(&of) && !matches!(of, DataType::Varbyte(_)))
}

/// Columns of which only presence is compared.
#[must_use]
pub fn left_out(columns: &Columns) -> Vec<String> {
    let without = columns.iter().filter(|(_, type_)| !has_text(DataType::parse(type_)));
    without.map(|(name, _)| name.to_string()).collect()
}

pub fn read_sum(rows: &Rows) -> Result<Sum, Unreadable> {
    let table = Table::new("sums", ["row_count", "low", "high"], rows)?;
    let row = table.rows().next().ok_or(Unreadable::ShortRow("sums"))?;
    // No row has no sum.
    let [low, high] = [1, 2].map(|n| row.optional(n).map(|sum| sum.unwrap_or("0").to_owned()));
    Ok(Sum { rows: row.number(0)?, checksum: format!("{}-{}", low?, high?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(of: &[(&str, &str)]) -> Columns {
        of.iter().map(|(name, type_)| (Ident::new(*name).unwrap(), (*type_).to_owned())).collect()
    }

    #[test]
    fn names_are_quoted_and_each_type_has_its_text() {
        let columns = columns(&[("a\"b", "integer"), ("s", "super"), ("yes", "boolean"), ("g", "geometry")]);
        let (schema, table) = (Ident::new("s\"x").unwrap(), Ident::new("t").unwrap());
        let sql = sum_query(&schema, &table, &columns);
        assert!(sql.contains(r#"MD5(CAST("a""b" AS VARCHAR(65535)))"#), "{sql}");
        assert!(
            sql.contains(r#"MD5(JSON_SERIALIZE("s"))"#) && sql.contains(r#"WHEN "yes" THEN 't'"#),
            "{sql}"
        );
        assert!(sql.ends_with(r#"FROM "s""x"."t") AS digests"#), "{sql}");
        assert_eq!(left_out(&columns), ["g"]);
    }

    #[test]
    fn an_empty_table_has_a_sum() {
        let names = ["row_count", "low", "high"].map(str::to_owned).to_vec();
        let rows = Rows { columns: names, cells: vec![vec![Some("0".into()), None, None]] };
        assert_eq!(read_sum(&rows), Ok(Sum { rows: 0, checksum: "0-0".into() }));
    }
}
