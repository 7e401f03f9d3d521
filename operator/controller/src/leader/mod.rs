//! One operator works at a time. Who leads renews the lease; who waits takes it when it was given back, or when nothing
//! was heard of a renewal for as long as `cloister_core::lease` says.

mod standby;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloister_core::lease::{active, renewal};
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::time::{Instant, sleep_until, timeout};

use crate::commands::Complaint;
use crate::serve::Readiness;

const LEASE: &str = "cloister";

/// Until when this process may act. Asked before every change.
#[derive(Clone, Debug)]
pub struct Fence(Option<Arc<Mutex<Instant>>>);

impl Fence {
    /// Of a process that works alone.
    pub const fn open() -> Self {
        Self(None)
    }

    fn until(end: Instant) -> Self {
        Self(Some(Arc::new(Mutex::new(end))))
    }

    pub fn holds(&self) -> bool {
        self.end().is_none_or(|end| Instant::now() < end)
    }

    fn end(&self) -> Option<Instant> {
        self.0.as_ref().map(|end| *end.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn renew(&self, to: Instant) {
        if let Some(end) = &self.0 {
            *end.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

pub struct Leadership {
    api: Api<Lease>,
    identity: String,
    term: Duration,
    pub fence: Fence,
}

impl Leadership {
    /// Waits until this process leads.
    pub async fn acquire(
        client: &Client,
        namespace: &str,
        term: Duration,
        readiness: &Readiness,
    ) -> Result<Self, Complaint> {
        let identity = format!("{}-{:08x}", host(), rand::random::<u32>());
        let api = Api::namespaced(client.clone(), namespace);
        let began = standby::wait(&api, &identity, term, readiness).await?;
        tracing::info!(namespace, identity, "this process leads");
        readiness.starting();
        Ok(Self { api, identity, term, fence: Fence::until(began + active(term)) })
    }

    /// Renews the lease, and returns when it is lost. Whoever has lost it must stop at once.
    pub async fn lost(&self) {
        while self.fence.holds() {
            let began = Instant::now();
            match timeout(renewal(self.term), self.renew()).await {
                Ok(Ok(true)) => self.fence.renew(began + active(self.term)),
                Ok(Ok(false)) => return,
                Ok(Err(error)) => tracing::warn!(%error, "the lease could not be renewed"),
                Err(_) => tracing::warn!("the lease could not be renewed: no answer"),
            }
            sleep_until(began + renewal(self.term)).await;
        }
    }

    async fn renew(&self) -> Result<bool, kube::Error> {
        let found = self.api.get_opt(LEASE).await?;
        let mine = |lease: &Lease| holder(lease) == Some(self.identity.as_str());
        match found.filter(mine) {
            Some(lease) => put(&self.api, &claimed(Some(lease), &self.identity, self.term)).await,
            None => Ok(false),
        }
    }

    /// Lets the next one take over without waiting.
    pub async fn release(self) {
        if let Err(error) = self.give_back().await {
            tracing::warn!(%error, "the lease could not be released; it runs out by itself");
        }
    }

    async fn give_back(&self) -> Result<(), kube::Error> {
        let Some(mut lease) = self.api.get_opt(LEASE).await? else { return Ok(()) };
        if holder(&lease) == Some(self.identity.as_str()) {
            if let Some(spec) = &mut lease.spec {
                spec.holder_identity = None;
            }
            put(&self.api, &lease).await?;
        }
        Ok(())
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref().filter(|holder| !holder.is_empty())
}

fn claimed(found: Option<Lease>, identity: &str, term: Duration) -> Lease {
    let now = || Some(MicroTime(jiff::Timestamp::now()));
    let mut lease = found.unwrap_or_else(|| Lease {
        metadata: ObjectMeta { name: Some(LEASE.to_owned()), ..ObjectMeta::default() },
        spec: None,
    });
    let is_new = holder(&lease) != Some(identity);
    let spec = lease.spec.get_or_insert_with(LeaseSpec::default);
    if is_new {
        spec.acquire_time = now();
        spec.lease_transitions = Some(spec.lease_transitions.unwrap_or(0) + 1);
    }
    spec.holder_identity = Some(identity.to_owned());
    spec.lease_duration_seconds = i32::try_from(term.as_secs()).ok();
    spec.renew_time = now();
    lease
}

/// False where somebody else was faster: the resource version is a precondition.
async fn put(api: &Api<Lease>, lease: &Lease) -> Result<bool, kube::Error> {
    let params = PostParams::default();
    let result = match lease.metadata.resource_version {
        Some(_) => api.replace(LEASE, &params, lease).await,
        None => api.create(&params, lease).await,
    };
    match result {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

fn host() -> String {
    std::env::var("HOSTNAME").unwrap_or_else(|_| "cloister".to_owned())
}
