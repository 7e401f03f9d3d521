//! SQL by the Redshift Data API: sent, waited for, and its rows fetched.
//! <https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html>

use std::time::Duration;

use aws_sdk_redshiftdata::Client;
use aws_sdk_redshiftdata::operation::describe_statement::DescribeStatementOutput;
use aws_sdk_redshiftdata::types::{Field, StatusString};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::Database;
use cloister_core::schema::catalog::Rows;
use futures::future::try_join_all;
use tokio::time::{Instant, sleep};

use super::refusal;
use crate::account::Account;
use crate::fault::refused;
use crate::limit::{Lane, Paced};
use crate::place::Place;

/// The first look at a statement, and the longest time between two.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// After this the pass goes on without the answer; the next one reads what has become of it.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs statements as one transaction, or a single one outside of any. An answer for each that has rows.
pub(crate) async fn run(
    account: &Account,
    at: &Database,
    statements: Vec<String>,
    lane: Lane,
) -> Result<Vec<Rows>, Fault> {
    run_in(&account.home, at, statements, lane, PATIENCE).await
}

/// The same, in any region and for as long as the caller likes to wait.
pub(crate) async fn run_in(
    place: &Place,
    at: &Database,
    statements: Vec<String>,
    lane: Lane,
    patience: Duration,
) -> Result<Vec<Rows>, Fault> {
    let data = &place.redshift_data;
    let id = send(data, at, statements, lane).await?;
    let done = finished(data, &id, lane, patience).await?;
    let with_rows: Vec<String> = if done.sub_statements().is_empty() {
        done.has_result_set().unwrap_or_default().then_some(id).into_iter().collect()
    } else {
        let parts = done.sub_statements().iter().filter(|part| part.has_result_set().unwrap_or_default());
        parts.map(|part| part.id().to_owned()).collect()
    };
    try_join_all(with_rows.iter().map(|id| rows(data, id, lane))).await
}

/// The SDK gives every request a token of its own, so that none is run twice when it is sent again.
async fn send(
    data: &Paced<Client>,
    at: &Database,
    mut statements: Vec<String>,
    lane: Lane,
) -> Result<String, Fault> {
    let (cluster, database, user) = (&at.cluster, &at.name, &at.user);
    let id = if statements.len() == 1 {
        let sql = statements.remove(0);
        let send = |data: &Client| {
            let request = data.execute_statement().cluster_identifier(cluster).database(database);
            request.db_user(user).sql(sql).send()
        };
        data.call(lane, send).await?.id
    } else {
        let send = |data: &Client| {
            let request = data.batch_execute_statement().cluster_identifier(cluster).database(database);
            request.db_user(user).set_sqls(Some(statements)).send()
        };
        data.call(lane, send).await?.id
    };
    id.ok_or_else(|| refused("redshift-data", "ExecuteStatement", "NoId"))
}

async fn finished(
    data: &Paced<Client>,
    id: &str,
    lane: Lane,
    patience: Duration,
) -> Result<DescribeStatementOutput, Fault> {
    let began = Instant::now();
    let mut wait = FIRST_LOOK;
    loop {
        let send = |data: &Client| data.describe_statement().id(id).send();
        let seen = data.call(lane, send).await?;
        match seen.status() {
            Some(StatusString::Finished) => return Ok(seen),
            Some(StatusString::Failed) => {
                let parts = seen.sub_statements().iter().find_map(|part| part.error());
                return Err(refusal::of(parts.or(seen.error()).unwrap_or_default()));
            }
            Some(StatusString::Aborted) => return Err(unfinished("Aborted")),
            _ if began.elapsed() > patience => return Err(unfinished("StillRunning")),
            _ => sleep(wait).await,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

fn unfinished(code: &str) -> Fault {
    Fault {
        service: "redshift-data",
        operation: "DescribeStatement",
        code: code.into(),
        class: FaultClass::Ambiguous,
    }
}

pub(crate) async fn rows(data: &Paced<Client>, id: &str, lane: Lane) -> Result<Rows, Fault> {
    let mut rows = Rows::default();
    let mut token = None;
    loop {
        let send = |data: &Client| data.get_statement_result().id(id).set_next_token(token.take()).send();
        let page = data.call(lane, send).await?;
        if rows.columns.is_empty() {
            let columns = page.column_metadata.unwrap_or_default().into_iter();
            rows.columns = columns.map(|column| column.name.unwrap_or_default()).collect();
        }
        let cells = page.records.into_iter().map(|record| record.into_iter().map(cell).collect());
        rows.cells.extend(cells);
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(rows);
        }
    }
}

fn cell(field: Field) -> Option<String> {
    match field {
        Field::StringValue(text) => Some(text),
        Field::BooleanValue(value) => Some(value.to_string()),
        Field::LongValue(value) => Some(value.to_string()),
        Field::DoubleValue(value) => Some(value.to_string()),
        // No column of the catalog is binary.
        _ => None,
    }
}
