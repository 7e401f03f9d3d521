//! A database of a shared cluster: whose it is, and who may do what in all of it.

use cloister_core::environment::partition;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Database, DatabaseStep, Resource, WarehouseDatabase};
use cloister_core::schema::catalog::Rows;
use cloister_core::warehouse::HOME;
use cloister_core::warehouse::catalog::{self, Found};

use super::{refusal, statements, unreadable};
use crate::account::Account;
use crate::limit::Lane;
use crate::look::Look;
use crate::redshift;

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    want: &WarehouseDatabase,
) -> Result<Observed, Fault> {
    // One that was seen before is asked itself: a cluster that is being modified still answers.
    if look.known_arn.is_none()
        && let Some(what) = redshift::unavailable(account, look, &want.at.cluster).await?
    {
        return Ok(Observed::Changing { what });
    }
    let answers = match read(account, want, look.lane).await {
        Err(fault) if fault.code == refusal::NO_DATABASE => return Ok(Observed::Absent),
        answers => answers?,
    };
    let found = catalog::read(want, &answers).map_err(unreadable)?;
    account.ledgers.set(&want.at, found.has_ledger);
    Ok(classify(account, look, found))
}

/// Ours if the ledger in it says so and nothing else, or if nobody has taken it yet.
fn classify(account: &Account, look: &Look<'_>, found: Found) -> Observed {
    let (others, unfinished) = (foreign(look, &found), found.is_unfinished());
    let recorded = found.recorded_for.contains(&look.owner.uid);
    let Found { database, .. } = found;
    let arn = arn(account, &database.at);
    let resource = Resource::Database(Box::new(WarehouseDatabase { recorded, ..database }));
    let actual = Actual { resource, arn };
    match others {
        None if recorded || unfinished => Observed::Present(actual),
        others => {
            let owner = others.unwrap_or_else(|| "nobody that Cloister knows".to_owned());
            Observed::Foreign { owner, actual: Some(actual).filter(|_| look.adopt) }
        }
    }
}

fn foreign(look: &Look<'_>, found: &Found) -> Option<String> {
    let other = found.recorded_for.iter().find(|uid| **uid != look.owner.uid)?;
    Some(format!("the object with uid {other}"))
}

/// Once more without the ledger if it was there before and is gone, or with it if it has come.
async fn read(account: &Account, want: &WarehouseDatabase, lane: Lane) -> Result<Vec<Rows>, Fault> {
    let ask = |with_ledger| statements::run(account, &want.at, catalog::queries(want, with_ledger), lane);
    let with_ledger = account.ledgers.has(&want.at);
    let answers = match ask(with_ledger).await {
        Err(fault) if with_ledger && fault.class == FaultClass::NotFound => {
            account.ledgers.set(&want.at, false);
            ask(false).await?
        }
        answers => answers?,
    };
    let has_ledger = catalog::read(want, &answers).map_err(unreadable)?.has_ledger;
    if has_ledger && answers.len() < catalog::queries(want, true).len() {
        ask(true).await
    } else {
        Ok(answers)
    }
}

pub(crate) async fn perform(
    account: &Account,
    want: &WarehouseDatabase,
    uid: &str,
    step: &DatabaseStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let statements: Vec<String> = step.statements(want, uid).iter().map(ToString::to_string).collect();
    let outside = Database { name: HOME.into(), ..want.at.clone() };
    let at = if step.is_said_outside() { &outside } else { &want.at };
    statements::run(account, at, statements, lane).await?;
    Ok(None)
}

fn arn(account: &Account, at: &Database) -> String {
    let (region, id) = (&account.home.region, &account.id);
    format!("arn:{}:redshift:{region}:{id}:dbname:{}/{}", partition(region), at.cluster, at.name)
}
