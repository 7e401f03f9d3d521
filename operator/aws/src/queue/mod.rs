//! SQS queues.

mod attributes;

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Queue, QueueStep, Resource};

use crate::account::Account;
use crate::fault::{found, gone, refused};
use crate::limit::Lane;
use crate::look::Look;
use attributes::{read, write};

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Queue,
) -> Result<Observed, Fault> {
    let at = At { account, name, lane: look.lane };
    let arn = account.home.arn("sqs", name);
    let settled = account.home.settled_tags(look, &arn, &want.tags).await?;
    let Some(url) = found(at.url().await)? else { return Ok(Observed::Absent) };
    let tags = match settled {
        Some(tags) => Some(tags),
        None => at
            .exists(account.sqs.call(look.lane, |sqs| sqs.list_queue_tags().queue_url(&url).send()).await)?
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
            return Ok(Some(account.home.arn("sqs", name)));
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

/// Where a queue is.
pub(crate) async fn url(account: &Account, name: &str, lane: Lane) -> Result<String, Fault> {
    At { account, name, lane }.url().await
}

/// Forgets where a queue was that is not there.
pub(crate) fn known<T>(account: &Account, name: &str, answer: Result<T, Fault>) -> Result<T, Fault> {
    At { account, name, lane: Lane::Sweep }.changed(answer)
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

fn tags(want: &Queue) -> HashMap<String, String> {
    want.tags.clone().into_iter().collect()
}
