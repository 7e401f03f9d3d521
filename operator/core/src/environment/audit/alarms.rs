//! What people are told of: metric filters on the trail's log group and an alarm on each, as the CIS AWS Foundations
//! Benchmark lists them (3.0, 4.1 to 4.14, where CloudTrail is needed), in the words that Security Hub looks for:
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>

use std::collections::BTreeSet;

use super::super::{Account, Inputs, people};
use super::patterns::ITEMS;
use super::{kept, tags};
use crate::name;
use crate::plan::DesiredSet;
use crate::resource::{Alarm, MetricFilter, Resource, ResourceId, Watch};

/// Of all metrics that Cloister makes.
const NAMESPACE: &str = "Cloister";

/// Nothing without a topic to tell. They watch the trail, so they stay when it stays.
pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    let Some(topic) = &inputs.spec.audit.alarm_topic_arn else { return DesiredSet::new() };
    let group = name::trail_logs(inputs.name, &inputs.owner.uid);
    let logs = ResourceId::LogGroup(group.clone());
    let one = |(about, pattern): (&str, String)| {
        let name = name::alarm(inputs.name, about, &inputs.owner.uid);
        let alarm = alarm(inputs, account, (&name, &group, topic), pattern);
        let id = ResourceId::Alarm(name);
        (id.clone(), kept(inputs, &id, Resource::Alarm(Box::new(alarm)), [logs.clone()]))
    };
    let of_cis = ITEMS.iter().map(|item| (item.name, item.pattern()));
    let of_people = inputs.spec.people.as_ref().map(|_| ("break-glass", break_glass(inputs, account)));
    of_cis.chain(of_people).map(one).collect()
}

/// Who takes on the role for emergencies, or tries to, from whichever account.
fn break_glass(inputs: &Inputs<'_>, account: &Account) -> String {
    let role = account.role_arn(&people::break_glass(inputs.name));
    format!(r#"{{($.eventSource="sts.amazonaws.com") && ($.requestParameters.roleArn="{role}")}}"#)
}

fn alarm(
    inputs: &Inputs<'_>,
    account: &Account,
    (name, group, topic): (&str, &str, &str),
    pattern: String,
) -> Alarm {
    let metric = format!("{NAMESPACE}/{name}");
    Alarm {
        filter: MetricFilter { group: group.to_owned(), pattern, metric: metric.clone(), value: "1".into() },
        watch: Watch {
            metric,
            statistic: "Sum".into(),
            comparison: "GreaterThanOrEqualToThreshold".into(),
            threshold: Some(1.0),
            period_seconds: Some(300),
            periods: Some(1),
            // A filter that matches nothing counts nothing.
            missing_data: "notBreaching".into(),
        },
        actions_enabled: true,
        actions: BTreeSet::from([topic.to_owned()]),
        tags: tags(inputs, account, "alarm"),
    }
}
