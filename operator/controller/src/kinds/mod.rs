//! The kinds: what each is made from, and what it reports beyond what all report.

mod app;
pub use app::{Wanted, apps_of, optional_kinds, warehouse};
mod bucket;
pub mod copies;
mod environment;
mod exporting;
mod offboarding;
use offboarding::Leaving;
pub use offboarding::{buckets, leaves};
mod peers;
pub use peers::environment_is_current;
mod principals;
mod schema;
mod sharing;
pub use environment::target;
pub use schema::{database, desired_schema, schema_name};
pub use sharing::{cluster as shared_cluster, has_role, is_shared, role, shared_by};
mod tenant;
pub use tenant::{home, load_balancers, minute_of_week};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cloister_aws::Account;
use cloister_core::conclude::{Notice, Outcomes};
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Mode, Plan};
use cloister_core::tenant::KeyArns;
use cloister_core::violation::Violation;
use cloister_crds::Environment;
use cloister_crds::bucket::{DriftPolicy, Intake};
use cloister_crds::events::Hearing;
use cloister_crds::offboarding::OffboardingStatus;
use cloister_crds::status::CommonStatus;

use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

/// What is wanted, given the ARNs of the tenant's keys as far as they are known.
type Desire = Box<dyn Fn(&KeyArns) -> DesiredSet + Send + Sync>;

/// An object, dereferenced and validated.
pub struct Prepared {
    pub owner: Owner,
    pub violations: Vec<Violation>,
    /// What it waits for, one sentence each.
    pub waiting: Vec<String>,
    pub account: Option<Arc<Account>>,
    mode: Mode,
    /// Facts for the kind's own part of the status.
    pub facts: Facts,
    /// Whose the objects in Kubernetes are, where that is another than the owner.
    keeper: Option<String>,
    /// The keys' ARNs as AWS told them before, for a pass in which a key cannot be read.
    known_keys: KeyArns,
    desire: Desire,
}

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub assumed_role: Option<String>,
    pub missing: Vec<String>,
    pub log_bucket: Option<String>,
    pub bucket_name: Option<String>,
    pub queue_name: Option<String>,
    pub schema: Option<String>,
    /// Where an application is served, and by how many pods that are ready.
    pub url: Option<String>,
    pub ready_replicas: Option<i32>,
    pub door_image: Option<String>,
    /// Tenants that share the warehouse, by the ARNs of their roles.
    pub sharers: BTreeMap<String, String>,
    /// Whether the feed of events is heard.
    pub hearing: Option<Hearing>,
    /// What may still be put into a bucket.
    pub intake: Option<Intake>,
    /// What the next stage of a tenant's offboarding is decided from.
    pub leaving: Option<Leaving>,
    /// The tenant's offboarding as this pass leaves it, where it was decided on.
    pub next: Turn,
    /// It is written only if nobody has written since: it could still be called off, or its times moved.
    pub is_open: bool,
    /// An offboarding is at work: it is looked at sooner than at the next sweep.
    pub works: bool,
}

/// What a pass makes of a tenant's offboarding.
#[derive(Clone, Debug, Default)]
pub enum Turn {
    /// It was not decided on: it stays as it is.
    #[default]
    Undecided,
    /// None where it was called off.
    To(Option<Box<OffboardingStatus>>),
}

impl Prepared {
    /// Nothing can be wanted yet.
    fn waiting(owner: Owner, waiting: Vec<String>) -> Self {
        Self {
            owner,
            violations: Vec::new(),
            waiting,
            account: None,
            mode: Mode::Correct,
            facts: Facts::default(),
            keeper: None,
            known_keys: KeyArns::default(),
            desire: Box::new(|_| DesiredSet::new()),
        }
    }

    /// UID of whose the objects in Kubernetes are.
    pub fn keeper(&self) -> &str {
        self.keeper.as_deref().unwrap_or(&self.owner.uid)
    }

    /// Of a declaration that is wrong in one place nothing is applied.
    pub fn mode(&self) -> Mode {
        if self.violations.is_empty() { self.mode } else { Mode::Paused }
    }

    /// What is wanted once these ARNs are known.
    pub fn desired_with(&self, keys: &KeyArns) -> DesiredSet {
        (self.desire)(keys)
    }

    pub fn desired(&self, observed: &ObservedSet) -> DesiredSet {
        (self.desire)(&self.keys(observed))
    }

    /// The keys' ARNs as this pass has seen them. A key that is absent has none; one that cannot be read
    /// still has the one that it had, or all that names it would look different.
    pub fn keys(&self, observed: &ObservedSet) -> KeyArns {
        let mut keys = self.known_keys.clone();
        for (id, seen) in observed {
            if let Some(arn) = keys.of(id) {
                match seen {
                    Observed::Absent => *arn = None,
                    seen => *arn = seen.arn().map(str::to_owned).or(arn.take()),
                }
            }
        }
        keys
    }
}

pub trait Kind: Object {
    fn prepare(&self, context: &Context) -> impl Future<Output = Prepared> + Send;

    /// The whole status: the common part, and the kind's own.
    fn with_common(&self, common: CommonStatus, prepared: &Prepared, observed: &ObservedSet) -> Self::Status;

    /// Whether events tell of its changes.
    const IS_TOLD_OF: bool = true;

    /// How long it rests at most, where it may wait for what nothing tells of.
    fn rest(&self) -> Option<Duration> {
        None
    }

    /// The environment that it belongs to.
    fn home(&self, context: &Context) -> Option<String>;

    /// Whether the peers that this object's wishes rest on are still what the caches show. Asked before
    /// anything is changed: the caches of different kinds lag one another.
    fn confirm_peers(&self, _: &Context) -> impl Future<Output = Result<bool, Unreported>> + Send {
        futures::future::ready(Ok(true))
    }

    /// Whether time alone may have something to be done.
    fn is_due(&self) -> bool {
        false
    }

    /// What is decided by how the pass went; and what people should hear of it.
    fn turn(
        &self,
        _: &mut Prepared,
        _: &ObservedSet,
        _: &Plan,
        _: &Outcomes,
        _: &Context,
    ) -> impl Future<Output = Option<Notice>> + Send {
        futures::future::ready(None)
    }

    fn owner(&self) -> Owner {
        Owner { object: self.label(), uid: Object::uid(self) }
    }
}

/// Paused wins; Report begins once everything was as declared.
fn mode(paused: bool, policy: DriftPolicy, leaving: bool, converged: bool) -> Mode {
    match policy {
        _ if paused => Mode::Paused,
        DriftPolicy::Report if converged && !leaving => Mode::Report,
        DriftPolicy::Report | DriftPolicy::Correct => Mode::Correct,
    }
}

/// Whether a resource has once been as declared, by its owner's status.
fn stands(common: Option<&CommonStatus>, id: &str) -> bool {
    let was_seen = |c: &CommonStatus| c.converged_generation.is_some() && c.arn(id).is_some();
    is_there(common, id) || common.is_some_and(was_seen)
}

/// Whether its last look found it, and nothing that stands in the way of what is in it.
fn is_there(common: Option<&CommonStatus>, id: &str) -> bool {
    let state = common.and_then(|c| c.state(id));
    matches!(state, Some("Ready" | "Drifted" | "Retained" | "Leaving"))
}

/// ARN of the key of an Environment's records, once it is there.
pub fn audit_key(home: &Environment) -> Option<String> {
    home.spec.audit.role_arn.as_ref()?;
    known_keys(home.common()?).audit
}

/// The keys' ARNs as the last pass reported them.
fn known_keys(common: &CommonStatus) -> KeyArns {
    let arn = |kind: &str| {
        let key = common.resources.iter().find(|r| r.id.starts_with(kind));
        key.and_then(|r| r.arn.clone())
    };
    KeyArns { home: arn("kms-key/"), recovery: arn("recovery-kms-key/"), audit: arn("audit-key/") }
}

fn is_converged<K: Object>(object: &K) -> bool {
    object.common().is_some_and(|c| c.converged_generation == Some(Object::generation(object)))
}
