//! Metric filters of CloudWatch Logs, each with the alarm of CloudWatch that watches what it counts.

mod listing;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Statistic, Tag};
use aws_sdk_cloudwatchlogs::types::MetricTransformation;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Alarm, AlarmStep, MetricFilter, Resource, Tags};

use crate::account::Account;
use crate::fault::{found, incomplete};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) use listing::Listings;

/// Without its alarm a filter is of no use, and is put again with it.
pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Alarm,
) -> Result<Observed, Fault> {
    let (alarms, filters) = futures::join!(
        listing::alarms(account, look.since),
        listing::filters(account, &want.filter.group, look.since),
    );
    let Some(alarm) = alarms?.get(name).cloned() else { return Ok(Observed::Absent) };
    let filter = filters?.get(name).cloned().unwrap_or_default();
    let arn = arn(account, name);
    let settled = account.home.settled_tags(look, &arn, &want.tags).await?;
    let tags = if settled.is_some() { settled } else { found(tags(account, look, &arn).await)? };
    let Some(tags) = tags else { return Ok(Observed::Absent) };
    let resource = Resource::Alarm(Box::new(Alarm {
        filter,
        watch: alarm.watch,
        actions_enabled: alarm.actions_enabled,
        actions: alarm.actions,
        tags: tags.clone(),
    }));
    Ok(look.claim(&tags, Actual { resource, arn }))
}

async fn tags(account: &Account, look: &Look<'_>, arn: &str) -> Result<Tags, Fault> {
    let send = |alarms: &Client| alarms.list_tags_for_resource().resource_arn(arn).send();
    let answer = account.monitoring.call(look.lane, send).await?;
    let pair = |tag: Tag| Some((tag.key?, tag.value?));
    Ok(answer.tags.unwrap_or_default().into_iter().filter_map(pair).collect())
}

fn arn(account: &Account, name: &str) -> String {
    account.home.arn("cloudwatch", &format!("alarm:{name}"))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &Alarm,
    step: &AlarmStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match step {
        AlarmStep::PutFilter => put_filter(account, name, &want.filter, lane).await?,
        AlarmStep::Put => {
            put(account, name, want, lane).await?;
            return Ok(Some(arn(account, name)));
        }
        AlarmStep::Tag => {
            let (arn, tags) = (arn(account, name), Some(sdk_tags(&want.tags)));
            let send = |alarms: &Client| alarms.tag_resource().resource_arn(arn).set_tags(tags).send();
            account.monitoring.call(lane, send).await?;
        }
    }
    Ok(None)
}

async fn put_filter(account: &Account, name: &str, want: &MetricFilter, lane: Lane) -> Result<(), Fault> {
    let (namespace, metric) = halves(&want.metric);
    let counted = MetricTransformation::builder()
        .metric_namespace(namespace)
        .metric_name(metric)
        .metric_value(&want.value)
        .build()
        .map_err(incomplete("logs"))?;
    let send = |logs: &aws_sdk_cloudwatchlogs::Client| {
        let request = logs.put_metric_filter().log_group_name(&want.group).filter_name(name);
        request.filter_pattern(&want.pattern).metric_transformations(counted).send()
    };
    account.logs.call(lane, send).await.map(drop)
}

/// Tags count only where it makes the alarm.
async fn put(account: &Account, name: &str, want: &Alarm, lane: Lane) -> Result<(), Fault> {
    let watch = &want.watch;
    let (namespace, metric) = halves(&watch.metric);
    let send = |alarms: &Client| {
        let request = alarms.put_metric_alarm().alarm_name(name).namespace(namespace).metric_name(metric);
        request
            .statistic(Statistic::from(watch.statistic.as_str()))
            .comparison_operator(ComparisonOperator::from(watch.comparison.as_str()))
            .set_threshold(watch.threshold)
            .set_period(watch.period_seconds)
            .set_evaluation_periods(watch.periods)
            .treat_missing_data(&watch.missing_data)
            .actions_enabled(want.actions_enabled)
            .set_alarm_actions(Some(want.actions.iter().cloned().collect()))
            .set_tags(Some(sdk_tags(&want.tags)))
            .send()
    };
    account.monitoring.call(lane, send).await.map(drop)
}

fn halves(metric: &str) -> (&str, &str) {
    metric.rsplit_once('/').unwrap_or(("", metric))
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
