//! Both sides are asked for counts and checksums of every table; no row leaves either.

use std::collections::BTreeSet;

use cloister_aws::Side;
use cloister_core::drill::{
    Columns, Seen, Sum, TableCheck, Tables, columns_query, compare, read_columns, read_sum, sum_query,
};
use cloister_core::resource::Database;
use cloister_core::sql::Ident;
use futures::{StreamExt as _, stream};

use super::subject::Subject;

/// Tables that are read at a time: the live warehouse has other work to do.
const AT_ONCE: usize = 4;

/// Every table that is declared, or on either side in a schema that is declared.
pub async fn tables(subject: &Subject, scratch: &str) -> Result<Vec<TableCheck>, String> {
    let restored = Database { cluster: scratch.to_owned(), ..subject.database.clone() };
    let mut checks = Vec::new();
    for (schema, declared) in &subject.declared {
        let (there, here) = futures::join!(
            columns(subject, Side::Restored, &restored, schema),
            columns(subject, Side::Live, &subject.database, schema)
        );
        let there = there?;
        // Where the live one is gone, which drills are for, there is still to be told what the copy holds.
        let (here, gone) = match here {
            Ok(here) => (here, None),
            Err(why) => (there.clone(), Some(why)),
        };
        let all: BTreeSet<&Ident> = declared.iter().chain(there.keys()).chain(here.keys()).collect();
        let compared = stream::iter(all).map(async |table| {
            let (was, is) = futures::join!(
                seen(subject, Side::Restored, &restored, (schema, table), there.get(table)),
                live(subject, gone.as_ref(), (schema, table), here.get(table))
            );
            let name = (schema.as_str(), table.as_str());
            compare(name, declared.contains(table), was.as_ref(), is.as_ref())
        });
        checks.extend(compared.buffered(AT_ONCE).collect::<Vec<_>>().await);
    }
    Ok(checks)
}

async fn columns(subject: &Subject, side: Side, at: &Database, schema: &Ident) -> Result<Tables, String> {
    let rows = subject.account.ask(side, at, columns_query(schema)).await;
    let rows = rows.map_err(|fault| format!("the catalog of {} could not be read: {fault}", at.cluster))?;
    read_columns(&rows)
        .map_err(|unreadable| format!("{} of {} is not understood", unreadable.place(), at.cluster))
}

async fn live(
    subject: &Subject,
    gone: Option<&String>,
    table: (&Ident, &Ident),
    columns: Option<&Columns>,
) -> Option<Seen> {
    match gone {
        Some(why) => Some(Seen { columns: columns?.clone(), sum: Err(why.clone()) }),
        None => seen(subject, Side::Live, &subject.database, table, columns).await,
    }
}

async fn seen(
    subject: &Subject,
    side: Side,
    at: &Database,
    (schema, table): (&Ident, &Ident),
    columns: Option<&Columns>,
) -> Option<Seen> {
    let columns = columns?;
    let sum = sum(subject, side, at, sum_query(schema, table, columns)).await;
    Some(Seen { columns: columns.clone(), sum })
}

async fn sum(subject: &Subject, side: Side, at: &Database, sql: String) -> Result<Sum, String> {
    let rows = subject.account.ask(side, at, sql).await.map_err(|fault| fault.to_string())?;
    read_sum(&rows).map_err(|unreadable| format!("{} is not understood", unreadable.place()))
}
