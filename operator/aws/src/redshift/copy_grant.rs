//! Snapshot copy grants, in the recovery region.

use std::collections::HashMap;

use aws_sdk_redshift::Client;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{CopyGrant, CopyGrantStep, Resource};

use super::{arn, concerns_us, pages, tag, tag_list, tags_of};
use crate::account::Account;
use crate::fault::gone;
use crate::limit::Lane;
use crate::look::Look;
use crate::place::Place;

const KIND: &str = "snapshotcopygrant";

pub(super) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let place = account.recovery()?;
    let listed = account.warehouses.copy_grants.since(look.since, || fetch(place)).await?;
    let Some(found) = listed.get(name) else { return Ok(Observed::Absent) };
    let resource = Resource::CopyGrant(found.clone());
    Ok(look.claim(&found.tags, Actual { resource, arn: arn(place, KIND, name) }))
}

async fn fetch(place: &Place) -> Result<HashMap<String, CopyGrant>, Fault> {
    let all = pages!(place.redshift, describe_snapshot_copy_grants, snapshot_copy_grants);
    let read = all.into_iter().map(|grant| {
        let kms_key = grant.kms_key_id.map(|key| place.key_arn(&key)).unwrap_or_default();
        let name = grant.snapshot_copy_grant_name.unwrap_or_default();
        (name, CopyGrant { kms_key, tags: tags_of(grant.tags) })
    });
    Ok(read.filter(|(name, grant)| concerns_us(name, &grant.tags)).collect())
}

pub(super) async fn perform(
    account: &Account,
    name: &str,
    want: &CopyGrant,
    step: &CopyGrantStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let place = account.recovery()?;
    match step {
        CopyGrantStep::Create => {
            let send = |redshift: &Client| {
                let request = redshift.create_snapshot_copy_grant().snapshot_copy_grant_name(name);
                request.kms_key_id(&want.kms_key).set_tags(Some(tag_list(&want.tags))).send()
            };
            place.redshift.call(lane, send).await?;
            return Ok(Some(arn(place, KIND, name)));
        }
        CopyGrantStep::Tag => tag(place, arn(place, KIND, name), &want.tags, lane).await?,
        CopyGrantStep::Delete => {
            let send = |redshift: &Client| {
                redshift.delete_snapshot_copy_grant().snapshot_copy_grant_name(name).send()
            };
            gone(place.redshift.call(lane, send).await)?;
        }
    }
    Ok(None)
}
