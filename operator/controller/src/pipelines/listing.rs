//! Lists buckets now and then, for files that no event told of.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cloister_aws::Version;
use cloister_core::fault::Fault;
use cloister_core::pipeline::{News, concerns, read, text};
use cloister_crds::EtlPipeline;
use cloister_crds::pipeline::{ArrivalTrigger, FileStatus, ListStatus};
use jiff::{SignedDuration, Timestamp};
use kube::runtime::reflector::ObjectRef;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::listen::RECORDED;
use super::peers::{self, Landing};
use crate::api::Object;
use crate::context::Context;
use crate::queues::Wake;

/// Sweeps between two listings of a bucket.
const SWEEPS: u32 = 5;
/// Listings at a time, of all buckets.
const AT_ONCE: usize = 4;

pub struct Listings {
    under_way: HashMap<String, JoinHandle<()>>,
    permits: Arc<Semaphore>,
}

impl Default for Listings {
    fn default() -> Self {
        Self { under_way: HashMap::new(), permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Drop for Listings {
    fn drop(&mut self) {
        self.under_way.values().for_each(JoinHandle::abort);
    }
}

impl Listings {
    /// Begins those that are due.
    pub fn start_due(&mut self, context: &Arc<Context>, wake: &Wake<EtlPipeline>) {
        self.under_way.retain(|_, task| !task.is_finished());
        let now = Timestamp::now();
        for pipeline in context.pipelines.state() {
            let uid = Object::uid(&*pipeline);
            if self.under_way.contains_key(&uid) || !is_due(&pipeline, now, context) {
                continue;
            }
            let Some(landing) = peers::landing(&pipeline, context) else { continue };
            let (context, wake, permits) = (context.clone(), wake.clone(), self.permits.clone());
            let task = async move {
                let Ok(_permit) = permits.acquire().await else { return };
                if let Err(fault) = list(&pipeline, &landing, &context, &wake).await {
                    tracing::warn!(object = pipeline.label(), %fault, "the bucket cannot be listed");
                    // Not again at once.
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
            };
            self.under_way.insert(uid, tokio::spawn(task));
        }
    }
}

fn is_due(pipeline: &EtlPipeline, now: Timestamp, context: &Context) -> bool {
    let Some(listing) = pipeline.status().and_then(|status| status.listing.as_ref()) else { return false };
    if pipeline.is_leaving() {
        return false;
    }
    let every = SignedDuration::try_from(context.settings.sweep * SWEEPS).unwrap_or(SignedDuration::MAX);
    let last: Option<Timestamp> = listing.completed_at.as_ref().and_then(|at| at.parse().ok());
    listing.began_at.is_some() || last.is_none_or(|last| now.duration_since(last) >= every)
}

/// Goes on where the last one stopped, page by page; each page's progress is written with its files.
async fn list(
    pipeline: &EtlPipeline,
    landing: &Landing,
    context: &Context,
    wake: &Wake<EtlPipeline>,
) -> Result<(), Fault> {
    let trigger = pipeline.spec.trigger.as_ref().and_then(|trigger| trigger.arrival.as_ref());
    let (Some(trigger), Some(status)) = (trigger, pipeline.status()) else { return Ok(()) };
    let mut progress = status.listing.clone().unwrap_or_default();
    progress.began_at.get_or_insert_with(|| text(Timestamp::now()));
    while progress.began_at.is_some() {
        let from = progress.key_marker.clone().map(|key| (key, progress.version_marker.clone()));
        let page = landing.account.versions(&landing.bucket, trigger.prefix.as_deref(), from).await?;
        let files = found(page.versions, trigger, &landing.bucket, &progress);
        if let Some((key, version)) = page.next {
            (progress.key_marker, progress.version_marker) = (Some(key), version);
        } else {
            let (since, began) = (progress.since.clone(), progress.began_at.take());
            progress = ListStatus { since, completed_at: began, ..ListStatus::default() };
        }
        context.metrics.pipelines.listed(&pipeline.label(), files.len());
        let news = News { files, listing: Some(progress.clone()) };
        let answer = context.inbox.put(&Object::uid(pipeline), news);
        let _ = wake.unbounded_send(ObjectRef::from_obj(pipeline));
        // Without room for all of the page it is listed again later.
        if !matches!(timeout(RECORDED, answer).await, Ok(Ok(true))) {
            return Ok(());
        }
    }
    Ok(())
}

fn found(
    versions: Vec<Version>,
    trigger: &ArrivalTrigger,
    bucket: &str,
    progress: &ListStatus,
) -> Vec<FileStatus> {
    let since = read(&progress.since);
    let file = |version: Version| FileStatus {
        bucket: bucket.to_owned(),
        at: Timestamp::from_second(version.modified).map(text).unwrap_or_default(),
        key: version.key,
        version_id: version.version_id,
        etag: version.etag,
        size: version.size,
        sequencer: None,
    };
    let new = |v: &Version| v.modified >= since.as_second() && concerns(trigger, &v.key);
    versions.into_iter().filter(new).map(file).collect()
}
