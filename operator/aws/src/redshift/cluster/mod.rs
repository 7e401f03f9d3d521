//! Provisioned clusters.

mod read;
mod snapshot_copy;
mod state;
mod write;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_redshift::Client;
use aws_sdk_redshift::types::{self as sdk, LogDestinationType};
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::RESOURCE_NAME;
use cloister_core::resource::{Cluster, Resource, Tags};

use super::{arn, concerns_us, pages, tags_of};
use crate::account::Account;
use crate::fault::found;
use crate::look::Look;
use crate::place::Place;
pub(super) use write::perform;

const KIND: &str = "cluster";

/// What the listing tells.
#[derive(Debug)]
pub(super) struct Found {
    tags: Tags,
    /// The cluster but for its logs, which are asked of each; or what it is about.
    pub(super) settled: Result<Cluster, String>,
}

pub(super) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Cluster,
) -> Result<Observed, Fault> {
    let listed = account.warehouses.clusters.since(look.since, || fetch(account)).await?;
    let Some(cluster) = listed.get(name) else { return Ok(absent(&listed, look, want)) };
    if !look.owner.owns(&cluster.tags) && !look.adopt {
        return Ok(look.foreign(&cluster.tags, None));
    }
    let settled = match &cluster.settled {
        Ok(settled) => settled,
        Err(what) => return Ok(Observed::Changing { what: what.clone() }),
    };
    let Some(log_exports) = found(log_exports(account, look, name).await)? else {
        return Ok(Observed::Absent);
    };
    let resource = Resource::Cluster(Box::new(Cluster { log_exports, ..settled.clone() }));
    Ok(look.claim(&cluster.tags, Actual { resource, arn: arn(&account.home, KIND, name) }))
}

/// Why a cluster takes no statements; none where it does.
pub(crate) async fn unavailable(
    account: &Account,
    look: &Look<'_>,
    name: &str,
) -> Result<Option<String>, Fault> {
    let listed = account.warehouses.clusters.since(look.since, || fetch(account)).await?;
    Ok(match listed.get(name).map(|cluster| &cluster.settled) {
        Some(Ok(_)) => None,
        Some(Err(what)) => Some(what.clone()),
        None => Some(format!("Redshift cluster {name} is not there yet")),
    })
}

/// A cluster that somebody renamed is still the tenant's, and a second one would be made beside it.
fn absent(listed: &HashMap<String, Found>, look: &Look<'_>, want: &Cluster) -> Observed {
    let is_ours =
        |tags: &Tags| look.owner.owns(tags) && tags.get(RESOURCE_NAME) == want.tags.get(RESOURCE_NAME);
    match listed.iter().find(|(_, cluster)| is_ours(&cluster.tags)) {
        None => Observed::Absent,
        Some((other, _)) => {
            Observed::Changing { what: format!("Redshift cluster was renamed to {other}: name it back") }
        }
    }
}

async fn fetch(account: &Account) -> Result<HashMap<String, Found>, Fault> {
    let all = pages!(account.home.redshift, describe_clusters, clusters);
    let read = all.into_iter().map(|cluster| {
        let name = cluster.cluster_identifier.clone().unwrap_or_default();
        (name, found_in(&account.home, cluster))
    });
    Ok(read.filter(|(name, cluster)| concerns_us(name, &cluster.tags)).collect())
}

pub(super) fn found_in(place: &Place, mut cluster: sdk::Cluster) -> Found {
    let tags = tags_of(cluster.tags.take());
    let settled = state::at_rest(&cluster).and_then(|()| state::parameters_in_effect(&cluster));
    let settled = settled.map(|in_effect| read::cluster(place, cluster, in_effect, tags.clone()));
    Found { tags, settled }
}

/// Those that go to CloudWatch Logs. To a bucket they could not go under the tenant's key.
async fn log_exports(account: &Account, look: &Look<'_>, name: &str) -> Result<BTreeSet<String>, Fault> {
    let send = |redshift: &Client| redshift.describe_logging_status().cluster_identifier(name).send();
    let answer = account.home.redshift.call(look.lane, send).await?;
    let on = answer.logging_enabled == Some(true);
    let here = answer.log_destination_type == Some(LogDestinationType::Cloudwatch);
    let exports = answer.log_exports.filter(|_| on && here);
    Ok(exports.unwrap_or_default().into_iter().collect())
}
