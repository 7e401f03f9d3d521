//! The kinds: what each is made from, and what it reports beyond what all report.

mod bucket;
mod environment;
pub use environment::target;
mod tenant;

use std::sync::Arc;

use cloister_aws::Account;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Mode};
use cloister_core::resource::ResourceId;
use cloister_core::violation::Violation;
use cloister_crds::bucket::DriftPolicy;
use cloister_crds::status::CommonStatus;

use crate::api::Object;
use crate::context::Context;

/// What is wanted, given the ARN of the tenant's key as far as it is known.
type Desire = Box<dyn Fn(Option<&str>) -> DesiredSet + Send + Sync>;

/// An object, dereferenced and validated.
pub struct Prepared {
    pub owner: Owner,
    pub violations: Vec<Violation>,
    /// What it waits for, one sentence each.
    pub waiting: Vec<String>,
    pub account: Option<Arc<Account>>,
    pub mode: Mode,
    /// Facts for the kind's own part of the status.
    pub facts: Facts,
    desire: Desire,
}

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub assumed_role: Option<String>,
    pub missing: Vec<String>,
    pub log_bucket: Option<String>,
    pub bucket_name: Option<String>,
    pub queue_name: Option<String>,
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
            desire: Box::new(|_| DesiredSet::new()),
        }
    }

    /// What is wanted once the key's ARN is known.
    pub fn desired_with(&self, key_arn: &str) -> DesiredSet {
        (self.desire)(Some(key_arn))
    }

    /// Only an ARN that AWS has shown in this pass is an output.
    pub fn desired(&self, observed: &ObservedSet) -> DesiredSet {
        let key = observed.iter().find(|(id, _)| matches!(id, ResourceId::Key(_)));
        (self.desire)(key.and_then(|(_, seen)| Observed::arn(seen)))
    }
}

pub trait Kind: Object {
    fn prepare(&self, context: &Context) -> impl Future<Output = Prepared> + Send;

    /// The whole status: the common part, and the kind's own.
    fn with_common(&self, common: CommonStatus, prepared: &Prepared, observed: &ObservedSet) -> Self::Status;

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

fn is_converged<K: Object>(object: &K) -> bool {
    object.common().is_some_and(|c| c.converged_generation == Some(Object::generation(object)))
}
