//! Redshift: the cluster, and what it is made with. Listings of the account are shared by all looks.

mod cluster;
mod copy_grant;
mod parameter_group;
pub(crate) mod scratch;
mod subnet_group;

use std::collections::HashMap;

use aws_sdk_redshift::types::Tag;
use cloister_core::fault::Fault;
use cloister_core::observed::Observed;
use cloister_core::ownership::{MANAGED_BY, Owner};
use cloister_core::resource::{CopyGrant, Resource, ResourceId, Step, SubnetGroup, Tags};

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;
use crate::look::Look;
use crate::place::Place;
use crate::shared::Shared;

/// What an account has, by name.
pub(crate) struct Listings {
    clusters: Shared<HashMap<String, cluster::Found>>,
    parameter_groups: Shared<HashMap<String, parameter_group::Found>>,
    subnet_groups: Shared<HashMap<String, SubnetGroup>>,
    /// Of the recovery region.
    copy_grants: Shared<HashMap<String, CopyGrant>>,
}

impl Default for Listings {
    fn default() -> Self {
        Self {
            clusters: Shared::new(),
            parameter_groups: Shared::new(),
            subnet_groups: Shared::new(),
            copy_grants: Shared::new(),
        }
    }
}

pub(crate) async fn observe(account: &Account, look: &Look<'_>) -> Result<Observed, Fault> {
    match (look.id, look.want) {
        (ResourceId::Cluster(name), Resource::Cluster(want)) => {
            cluster::observe(account, look, name, want).await
        }
        (ResourceId::ParameterGroup(name), Resource::ParameterGroup(_)) => {
            parameter_group::observe(account, look, name).await
        }
        (ResourceId::SubnetGroup(name), Resource::SubnetGroup(_)) => {
            subnet_group::observe(account, look, name).await
        }
        (ResourceId::CopyGrant(name), Resource::CopyGrant(_)) => {
            copy_grant::observe(account, look, name).await
        }
        (id, _) => Ok(Observed::Changing { what: format!("{id} is not looked for in AWS") }),
    }
}

pub(crate) use cluster::unavailable;

pub(crate) async fn perform(
    account: &Account,
    id: &ResourceId,
    (want, owner): (&Resource, &Owner),
    step: &Step,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match (id, want, step) {
        (ResourceId::Cluster(name), Resource::Cluster(want), Step::Cluster(step)) => {
            cluster::perform(account, name, want, step, lane).await
        }
        (ResourceId::ParameterGroup(name), Resource::ParameterGroup(want), Step::ParameterGroup(step)) => {
            parameter_group::perform(&account.home, name, (want, owner), step, lane).await
        }
        (ResourceId::SubnetGroup(name), Resource::SubnetGroup(want), Step::SubnetGroup(step)) => {
            subnet_group::perform(account, name, (want, owner), step, lane).await
        }
        (ResourceId::CopyGrant(name), Resource::CopyGrant(want), Step::CopyGrant(step)) => {
            copy_grant::perform(account, name, want, step, lane).await
        }
        _ => Err(refused("aws", "Perform", "NoSuchStep")),
    }
}

/// Every page of a listing. People may be waiting for it, whoever came first.
macro_rules! pages {
    ($redshift:expr, $describe:ident, $list:ident) => {{
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let page = $redshift.call($crate::limit::Lane::User, |redshift| {
                redshift.$describe().max_records(100).set_marker(marker.take()).send()
            });
            let page = page.await?;
            all.extend(page.$list.unwrap_or_default());
            marker = page.marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                break all;
            }
        }
    }};
}
use pages;

/// Whether it is one that Cloister has or could want.
fn concerns_us(name: &str, tags: &Tags) -> bool {
    name.starts_with("cloister-") || tags.contains_key(MANAGED_BY)
}

/// The ARN that tags are set by.
fn arn(place: &Place, kind: &str, name: &str) -> String {
    place.arn("redshift", &format!("{kind}:{name}"))
}

async fn tag(place: &Place, arn: String, want: &Tags, lane: Lane) -> Result<(), Fault> {
    let tags = tag_list(want);
    let send = |redshift: &aws_sdk_redshift::Client| {
        redshift.create_tags().resource_name(arn).set_tags(Some(tags)).send()
    };
    place.redshift.call(lane, send).await.map(drop)
}

fn tags_of(tags: Option<Vec<Tag>>) -> Tags {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.unwrap_or_default().into_iter().filter_map(pair).collect()
}

fn tag_list(want: &Tags) -> Vec<Tag> {
    want.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
