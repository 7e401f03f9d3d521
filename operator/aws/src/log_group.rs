//! CloudWatch Logs groups.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::Client;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{LogGroup, LogGroupStep, Resource, Tags};

use crate::account::Account;
use crate::fault::{found, refused};
use crate::limit::Lane;
use crate::look::Look;

/// Redshift has fixed where the logs of a cluster go, and ours begin with `cloister-`.
const OF_CLUSTERS: &str = "/aws/redshift/cluster/cloister-";
const OF_ENVIRONMENTS: &str = "/cloister/environment/";

pub(crate) type Listing = HashMap<String, Found>;

/// What the listing tells; tags are not among it.
#[derive(Debug)]
pub(crate) struct Found {
    kms_key: Option<String>,
    retention_days: Option<i32>,
}

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &LogGroup,
) -> Result<Observed, Fault> {
    let (listing, prefix) = match name {
        name if name.starts_with(OF_CLUSTERS) => (&account.log_groups, OF_CLUSTERS),
        name if name.starts_with(OF_ENVIRONMENTS) => (&account.own_log_groups, OF_ENVIRONMENTS),
        _ => return Err(refused("logs", "DescribeLogGroups", "NotListed")),
    };
    let listed = listing.since(look.since, || fetch(account, prefix)).await?;
    let Some(group) = listed.get(name) else { return Ok(Observed::Absent) };
    let arn = arn(account, name);
    let settled = account.home.settled_tags(look, &arn, &want.tags).await?;
    let tags = if settled.is_some() { settled } else { found(tags(account, look, &arn).await)? };
    let Some(tags) = tags else { return Ok(Observed::Absent) };
    let Found { kms_key, retention_days } = group;
    let (kms_key, retention_days) = (kms_key.clone(), *retention_days);
    let resource = Resource::LogGroup(LogGroup { kms_key, retention_days, tags: tags.clone() });
    Ok(look.claim(&tags, Actual { resource, arn }))
}

async fn tags(account: &Account, look: &Look<'_>, arn: &str) -> Result<Tags, Fault> {
    let send = |logs: &Client| logs.list_tags_for_resource().resource_arn(arn).send();
    let answer = account.logs.call(look.lane, send).await?;
    Ok(answer.tags.unwrap_or_default().into_iter().collect())
}

/// Without the `:*` that some actions want: tags are set by this one.
fn arn(account: &Account, name: &str) -> String {
    account.home.arn("logs", &format!("log-group:{name}"))
}

async fn fetch(account: &Account, prefix: &str) -> Result<Listing, Fault> {
    let mut all = Listing::new();
    let mut token = None;
    loop {
        // People may be waiting for it, whoever came first.
        let page = account.logs.call(Lane::User, |logs| {
            let request = logs.describe_log_groups().log_group_name_prefix(prefix);
            request.limit(50).set_next_token(token.take()).send()
        });
        let page = page.await?;
        for group in page.log_groups.unwrap_or_default() {
            let kms_key = group.kms_key_id.map(|key| account.home.key_arn(&key));
            let read = Found { kms_key, retention_days: group.retention_in_days };
            all.insert(group.log_group_name.unwrap_or_default(), read);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &LogGroup,
    step: &LogGroupStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let logs = &account.logs;
    let tags = || Some(want.tags.clone().into_iter().collect());
    match step {
        LogGroupStep::Create => {
            let send = |logs: &Client| {
                let request = logs.create_log_group().log_group_name(name);
                request.set_kms_key_id(want.kms_key.clone()).set_tags(tags()).send()
            };
            logs.call(lane, send).await?;
            return Ok(Some(arn(account, name)));
        }
        LogGroupStep::SetRetention => set_retention(account, name, want.retention_days, lane).await?,
        LogGroupStep::AssociateKey => set_key(account, name, want.kms_key.as_deref(), lane).await?,
        LogGroupStep::Tag => {
            let arn = arn(account, name);
            let send = |logs: &Client| logs.tag_resource().resource_arn(arn).set_tags(tags()).send();
            logs.call(lane, send).await?;
        }
    }
    Ok(None)
}

async fn set_retention(account: &Account, name: &str, days: Option<i32>, lane: Lane) -> Result<(), Fault> {
    let logs = &account.logs;
    if let Some(days) = days {
        let send =
            |logs: &Client| logs.put_retention_policy().log_group_name(name).retention_in_days(days).send();
        logs.call(lane, send).await.map(drop)
    } else {
        logs.call(lane, |logs| logs.delete_retention_policy().log_group_name(name).send()).await.map(drop)
    }
}

async fn set_key(account: &Account, name: &str, key: Option<&str>, lane: Lane) -> Result<(), Fault> {
    let logs = &account.logs;
    if let Some(key) = key {
        let send = |logs: &Client| logs.associate_kms_key().log_group_name(name).kms_key_id(key).send();
        logs.call(lane, send).await.map(drop)
    } else {
        logs.call(lane, |logs| logs.disassociate_kms_key().log_group_name(name).send()).await.map(drop)
    }
}
