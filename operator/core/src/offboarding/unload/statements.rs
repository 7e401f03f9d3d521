use std::fmt::Write as _;

use super::Table;
use crate::name::digits;
use crate::schema::catalog::{self, Rows, Unreadable};
use crate::sql::Writer;

/// What exports are under, in every bucket.
pub const PREFIX: &str = "_cloister/export/";

/// <https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html>: "written to the same Amazon S3 path prefix as the
/// unload files in the format <object_path_prefix>manifest".
pub const MANIFEST: &str = "manifest";

/// Where one attempt at a table goes. A later attempt has a prefix of its own: files of one that failed may still be
/// there, or come, and ALLOWOVERWRITE would leave those beside the new ones that it does not replace.
#[must_use]
pub fn prefix(export: &str, table: &Table, attempt: i64) -> String {
    let place = format!("{}/{}/", path(table.schema.as_str()), path(table.name.as_str()));
    if attempt > 1 {
        format!("{export}warehouse.{attempt}/{place}")
    } else {
        format!("{export}warehouse/{place}")
    }
}

/// A name of any characters as one part of a key.
fn path(name: &str) -> String {
    name.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'$' {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

/// With the same token and parameters the Data API answers with the same statement, for eight hours:
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html>, "Considerations". It promises nothing of the kind of
/// names that `ListStatements` finds. One sent again after that finds its prefix taken, and fails without a row.
#[must_use]
pub fn token(uid: &str, export: &str, table: &Table, attempt: i64) -> String {
    digits(&format!("{uid}\n{}", prefix(export, table, attempt)), 64)
}

/// One transaction, so that both see the same rows: how many there are, and all of them to S3.
#[must_use]
pub fn unload(table: &Table, to: &str, role: &str, key: &str) -> Vec<String> {
    let mut select = Writer::default();
    select.words("SELECT * FROM ").ident(&table.schema).words(".").ident(&table.name);
    let mut w = Writer::default();
    w.words("UNLOAD (").literal(&select.finish()).words(") TO ").literal(to);
    w.words(" IAM_ROLE ").literal(role);
    w.words(if table.as_text { " FORMAT CSV HEADER" } else { " FORMAT PARQUET" });
    w.words(" MANIFEST VERBOSE KMS_KEY_ID ").literal(key).words(" ENCRYPTED");
    vec![count([(0, table)]), w.finish()]
}

/// How many rows there are, by the places of the tables.
#[must_use]
pub fn count<'a>(tables: impl IntoIterator<Item = (usize, &'a Table)>) -> String {
    let mut w = Writer::default();
    for (n, (place, table)) in tables.into_iter().enumerate() {
        w.words(if n > 0 { " UNION ALL SELECT " } else { "SELECT " });
        w.number(i64::try_from(place).unwrap_or(i64::MAX));
        w.words(" AS place, COUNT(*) AS row_count FROM ").ident(&table.schema).words(".").ident(&table.name);
    }
    w.finish()
}

/// Place and number.
pub fn read_counts(rows: &Rows) -> Result<Vec<(usize, i64)>, Unreadable> {
    let table = catalog::Table::new("counts", ["place", "row_count"], rows)?;
    table
        .rows()
        .map(|row| Ok((usize::try_from(row.number(0)?).unwrap_or_default(), row.number(1)?)))
        .collect()
}
