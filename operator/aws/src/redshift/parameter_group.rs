//! Cluster parameter groups.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_redshift::Client;
use aws_sdk_redshift::types::Parameter;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::Owner;
use cloister_core::resource::{ParameterGroup, ParameterGroupStep, Resource, Tags};

use super::{arn, concerns_us, pages, tag, tag_list, tags_of};
use crate::account::Account;
use crate::fault::{found, gone};
use crate::limit::Lane;
use crate::look::Look;
use crate::place::Place;

const KIND: &str = "parametergroup";

/// What the listing tells; the parameters are asked of each group.
#[derive(Debug)]
pub(super) struct Found {
    family: String,
    tags: Tags,
}

pub(super) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let listed = account.warehouses.parameter_groups.since(look.since, || fetch(account)).await?;
    let Some(group) = listed.get(name) else { return Ok(Observed::Absent) };
    if !look.owner.owns(&group.tags) && !look.adopt {
        return Ok(look.foreign(&group.tags, None));
    }
    let Some(parameters) = found(set_parameters(account, look.lane, name).await)? else {
        return Ok(Observed::Absent);
    };
    let (family, tags) = (group.family.clone(), group.tags.clone());
    let resource = Resource::ParameterGroup(ParameterGroup { family, parameters, tags });
    Ok(look.claim(&group.tags, Actual { resource, arn: arn(&account.home, KIND, name) }))
}

async fn fetch(account: &Account) -> Result<HashMap<String, Found>, Fault> {
    let all = pages!(account.home.redshift, describe_cluster_parameter_groups, parameter_groups);
    let read = all.into_iter().map(|group| {
        let family = group.parameter_group_family.unwrap_or_default();
        (group.parameter_group_name.unwrap_or_default(), Found { family, tags: tags_of(group.tags) })
    });
    Ok(read.filter(|(name, group)| concerns_us(name, &group.tags)).collect())
}

/// Those that somebody set. A family has some twenty, so they are one page.
async fn set_parameters(
    account: &Account,
    lane: Lane,
    name: &str,
) -> Result<BTreeMap<String, String>, Fault> {
    let send = |redshift: &Client| {
        let request = redshift.describe_cluster_parameters().parameter_group_name(name);
        request.source("user").max_records(100).send()
    };
    let answer = account.home.redshift.call(lane, send).await?;
    let pair = |one: Parameter| Some((one.parameter_name?, one.parameter_value.unwrap_or_default()));
    Ok(answer.parameters.unwrap_or_default().into_iter().filter_map(pair).collect())
}

pub(super) async fn perform(
    place: &Place,
    name: &str,
    (want, owner): (&ParameterGroup, &Owner),
    step: &ParameterGroupStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let redshift = &place.redshift;
    match step {
        ParameterGroupStep::Create => {
            let send = |redshift: &Client| {
                let request = redshift.create_cluster_parameter_group().parameter_group_name(name);
                let request = request.parameter_group_family(&want.family);
                request.description(owner.description()).set_tags(Some(tag_list(&want.tags))).send()
            };
            redshift.call(lane, send).await?;
            return Ok(Some(arn(place, KIND, name)));
        }
        ParameterGroupStep::SetParameters => {
            let send = |redshift: &Client| {
                let request = redshift.modify_cluster_parameter_group().parameter_group_name(name);
                request.set_parameters(Some(parameters(want))).send()
            };
            redshift.call(lane, send).await?;
        }
        ParameterGroupStep::Tag => {
            tag(place, arn(place, KIND, name), &want.tags, lane).await?;
        }
        ParameterGroupStep::Delete => {
            let send = |redshift: &Client| {
                redshift.delete_cluster_parameter_group().parameter_group_name(name).send()
            };
            gone(redshift.call(lane, send).await)?;
        }
    }
    Ok(None)
}

fn parameters(want: &ParameterGroup) -> Vec<Parameter> {
    let parameter = |(name, value)| Parameter::builder().parameter_name(name).parameter_value(value).build();
    want.parameters.iter().map(parameter).collect()
}
