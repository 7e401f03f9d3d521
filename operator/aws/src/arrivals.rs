//! What has arrived in a bucket, told by its queue or found by listing it; and the records of what became of it.

use aws_sdk_s3::types::ObjectVersion;
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;
use cloister_core::fault::Fault;

use crate::account::Account;
use crate::event_rule;
use crate::fault::incomplete;
use crate::limit::Lane;
use crate::place::Place;
use crate::queue;

/// A message, which comes again unless it is deleted.
#[derive(Clone, Debug)]
pub struct Received {
    pub body: String,
    receipt: String,
}

/// One version of an object, as a listing shows it.
#[derive(Clone, Debug)]
pub struct Version {
    pub key: String,
    pub version_id: String,
    pub etag: String,
    pub size: i64,
    /// Seconds since 1970. Of an upload in parts, when it began.
    pub modified: i64,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub versions: Vec<Version>,
    pub next: Option<Cursor>,
}

/// Where the next page begins: key and version.
pub type Cursor = (String, Option<String>);

/// The tag whose setting is such a call.
const PROBE: &str = "cloister.dev/probed-at";

/// Less than an attempt at a call may take.
const WAIT_SECONDS: i32 = 8;

impl Account {
    /// Waits for messages, at most ten. Others wait beside it without holding up the account's other calls.
    pub async fn receive(&self, queue: &str) -> Result<Vec<Received>, Fault> {
        let url = queue::url(self, queue, Lane::Sweep).await?;
        let send = |sqs: &aws_sdk_sqs::Client| {
            let request = sqs.receive_message().queue_url(url).max_number_of_messages(10);
            request.wait_time_seconds(WAIT_SECONDS).send()
        };
        let answer = queue::known(self, queue, self.listening.call(Lane::Sweep, send).await)?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        Ok(messages.filter_map(|m| Some(Received { body: m.body?, receipt: m.receipt_handle? })).collect())
    }

    /// What could not be deleted comes again.
    pub async fn delete(&self, queue: &str, messages: &[Received]) -> Result<(), Fault> {
        let url = queue::url(self, queue, Lane::User).await?;
        let entry = |(n, message): (usize, &Received)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(n.to_string());
            entry.receipt_handle(&message.receipt).build()
        };
        let entries = messages.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
        let entries = entries.map_err(incomplete("sqs"))?;
        let send = |sqs: &aws_sdk_sqs::Client| {
            sqs.delete_message_batch().queue_url(url).set_entries(Some(entries)).send()
        };
        self.sqs.call(Lane::User, send).await.map(|_| ())
    }

    /// A call that changes nothing of importance, and has to come back as an event.
    pub async fn probe(&self, queue: &str, at: &str) -> Result<(), Fault> {
        let url = queue::url(self, queue, Lane::Sweep).await?;
        let send = |sqs: &aws_sdk_sqs::Client| sqs.tag_queue().queue_url(url).tags(PROBE, at).send();
        self.sqs.call(Lane::Sweep, send).await.map(|_| ())
    }

    /// The same of the rule that sends the events of another region home.
    pub async fn probe_abroad(&self, region: &str, rule: &str, at: &str) -> Result<(), Fault> {
        event_rule::probe(self.abroad(region)?, rule, PROBE, at).await
    }

    /// Writes an object unless there is one of that key. The bucket encrypts it.
    pub async fn put_once(&self, bucket: &str, key: &str, body: String) -> Result<(), Fault> {
        let send = |s3: &aws_sdk_s3::Client| {
            let request = s3.put_object().bucket(bucket).key(key).if_none_match("*");
            request.content_type("application/json").body(body.into_bytes().into()).send()
        };
        match self.home.s3.call(Lane::User, send).await {
            Err(fault) if fault.code == "PreconditionFailed" => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// A page of a bucket's objects in all their versions, those without content for a key left out.
    pub async fn versions(
        &self,
        bucket: &str,
        prefix: Option<&str>,
        from: Option<Cursor>,
    ) -> Result<Page, Fault> {
        page(&self.home, bucket, prefix, from).await
    }

    /// The same of a copy, in the recovery region.
    pub async fn copied_versions(&self, bucket: &str, from: Option<Cursor>) -> Result<Page, Fault> {
        page(self.recovery()?, bucket, None, from).await
    }
}

async fn page(
    place: &Place,
    bucket: &str,
    prefix: Option<&str>,
    from: Option<Cursor>,
) -> Result<Page, Fault> {
    let (key, version) = from.map_or((None, None), |(key, version)| (Some(key), version));
    let send = |s3: &aws_sdk_s3::Client| {
        let request = s3.list_object_versions().bucket(bucket).set_prefix(prefix.map(str::to_owned));
        request.set_key_marker(key).set_version_id_marker(version).send()
    };
    let answer = place.s3.call(Lane::Sweep, send).await?;
    let next = answer.next_key_marker.filter(|_| answer.is_truncated == Some(true));
    let next = next.map(|key| (key, answer.next_version_id_marker));
    let versions = answer.versions.unwrap_or_default().into_iter().filter_map(version_of).collect();
    Ok(Page { versions, next })
}

fn version_of(found: ObjectVersion) -> Option<Version> {
    Some(Version {
        key: found.key?,
        version_id: found.version_id.unwrap_or_else(|| "null".into()),
        etag: found.e_tag.unwrap_or_default().trim_matches('"').to_owned(),
        size: found.size.unwrap_or_default(),
        modified: found.last_modified?.secs(),
    })
}
