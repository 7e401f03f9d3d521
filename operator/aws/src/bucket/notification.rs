//! Notifications between S3's types and ours.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};
use cloister_core::resource::QueueNotification;

type Notifications = BTreeMap<String, QueueNotification>;

/// News of arrivals that goes anywhere else is a difference too: topics, functions and EventBridge stand
/// among the queues under names that no queue's configuration of ours has.
pub(super) fn read(answer: GetBucketNotificationConfigurationOutput) -> Notifications {
    let mut read = Notifications::new();
    for queue in answer.queue_configurations.unwrap_or_default() {
        let entry = entry(queue.queue_arn, &queue.events, queue.filter.as_ref());
        add(&mut read, "", queue.id, entry);
    }
    for topic in answer.topic_configurations.unwrap_or_default() {
        let entry = entry(topic.topic_arn, &topic.events, topic.filter.as_ref());
        add(&mut read, "topic:", topic.id, entry);
    }
    for function in answer.lambda_function_configurations.unwrap_or_default() {
        let entry = entry(function.lambda_function_arn, &function.events, function.filter.as_ref());
        add(&mut read, "lambda:", function.id, entry);
    }
    if answer.event_bridge_configuration.is_some() {
        add(&mut read, "eventBridge", None, entry("EventBridge".to_owned(), &[], None));
    }
    read
}

fn add(read: &mut Notifications, kind: &str, id: Option<String>, entry: QueueNotification) {
    let name = format!("{kind}{}", id.unwrap_or_default());
    let name = if read.contains_key(&name) { format!("{name}#{}", read.len()) } else { name };
    read.insert(name, entry);
}

fn entry(
    queue: String,
    events: &[Event],
    filter: Option<&NotificationConfigurationFilter>,
) -> QueueNotification {
    let rules =
        filter.and_then(NotificationConfigurationFilter::key).map_or(&[][..], S3KeyFilter::filter_rules);
    QueueNotification {
        queue,
        events: events.iter().map(|event| event.as_str().to_owned()).collect(),
        prefix: rule(rules, &FilterRuleName::Prefix),
        suffix: rule(rules, &FilterRuleName::Suffix),
    }
}

/// S3 gives the names with a capital, whatever it was sent.
fn rule(rules: &[FilterRule], name: &FilterRuleName) -> Option<String> {
    let is = |rule: &&FilterRule| {
        rule.name().is_some_and(|found| found.as_str().eq_ignore_ascii_case(name.as_str()))
    };
    rules.iter().find(is).and_then(FilterRule::value).filter(|value| !value.is_empty()).map(str::to_owned)
}

pub(super) fn write(notifications: &Notifications) -> Result<NotificationConfiguration, BuildError> {
    let queues = notifications.iter().map(|(id, entry)| write_queue(id, entry)).collect::<Result<_, _>>()?;
    Ok(NotificationConfiguration::builder().set_queue_configurations(Some(queues)).build())
}

fn write_queue(id: &str, entry: &QueueNotification) -> Result<QueueConfiguration, BuildError> {
    let rule = |name, value: &Option<String>| {
        value.as_ref().map(|value| FilterRule::builder().name(name).value(value).build())
    };
    let rules = [rule(FilterRuleName::Prefix, &entry.prefix), rule(FilterRuleName::Suffix, &entry.suffix)];
    let rules: Vec<_> = rules.into_iter().flatten().collect();
    let filter = Some(rules).filter(|rules| !rules.is_empty()).map(|rules| {
        let key = S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
        NotificationConfigurationFilter::builder().key(key).build()
    });
    let events: BTreeSet<&String> = entry.events.iter().collect();
    QueueConfiguration::builder()
        .id(id)
        .queue_arn(&entry.queue)
        .set_events(Some(events.into_iter().map(|event| Event::from(event.as_str())).collect()))
        .set_filter(filter)
        .build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{EventBridgeConfiguration, LambdaFunctionConfiguration};

    use super::*;

    fn answered(written: NotificationConfiguration) -> GetBucketNotificationConfigurationOutput {
        GetBucketNotificationConfigurationOutput::builder()
            .set_queue_configurations(written.queue_configurations)
            .build()
    }

    #[test]
    fn what_is_written_reads_back_the_same() -> Result<(), BuildError> {
        let entry = |prefix: Option<&str>| QueueNotification {
            queue: "arn:aws:sqs:us-east-1:222222222222:q".into(),
            events: BTreeSet::from(["s3:ObjectCreated:*".into()]),
            prefix: prefix.map(Into::into),
            suffix: None,
        };
        let all = Notifications::from([("a".into(), entry(Some("in/"))), ("b".into(), entry(None))]);
        assert_eq!(read(answered(write(&all)?)), all);
        Ok(())
    }

    #[test]
    fn what_goes_to_strangers_is_seen() -> Result<(), BuildError> {
        let function = LambdaFunctionConfiguration::builder().id("x").lambda_function_arn("arn");
        let function = function.events(Event::S3ObjectCreated).build()?;
        let mut answer = answered(write(&Notifications::new())?);
        answer.lambda_function_configurations = Some(vec![function]);
        answer.event_bridge_configuration = Some(EventBridgeConfiguration::builder().build());
        assert_eq!(read(answer).into_keys().collect::<Vec<_>>(), ["eventBridge", "lambda:x"]);
        Ok(())
    }
}
