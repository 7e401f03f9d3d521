//! SQS queues.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use cloister_core::document::Document;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Queue, QueueStep, Redrive, Resource, Tags};
use serde_json::{Value, json};

use crate::account::{Account, Look};
use crate::fault::{found, gone, refused};
use crate::limit::Lane;

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Queue,
) -> Result<Observed, Fault> {
    let at = At { account, name, lane: look.lane };
    let arn = account.arn("sqs", &account.region, &account.id, name);
    let settled = account.settled_tags(look, &arn, &want.tags).await?;
    let Some(url) = found(at.url().await)? else { return Ok(Observed::Absent) };
    let tags = match settled {
        Some(tags) => Some(tags),
        None => at.exists(account.sqs.call(look.lane, |sqs| sqs.list_queue_tags().queue_url(&url).send()).await)?
            .map(|answer| answer.tags.unwrap_or_default().into_iter().collect()),
    };
    let Some(tags) = tags else { return Ok(Observed::Absent) };
    if !look.owner.owns(&tags) && !look.adopt {
        return Ok(look.foreign(&tags, None));
    }
    let send = |sqs: &Client| sqs.get_queue_attributes().queue_url(&url).attribute_names(Name::All).send();
    let Some(answer) = at.exists(account.sqs.call(look.lane, send).await)? else {
        return Ok(Observed::Absent);
    };
    let resource = Resource::Queue(read(&answer.attributes.unwrap_or_default(), tags.clone()));
    Ok(look.claim(&tags, Actual { resource, arn }))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &Queue,
    step: &QueueStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let at = At { account, name, lane };
    let sqs = &account.sqs;
    match step {
        QueueStep::Create => {
            let send = |sqs: &Client| {
                let request = sqs.create_queue().queue_name(name);
                let attributes = write(want).into_iter().filter(|(_, value)| !value.is_empty()).collect();
                request.set_attributes(Some(attributes)).set_tags(Some(tags(want))).send()
            };
            let answer = sqs.call(lane, send).await?;
            at.urls().insert(name.to_owned(), answer.queue_url.unwrap_or_default());
            return Ok(Some(account.arn("sqs", &account.region, &account.id, name)));
        }
        QueueStep::SetAttributes => {
            let url = at.url().await?;
            let send = |sqs: &Client| {
                sqs.set_queue_attributes().queue_url(url).set_attributes(Some(write(want))).send()
            };
            at.changed(sqs.call(lane, send).await)?;
        }
        QueueStep::Tag => {
            let url = at.url().await?;
            let send = |sqs: &Client| sqs.tag_queue().queue_url(url).set_tags(Some(tags(want))).send();
            at.changed(sqs.call(lane, send).await)?;
        }
        QueueStep::Delete => {
            if let Some(url) = found(at.url().await)? {
                gone(at.changed(sqs.call(lane, |sqs| sqs.delete_queue().queue_url(url).send()).await))?;
                at.urls().remove(name);
            }
        }
    }
    Ok(None)
}

/// One queue of an account.
struct At<'a> {
    account: &'a Account,
    name: &'a str,
    lane: Lane,
}

impl At<'_> {
    fn urls(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.account.queue_urls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every call needs the URL, and it never changes, so it is asked for once.
    async fn url(&self) -> Result<String, Fault> {
        if let Some(url) = self.urls().get(self.name).cloned() {
            return Ok(url);
        }
        let send = |sqs: &Client| sqs.get_queue_url().queue_name(self.name).send();
        let answer = self.account.sqs.call(self.lane, send).await?;
        let url = answer.queue_url.ok_or_else(|| refused("sqs", "GetQueueUrl", "NoUrl"))?;
        self.urls().insert(self.name.to_owned(), url.clone());
        Ok(url)
    }

    /// A queue that is not there has no URL either.
    fn changed<T>(&self, answer: Result<T, Fault>) -> Result<T, Fault> {
        if answer.as_ref().is_err_and(|fault| fault.class == FaultClass::NotFound) {
            self.urls().remove(self.name);
        }
        answer
    }

    fn exists<T>(&self, answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
        found(self.changed(answer))
    }
}

fn read(attributes: &HashMap<Name, String>, tags: Tags) -> Queue {
    let text = |name: Name| attributes.get(&name).map_or("", String::as_str);
    let number = |name: Name| text(name).parse().unwrap_or_default();
    Queue {
        kms_key: text(Name::KmsMasterKeyId).to_owned(),
        data_key_reuse_seconds: number(Name::KmsDataKeyReusePeriodSeconds),
        retention_seconds: number(Name::MessageRetentionPeriod),
        visibility_seconds: number(Name::VisibilityTimeout),
        policy: Document::parse(text(Name::Policy)),
        redrive: read_redrive(text(Name::RedrivePolicy)),
        tags,
    }
}

/// SQS has given the count as a number and as a string.
fn read_redrive(text: &str) -> Option<Redrive> {
    let value: Value = serde_json::from_str(text).ok()?;
    let count = value.get("maxReceiveCount");
    let count = count.and_then(|count| count.as_str().map_or_else(|| count.as_i64(), |s| s.parse().ok()));
    Some(Redrive {
        dead_letter_arn: value.get("deadLetterTargetArn")?.as_str()?.to_owned(),
        max_receives: count.and_then(|count| i32::try_from(count).ok()).unwrap_or_default(),
    })
}

/// Every attribute that is managed; an empty one is taken away.
fn write(want: &Queue) -> HashMap<Name, String> {
    let redrive = want.redrive.as_ref().map(|redrive| {
        json!({ "deadLetterTargetArn": redrive.dead_letter_arn, "maxReceiveCount": redrive.max_receives })
    });
    HashMap::from([
        (Name::KmsMasterKeyId, want.kms_key.clone()),
        (Name::KmsDataKeyReusePeriodSeconds, want.data_key_reuse_seconds.to_string()),
        (Name::MessageRetentionPeriod, want.retention_seconds.to_string()),
        (Name::VisibilityTimeout, want.visibility_seconds.to_string()),
        (Name::Policy, want.policy.as_ref().map(Document::render).unwrap_or_default()),
        (Name::RedrivePolicy, redrive.map(|redrive| redrive.to_string()).unwrap_or_default()),
    ])
}

fn tags(want: &Queue) -> HashMap<String, String> {
    want.tags.clone().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use cloister_core::document::Statement;

    use super::*;

    fn queue(redrive: Option<Redrive>) -> Queue {
        Queue {
            kms_key: "arn:aws:kms:us-east-1:222222222222:key/k".into(),
            data_key_reuse_seconds: 300,
            retention_seconds: 1_209_600,
            visibility_seconds: 300,
            policy: Some(Document::new([("A", Statement::deny(["sqs:*"]).anyone().on(["q"]))])),
            redrive,
            tags: Tags::new(),
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let redrive = Redrive { dead_letter_arn: "arn:aws:sqs:us-east-1:222222222222:d".into(), max_receives: 5 };
        for queue in [queue(Some(redrive)), queue(None)] {
            assert_eq!(read(&write(&queue), Tags::new()), queue);
        }
    }

    #[test]
    fn a_count_may_be_a_string() {
        let read = read_redrive(r#"{"deadLetterTargetArn":"d","maxReceiveCount":"5"}"#);
        assert_eq!(read, Some(Redrive { dead_letter_arn: "d".into(), max_receives: 5 }));
    }
}
