//! Waits to lead, by a watch: a renewal is heard of at once, so that the time is counted from it and not from the next look.

use std::time::Duration;

use cloister_core::lease::{Next, Sight, Standby, renewal};
use futures::stream::{BoxStream, StreamExt as _};
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{WatchEvent, WatchParams};
use kube::{Api, ResourceExt};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{LEASE, claimed, put};
use crate::commands::Complaint;
use crate::serve::Readiness;

type Events = BoxStream<'static, Result<WatchEvent<Lease>, kube::Error>>;

/// How long a watch may last, in seconds. Then it is begun anew.
const WATCH: u32 = 280;

struct Waiting<'a> {
    api: &'a Api<Lease>,
    term: Duration,
    began: Instant,
    standby: Standby,
    lease: Option<Lease>,
    /// None: to be begun.
    events: Option<Events>,
}

/// Answers when this process leads, with the moment before it asked for it.
pub async fn wait(
    api: &Api<Lease>,
    identity: &str,
    term: Duration,
    readiness: &Readiness,
) -> Result<Instant, Complaint> {
    let began = Instant::now();
    // What fails at first is a right or an address rather than an outage, and is told.
    let lease = api.get_opt(LEASE).await?;
    let standby = Standby::new(identity, term, sight(lease.as_ref()), began.elapsed());
    let mut waiting = Waiting { api, term, began, standby, lease, events: None };
    loop {
        match waiting.standby.next(began.elapsed()) {
            Next::Claim => {
                let asked = Instant::now();
                if waiting.claim(identity).await {
                    return Ok(asked);
                }
                waiting.look().await;
            }
            Next::Look => waiting.look().await,
            Next::Listen(until) => waiting.listen(began + until).await,
        }
        readiness.standby();
    }
}

impl Waiting<'_> {
    /// Onto the version that is known: a renewal of which nothing was heard makes it fail.
    async fn claim(&self, identity: &str) -> bool {
        let lease = claimed(self.lease.clone(), identity, self.term);
        match timeout(renewal(self.term), put(self.api, &lease)).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(error)) => {
                self.pause(&error.to_string()).await;
                false
            }
            Err(_) => false,
        }
    }

    async fn look(&mut self) {
        match timeout(renewal(self.term), self.api.get_opt(LEASE)).await {
            Ok(Ok(lease)) => {
                if self.saw(lease) {
                    // The watch did not tell.
                    self.events = None;
                }
            }
            Ok(Err(error)) => self.pause(&error.to_string()).await,
            Err(_) => self.pause("no answer").await,
        }
    }

    async fn listen(&mut self, until: Instant) {
        let Some(events) = &mut self.events else { return self.watch().await };
        let Ok(event) = timeout_at(until, events.next()).await else { return };
        match event {
            Some(Ok(WatchEvent::Added(lease) | WatchEvent::Modified(lease))) => {
                self.saw(Some(lease));
            }
            Some(Ok(WatchEvent::Deleted(_))) => {
                self.saw(None);
            }
            Some(Ok(WatchEvent::Bookmark(_))) => {}
            Some(Ok(WatchEvent::Error(status))) => self.over(&status.message).await,
            Some(Err(error)) => self.over(&error.to_string()).await,
            None => self.events = None,
        }
    }

    /// From the version that is known on, so that nothing is missed.
    async fn watch(&mut self) {
        let params = WatchParams::default().fields(&format!("metadata.name={LEASE}")).timeout(WATCH);
        let version = self.lease.as_ref().and_then(ResourceExt::resource_version).unwrap_or_default();
        match timeout(renewal(self.term), self.api.watch(&params, &version)).await {
            Ok(Ok(events)) => self.events = Some(events.boxed()),
            Ok(Err(error)) => self.over(&error.to_string()).await,
            Err(_) => self.over("no answer").await,
        }
    }

    /// Without a watch it is asked for.
    async fn over(&mut self, why: &str) {
        self.events = None;
        self.pause(why).await;
        self.look().await;
    }

    async fn pause(&self, why: &str) {
        tracing::warn!(error = why, "the lease can neither be looked at nor taken");
        sleep(renewal(self.term) / 4).await;
    }

    fn saw(&mut self, lease: Option<Lease>) -> bool {
        let news = self.standby.saw(sight(lease.as_ref()), self.began.elapsed());
        if news {
            self.lease = lease;
        }
        news
    }
}

fn sight(lease: Option<&Lease>) -> Sight {
    let spec = lease.and_then(|lease| lease.spec.as_ref());
    Sight {
        version: lease.and_then(ResourceExt::resource_version),
        holder: spec.and_then(|spec| spec.holder_identity.clone()),
        seconds: spec.and_then(|spec| spec.lease_duration_seconds),
    }
}
