//! Cluster subnet groups.

use std::collections::HashMap;

use aws_sdk_redshift::Client;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::Owner;
use cloister_core::resource::{Resource, SubnetGroup, SubnetGroupStep};

use super::{arn, concerns_us, pages, tag, tag_list, tags_of};
use crate::account::Account;
use crate::fault::gone;
use crate::limit::Lane;
use crate::look::Look;

const KIND: &str = "subnetgroup";

pub(super) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let listed = account.warehouses.subnet_groups.since(look.since, || fetch(account)).await?;
    let Some(found) = listed.get(name) else { return Ok(Observed::Absent) };
    let resource = Resource::SubnetGroup(found.clone());
    Ok(look.claim(&found.tags, Actual { resource, arn: arn(&account.home, KIND, name) }))
}

async fn fetch(account: &Account) -> Result<HashMap<String, SubnetGroup>, Fault> {
    let all = pages!(account.home.redshift, describe_cluster_subnet_groups, cluster_subnet_groups);
    let read = all.into_iter().map(|group| {
        let subnets = group.subnets.unwrap_or_default().into_iter();
        let subnets = subnets.filter_map(|subnet| subnet.subnet_identifier).collect();
        let name = group.cluster_subnet_group_name.unwrap_or_default();
        (name, SubnetGroup { subnets, tags: tags_of(group.tags) })
    });
    Ok(read.filter(|(name, group)| concerns_us(name, &group.tags)).collect())
}

pub(super) async fn perform(
    account: &Account,
    name: &str,
    (want, owner): (&SubnetGroup, &Owner),
    step: &SubnetGroupStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let redshift = &account.home.redshift;
    let subnets = || Some(want.subnets.iter().cloned().collect());
    match step {
        SubnetGroupStep::Create => {
            let send = |redshift: &Client| {
                let request = redshift.create_cluster_subnet_group().cluster_subnet_group_name(name);
                let request = request.description(owner.description()).set_subnet_ids(subnets());
                request.set_tags(Some(tag_list(&want.tags))).send()
            };
            redshift.call(lane, send).await?;
            return Ok(Some(arn(&account.home, KIND, name)));
        }
        SubnetGroupStep::SetSubnets => {
            let send = |redshift: &Client| {
                let request = redshift.modify_cluster_subnet_group().cluster_subnet_group_name(name);
                request.set_subnet_ids(subnets()).send()
            };
            redshift.call(lane, send).await?;
        }
        SubnetGroupStep::Tag => {
            tag(&account.home, arn(&account.home, KIND, name), &want.tags, lane).await?;
        }
        SubnetGroupStep::Delete => {
            let send = |redshift: &Client| {
                redshift.delete_cluster_subnet_group().cluster_subnet_group_name(name).send()
            };
            gone(redshift.call(lane, send).await)?;
        }
    }
    Ok(None)
}
