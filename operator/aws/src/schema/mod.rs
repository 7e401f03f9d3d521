//! What is in a warehouse: read from its catalog, changed by transactions.

pub(crate) mod database;
pub(crate) mod refusal;
pub(crate) mod statements;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Database, Resource, Schema, SchemaStep};
use cloister_core::schema::catalog::{self, Answers, Part};

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;
use crate::look::Look;

/// Databases that have the ledger, so that it is asked for together with the rest.
#[derive(Default)]
pub(crate) struct Ledgers(Mutex<HashSet<(String, String)>>);

impl Ledgers {
    fn with<T>(
        &self,
        at: &Database,
        f: impl FnOnce(&mut HashSet<(String, String)>, (String, String)) -> T,
    ) -> T {
        let key = (at.cluster.clone(), at.name.clone());
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), key)
    }

    fn has(&self, at: &Database) -> bool {
        self.with(at, |known, key| known.contains(&key))
    }

    fn set(&self, at: &Database, has: bool) {
        self.with(at, |known, key| if has { known.insert(key) } else { known.remove(&key) });
    }
}

/// Never `Absent`: even a schema that is not there is planned by what its database holds.
pub(crate) async fn observe(account: &Account, look: &Look<'_>, want: &Schema) -> Result<Observed, Fault> {
    let at = &want.database;
    let with_ledger = account.ledgers.has(at);
    let mut answers = match ask(account, want, &parts(with_ledger), look.lane).await {
        // The ledger that was there is gone.
        Err(fault) if with_ledger && fault.class == FaultClass::NotFound => {
            account.ledgers.set(at, false);
            ask(account, want, &parts(false), look.lane).await?
        }
        answers => answers?,
    };
    let schema = want.declared.schema.as_str();
    let has_ledger = catalog::has_ledger(&answers).map_err(unreadable)?;
    if has_ledger && !answers.contains_key(&Part::Ledger) {
        answers.extend(ask(account, want, &[Part::Ledger], look.lane).await?);
    }
    account.ledgers.set(at, has_ledger);
    let catalog = catalog::read(schema, &answers).map_err(unreadable)?;
    let found = Schema { catalog: Some(catalog), ..want.clone() };
    Ok(Observed::Present(Actual { resource: Resource::Schema(Box::new(found)), arn: String::new() }))
}

fn parts(with_ledger: bool) -> Vec<Part> {
    Part::ALL.into_iter().filter(|part| with_ledger || *part != Part::Ledger).collect()
}

async fn ask(account: &Account, want: &Schema, parts: &[Part], lane: Lane) -> Result<Answers, Fault> {
    let queries = parts.iter().map(|part| catalog::query(*part, want.subject()).to_string()).collect();
    let rows = statements::run(account, &want.database, queries, lane).await?;
    if rows.len() != parts.len() {
        return Err(refused("redshift-data", "GetStatementResult", "AnswersMissing"));
    }
    Ok(parts.iter().copied().zip(rows).collect())
}

/// Where it was not understood is told, and not what was there: names may tell something of people.
#[allow(clippy::needless_pass_by_value)] // for map_err
fn unreadable(why: catalog::Unreadable) -> Fault {
    refused("redshift-data", "GetStatementResult", &format!("UnknownCatalog({})", why.place()))
}

/// One transaction, or one statement that Redshift refuses within any.
pub(crate) async fn perform(
    account: &Account,
    want: &Schema,
    step: &SchemaStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let statements = step.statements.iter().map(ToString::to_string).collect();
    statements::run(account, &want.database, statements, lane).await?;
    Ok(None)
}
