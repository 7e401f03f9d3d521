//! One look at all alarms of the account, and one at all filters of a log group, for all who want one of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm};
use aws_sdk_cloudwatchlogs::types::MetricFilter as Held;
use cloister_core::fault::Fault;
use cloister_core::resource::{MetricFilter, Watch};
use tokio::time::Instant;

use crate::account::Account;
use crate::limit::Lane;
use crate::shared::Shared;

/// What the names of all of ours begin with.
const OURS: &str = "cloister-alarm-";

#[derive(Clone)]
pub(super) struct Seen {
    pub watch: Watch,
    pub actions_enabled: bool,
    pub actions: BTreeSet<String>,
}

type Alarms = HashMap<String, Seen>;
type Filters = HashMap<String, MetricFilter>;

pub(crate) struct Listings {
    alarms: Shared<Alarms>,
    /// By the log group, which each Environment has one of.
    filters: Mutex<HashMap<String, Arc<Shared<Filters>>>>,
}

impl Default for Listings {
    fn default() -> Self {
        Self { alarms: Shared::new(), filters: Mutex::default() }
    }
}

impl Listings {
    fn of(&self, group: &str) -> Arc<Shared<Filters>> {
        let mut filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        filters.entry(group.to_owned()).or_insert_with(|| Arc::new(Shared::new())).clone()
    }
}

pub(super) async fn alarms(account: &Account, since: Instant) -> Result<Arc<Alarms>, Fault> {
    account.alarms.alarms.since(since, || fetch_alarms(account)).await
}

pub(super) async fn filters(account: &Account, group: &str, since: Instant) -> Result<Arc<Filters>, Fault> {
    account.alarms.of(group).since(since, || fetch_filters(account, group)).await
}

async fn fetch_alarms(account: &Account) -> Result<Alarms, Fault> {
    let mut all = Alarms::new();
    let mut token = None;
    loop {
        // People may be waiting for it, whoever came first.
        let page = account.monitoring.call(Lane::User, |alarms| {
            let request = alarms.describe_alarms().alarm_name_prefix(OURS).max_records(100);
            request.alarm_types(AlarmType::MetricAlarm).set_next_token(token.take()).send()
        });
        let page = page.await?;
        let named = |alarm: MetricAlarm| Some((alarm.alarm_name.clone()?, seen(alarm)));
        all.extend(page.metric_alarms.unwrap_or_default().into_iter().filter_map(named));
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

fn seen(alarm: MetricAlarm) -> Seen {
    let metric = metric(alarm.namespace.as_deref(), alarm.metric_name.as_deref());
    Seen {
        watch: Watch {
            metric,
            statistic: alarm.statistic.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            comparison: alarm.comparison_operator.map(|c| c.as_str().to_owned()).unwrap_or_default(),
            threshold: alarm.threshold,
            period_seconds: alarm.period,
            periods: alarm.evaluation_periods,
            missing_data: alarm.treat_missing_data.unwrap_or_default(),
        },
        actions_enabled: alarm.actions_enabled.unwrap_or_default(),
        actions: alarm.alarm_actions.unwrap_or_default().into_iter().collect(),
    }
}

/// A group that is not there has none.
async fn fetch_filters(account: &Account, group: &str) -> Result<Filters, Fault> {
    let mut all = Filters::new();
    let mut token = None;
    loop {
        let page = account.logs.call(Lane::User, |logs| {
            let request = logs.describe_metric_filters().log_group_name(group);
            request.limit(50).set_next_token(token.take()).send()
        });
        let Some(page) = crate::fault::found(page.await)? else { return Ok(Filters::new()) };
        let read = |held: Held| Some((held.filter_name.clone()?, filter(group, held)));
        all.extend(page.metric_filters.unwrap_or_default().into_iter().filter_map(read));
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// One that counts into several metrics is not as ours.
fn filter(group: &str, held: Held) -> MetricFilter {
    let counted = held.metric_transformations.unwrap_or_default();
    let only = match counted.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    MetricFilter {
        group: group.to_owned(),
        pattern: held.filter_pattern.unwrap_or_default(),
        metric: only.map(|m| metric(Some(&m.metric_namespace), Some(&m.metric_name))).unwrap_or_default(),
        value: only.map(|m| m.metric_value.clone()).unwrap_or_default(),
    }
}

fn metric(namespace: Option<&str>, name: Option<&str>) -> String {
    format!("{}/{}", namespace.unwrap_or_default(), name.unwrap_or_default())
}
