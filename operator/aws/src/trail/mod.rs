//! CloudTrail's trails.

mod convert;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::Tag;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Resource, Tags, Trail, TrailLogs, TrailStep};

use crate::account::Account;
use crate::fault::{found, incomplete};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Trail,
) -> Result<Observed, Fault> {
    let cloudtrail = &account.cloudtrail;
    let arn = arn(account, name);
    let (settings, status, selectors, settled) = futures::join!(
        cloudtrail.call(look.lane, |cloudtrail| cloudtrail.get_trail().name(name).send()),
        cloudtrail.call(look.lane, |cloudtrail| cloudtrail.get_trail_status().name(name).send()),
        cloudtrail.call(look.lane, |cloudtrail| cloudtrail.get_event_selectors().trail_name(name).send()),
        account.home.settled_tags(look, &arn, &want.tags),
    );
    let (Some(settings), Some(status), Some(selectors)) =
        (found(settings)?, found(status)?, found(selectors)?)
    else {
        return Ok(Observed::Absent);
    };
    let Some(settings) = settings.trail else { return Ok(Observed::Absent) };
    let settled = settled?;
    let tags = if settled.is_some() { settled } else { found(tags(account, look, &arn).await)? };
    let Some(tags) = tags else { return Ok(Observed::Absent) };
    let trail = Trail {
        bucket: settings.s3_bucket_name.unwrap_or_default(),
        prefix: settings.s3_key_prefix.filter(|prefix| !prefix.is_empty()),
        multi_region: settings.is_multi_region_trail == Some(true),
        global_events: settings.include_global_service_events == Some(true),
        validation: settings.log_file_validation_enabled == Some(true),
        kms_key: settings.kms_key_id.map(|key| account.home.key_arn(&key)),
        logs: settings
            .cloud_watch_logs_log_group_arn
            .map(|group| TrailLogs { group, role: settings.cloud_watch_logs_role_arn.unwrap_or_default() }),
        logging: status.is_logging == Some(true),
        selectors: convert::read(selectors.advanced_event_selectors.unwrap_or_default()),
        tags: tags.clone(),
    };
    Ok(look.claim(&tags, Actual { resource: Resource::Trail(Box::new(trail)), arn }))
}

async fn tags(account: &Account, look: &Look<'_>, arn: &str) -> Result<Tags, Fault> {
    let send = |cloudtrail: &Client| cloudtrail.list_tags().resource_id_list(arn).send();
    let answer = account.cloudtrail.call(look.lane, send).await?;
    let tags = answer.resource_tag_list.unwrap_or_default().into_iter().filter_map(|one| one.tags_list);
    Ok(tags.flatten().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

fn arn(account: &Account, name: &str) -> String {
    account.home.arn("cloudtrail", &format!("trail/{name}"))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &Trail,
    step: &TrailStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let cloudtrail = &account.cloudtrail;
    let (group, role) = want.logs.clone().map(|logs| (logs.group, logs.role)).unzip();
    match step {
        TrailStep::Create => {
            let tags = write_tags(&want.tags)?;
            let send = |cloudtrail: &Client| {
                let request = cloudtrail.create_trail().name(name).s3_bucket_name(&want.bucket);
                let request =
                    request.set_s3_key_prefix(want.prefix.clone()).set_kms_key_id(want.kms_key.clone());
                let request = request.set_cloud_watch_logs_log_group_arn(group);
                let request = request.set_cloud_watch_logs_role_arn(role);
                let request = request.is_multi_region_trail(want.multi_region);
                let request = request.include_global_service_events(want.global_events);
                request.enable_log_file_validation(want.validation).set_tags_list(Some(tags)).send()
            };
            let answer = cloudtrail.call(lane, send).await?;
            return Ok(answer.trail_arn.or_else(|| Some(arn(account, name))));
        }
        TrailStep::Update => {
            let send = |cloudtrail: &Client| {
                let request = cloudtrail.update_trail().name(name).s3_bucket_name(&want.bucket);
                // What is left out stays as it is, so that no prefix is said as an empty one.
                let request = request.s3_key_prefix(want.prefix.clone().unwrap_or_default());
                let request = request.set_kms_key_id(want.kms_key.clone());
                let request = request.set_cloud_watch_logs_log_group_arn(group);
                let request = request.set_cloud_watch_logs_role_arn(role);
                let request = request.is_multi_region_trail(want.multi_region);
                let request = request.include_global_service_events(want.global_events);
                request.enable_log_file_validation(want.validation).send()
            };
            cloudtrail.call(lane, send).await?;
        }
        TrailStep::PutSelectors => {
            let selectors = convert::write(&want.selectors).map_err(incomplete("cloudtrail"))?;
            let send = |cloudtrail: &Client| {
                let request = cloudtrail.put_event_selectors().trail_name(name);
                request.set_advanced_event_selectors(Some(selectors)).send()
            };
            cloudtrail.call(lane, send).await?;
        }
        TrailStep::Start => {
            cloudtrail.call(lane, |cloudtrail| cloudtrail.start_logging().name(name).send()).await?;
        }
        TrailStep::Tag => {
            let (tags, arn) = (write_tags(&want.tags)?, arn(account, name));
            let send =
                |cloudtrail: &Client| cloudtrail.add_tags().resource_id(arn).set_tags_list(Some(tags)).send();
            cloudtrail.call(lane, send).await?;
        }
    }
    Ok(None)
}

fn write_tags(want: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    want.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete("cloudtrail"))
}
