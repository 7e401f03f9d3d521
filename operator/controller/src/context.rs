//! What all passes share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use cloister_aws::Aws;
use cloister_core::feed::Touch;
use cloister_core::resource::ObjectId;
use cloister_crds::events::Hearing;
use cloister_crds::status::ResourceStatus;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use kube::Client;
use kube::runtime::events::Recorder;
use kube::runtime::reflector::Store;

use crate::cache::Objects;
use crate::feed::Feeds;
use crate::kinds::Kind;
use crate::leader::Fence;
use crate::metrics::Metrics;
use crate::pipelines::{Deaf, Inbox};
use crate::pool::{Pools, Watched};

/// How the operator behaves; every field is a flag of `cloister run`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often everything is looked at although nothing is known to have changed.
    pub sweep: Duration,
    /// The same where events tell of changes.
    pub rare_sweep: Duration,
    /// How often a call is made that has to come back as an event.
    pub probe: Duration,
    /// How long no event may come before a feed counts as silent.
    pub silence: Duration,
    /// How long KMS may take to show a key that it has made.
    pub visibility: Duration,
    /// How often it is looked whether evidence is due.
    pub evidence: Duration,
    /// Of the door in front of applications, by digest.
    pub door_image: Option<String>,
}

pub struct Context {
    pub client: Client,
    pub aws: Aws,
    pub settings: Settings,
    pub metrics: Arc<Metrics>,
    pub fence: Fence,
    pub events: Recorder,
    pub environments: Store<Environment>,
    pub tenants: Store<ClientTenant>,
    pub buckets: Store<IngestBucket>,
    pub schemas: Store<RedshiftSchema>,
    pub pipelines: Store<EtlPipeline>,
    pub apps: Store<AnalyticsApp>,
    pub inbox: Inbox,
    pub deaf: Deaf,
    pub feeds: Feeds,
    pub objects: Objects,
    pub watched: Watched,
    pub pools: Pools,
    memory: Mutex<HashMap<String, Memory>>,
}

/// What the process remembers of an object. Losing it costs a look, never correctness.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Passes in a row that ended in a fault.
    pub faults: u32,
    /// Passes in a row that changed something.
    pub restless: u32,
    /// When something was last written, or tried: older snapshots do not count for this object.
    pub last_write: Option<Instant>,
    /// Kubernetes objects whose name was taken when they were to be made.
    pub contested: HashSet<ObjectId>,
    pub seen: bool,
    /// Attempts in a row to write its evidence that failed, and until when there is no other.
    pub evidence_faults: u32,
    pub no_evidence_before: Option<Instant>,
    /// The version of a pipeline that its last pass left: an older one in the cache is not gone by.
    pub version: Option<String>,
    /// Its status tells of every Job of it that has not ended.
    pub jobs_are_known: bool,
    /// The newest calls that touched resources of it, newest last.
    pub touches: Vec<Touch>,
    /// When the last of them was heard of.
    touched: Option<Instant>,
}

/// Touches that are remembered of an object; each costs some 400 bytes.
const TOUCHES: usize = 16;
/// What AWS answers may lag behind the event of a change: then it is looked at once more.
const LAG: Duration = Duration::from_secs(10);

impl Memory {
    pub fn touch(&mut self, touch: Touch) {
        if self.touches.len() == TOUCHES {
            self.touches.remove(0);
        }
        self.touches.push(touch);
        let now = Instant::now();
        self.touched = Some(now);
        // Listings from before it tell nothing of it.
        self.last_write = Some(now);
    }

    /// All is as declared in a pass that began so late that it saw what these calls did, if that still stands: whatever
    /// differs from now on is not their doing.
    pub fn forget(&mut self, touches: &[Touch], began: i64) {
        let age = |touch: &Touch| u64::try_from(began.saturating_sub(touch.at)).unwrap_or_default();
        let is_seen = |touch: &Touch| age(touch) >= LAG.as_secs();
        self.touches.retain(|touch| !touches.contains(touch) || !is_seen(touch));
    }

    /// In how long it is looked at again because of a touch.
    pub fn touched_again(&self) -> Option<Duration> {
        let left = LAG.checked_sub(self.touched?.elapsed())?;
        (!left.is_zero()).then_some(left)
    }
}

impl Context {
    #[allow(clippy::too_many_arguments)] // one call, in `commands::run`
    pub fn new(
        client: Client,
        aws: Aws,
        settings: Settings,
        metrics: Arc<Metrics>,
        fence: Fence,
        events: Recorder,
        environments: Store<Environment>,
        tenants: Store<ClientTenant>,
        buckets: Store<IngestBucket>,
        schemas: Store<RedshiftSchema>,
        pipelines: Store<EtlPipeline>,
        apps: Store<AnalyticsApp>,
        objects: Objects,
        watched: Watched,
    ) -> Self {
        let memory = Mutex::default();
        Self {
            client,
            aws,
            settings,
            metrics,
            fence,
            events,
            environments,
            tenants,
            buckets,
            schemas,
            pipelines,
            apps,
            inbox: Inbox::default(),
            deaf: Deaf::default(),
            feeds: Feeds::default(),
            objects,
            watched,
            pools: Pools::default(),
            memory,
        }
    }

    pub fn recall(&self, uid: &str) -> Memory {
        self.with_memory(|all| all.get(uid).cloned().unwrap_or_default())
    }

    pub fn remember<T>(&self, uid: &str, change: impl FnOnce(&mut Memory) -> T) -> T {
        self.with_memory(|all| change(all.entry(uid.to_owned()).or_default()))
    }

    pub fn forget(&self, uid: &str) {
        self.with_memory(|all| all.remove(uid));
    }

    fn with_memory<T>(&self, f: impl FnOnce(&mut HashMap<String, Memory>) -> T) -> T {
        f(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The sweep interval, 10 % more or less, so that objects spread out.
    pub fn next_sweep(&self) -> Duration {
        self.settings.sweep.mul_f64(rand::random_range(0.9..1.1))
    }

    /// How long something rests that is as declared.
    pub fn rest<K: Kind>(&self, object: &K) -> Duration {
        if let Some(rest) = object.rest() {
            return rest.min(self.next_sweep());
        }
        let heard = |home: String| self.feeds.hearing(&home) == Some(Hearing::Heard);
        let heard = K::IS_TOLD_OF && object.home(self).is_some_and(heard);
        // What a database holds changes without events.
        let told = |r: &ResourceStatus| {
            !["redshift-database/", "redshift-schema/"].iter().any(|kind| r.id.starts_with(kind))
        };
        let resources = object.common().map(|c| c.resources.as_slice()).unwrap_or_default();
        if heard && resources.iter().all(told) {
            self.settings.rare_sweep.mul_f64(rand::random_range(0.9..1.1))
        } else {
            self.next_sweep()
        }
    }

    /// A shared snapshot may be this old for an object that nothing was written to since.
    pub fn tolerance(&self) -> Duration {
        (self.settings.sweep / 4).min(Duration::from_secs(15))
    }
}
