//! From the whole story of a pass to what is reported: status, events, and when to look again.

mod conditions;
mod history;

use std::collections::BTreeMap;

use cloister_crds::status::{CommonStatus, Intent, ResourceStatus};

use crate::drift::Drift;
use crate::fault::{Fault, FaultClass};
use crate::feed::Touch;
use crate::observed::{Observed, ObservedSet};
use crate::plan::{Blocked, DesiredSet, Fate, Mode, Plan, Reason};
use crate::resource::{ResourceId, Step};
use crate::violation::Violation;

/// How the steps of one resource went.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Steps that AWS or the API server confirmed.
    pub done: Vec<Step>,
    /// The step that failed; those after it were not tried.
    pub failed: Option<(Step, Fault)>,
    /// The ARN that a creation gave.
    pub arn: Option<String>,
    /// Of a bucket that was to be emptied: how far that came.
    pub emptied: Option<Emptied>,
}

/// What emptying a bucket came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Versions and delete markers.
    pub deleted: i64,
    /// Versions that Object Lock holds.
    pub locked: i64,
    /// There is more to be deleted, in a later pass.
    pub more: bool,
}

impl Emptied {
    /// Nothing is in it any more.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.locked == 0 && !self.more
    }
}

pub type Outcomes = BTreeMap<ResourceId, Outcome>;

/// All that a pass has learnt.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    pub generation: i64,
    /// RFC 3339, seconds.
    pub now: &'a str,
    pub previous: &'a CommonStatus,
    pub violations: &'a [Violation],
    /// Peers that are not there or not ready, one sentence each.
    pub waiting: &'a [String],
    pub desired: &'a DesiredSet,
    pub observed: &'a ObservedSet,
    pub plan: &'a Plan,
    pub outcomes: &'a Outcomes,
    pub intents: &'a [Intent],
    pub mode: Mode,
    /// What calls touched of it lately.
    pub touches: &'a [Touch],
    /// Whether differences are kept elsewhere too, once they have come to their end.
    pub are_recorded: bool,
}

impl Story<'_> {
    /// Whether this generation was once as declared, so that a difference is somebody else's doing.
    #[must_use]
    pub fn was_converged(&self) -> bool {
        self.previous.converged_generation == Some(self.generation)
    }

    /// What differs from what once was as declared. A guardrail that could not be set so far has not drifted.
    fn drifted(&self) -> impl Iterator<Item = &Drift> {
        self.plan.drift.iter().filter(|drift| self.has_drifted(&drift.resource))
    }

    fn has_drifted(&self, id: &ResourceId) -> bool {
        let was_set = || !matches!(self.previous.state(&id.to_string()), None | Some("Pending"));
        self.was_converged() && (!matches!(id, ResourceId::Guardrail(_)) || was_set())
    }

    fn faults(&self) -> impl Iterator<Item = (&ResourceId, &Fault)> {
        let failed =
            self.outcomes.iter().filter_map(|(id, o)| o.failed.as_ref().map(|(_, fault)| (id, fault)));
        let unread = self.plan.blocked.iter().filter_map(|b| match &b.reason {
            Reason::Unreadable(fault) => Some((&b.id, fault)),
            _ => None,
        });
        failed.chain(unread)
    }

    fn is_settled(&self) -> bool {
        self.violations.is_empty() && self.waiting.is_empty() && self.plan.is_settled()
    }

    /// As declared but for guardrails that may not be set: no tenant waits for those.
    fn is_converged(&self) -> bool {
        let others = self.plan.is_settled_but(|id| self.is_forbidden(id));
        self.violations.is_empty() && self.waiting.is_empty() && others
    }

    /// Whether it is a guardrail that the operator was denied, as a service control policy may do.
    fn is_forbidden(&self, id: &ResourceId) -> bool {
        let denied = |(of, fault): (&ResourceId, &Fault)| of == id && fault.class == FaultClass::Denied;
        matches!(id, ResourceId::Guardrail(_)) && self.faults().any(denied)
    }
}

/// When to look again, unless something happens before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeue {
    /// Something was done: see whether it holds.
    Now,
    /// Something was done, and others are still at work: they wake this one when they are done.
    AfterOthers,
    /// AWS is at work, for minutes perhaps: later and later, and then twice a minute.
    UnderWay,
    /// A fault: later and later.
    BackOff,
    /// Nothing to do: the sweep.
    Sweep,
}

/// Something that people should hear of once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub warning: bool,
    pub reason: &'static str,
    pub action: &'static str,
    pub message: String,
    /// The resource and field that it is about; none where it is about the whole object.
    pub about: Option<About>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub resource: String,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    pub status: CommonStatus,
    pub notices: Vec<Notice>,
    pub requeue: Requeue,
}

#[must_use]
pub fn conclude(story: &Story<'_>) -> Conclusion {
    let settled = story.is_settled();
    let (recent_drift, mut notices) = history::update(story);
    let conditions = conditions::update(story, settled);
    let message = if settled { String::new() } else { conditions::message(story) };
    let converged =
        if story.is_converged() { Some(story.generation) } else { story.previous.converged_generation };
    let drift = story.drifted().count();
    let status = CommonStatus {
        observed_generation: story.generation,
        converged_generation: converged,
        conditions,
        message,
        drift: i64::try_from(drift).unwrap_or(i64::MAX),
        resources: resources(story),
        recent_drift,
        intents: story.intents.to_vec(),
    };
    if settled && !story.previous.is_ready() {
        notices.push(Notice {
            warning: false,
            reason: "Ready",
            action: "Reconcile",
            message: "everything is as declared".into(),
            about: None,
        });
    }
    Conclusion { status, notices, requeue: requeue(story) }
}

fn requeue(story: &Story<'_>) -> Requeue {
    let progressed = story.outcomes.values().any(|o| !o.done.is_empty());
    let look_again =
        |(_, fault): (_, &Fault)| matches!(fault.class, FaultClass::Exists | FaultClass::NotFound);
    let changing = |id: &ResourceId| {
        let is = |b: &Blocked| b.id == *id && matches!(b.reason, Reason::Changing { .. });
        story.plan.blocked.iter().any(is)
    };
    // A Kubernetes object that changes wakes us; AWS does not.
    let (objects, others): (Vec<_>, Vec<_>) =
        story.desired.keys().filter(|id| changing(id)).partition(|id| matches!(id, ResourceId::Object(_)));
    // Those whom this one waits for may wait for its cluster in their turn.
    let awaited =
        story.outcomes.iter().any(|(id, o)| matches!(id, ResourceId::Cluster(_)) && !o.done.is_empty());
    if story.faults().next().is_some() {
        let soon = progressed && story.faults().all(look_again);
        if soon { Requeue::Now } else { Requeue::BackOff }
    } else if progressed && !awaited && !story.waiting.is_empty() && !story.was_converged() {
        Requeue::AfterOthers
    } else if progressed {
        Requeue::Now
    } else if !others.is_empty() {
        Requeue::UnderWay
    } else if !objects.is_empty() {
        Requeue::AfterOthers
    } else {
        Requeue::Sweep
    }
}

fn resources(story: &Story<'_>) -> Vec<ResourceStatus> {
    if story.desired.is_empty() {
        return story.previous.resources.clone();
    }
    let mut out: Vec<ResourceStatus> = story
        .desired
        .iter()
        .map(|(id, want)| {
            let observed = story.observed.get(id);
            let created = story.outcomes.get(id).and_then(|o| o.arn.as_deref());
            let name = id.to_string();
            // A resource that cannot be read now has not lost its ARN.
            let known = observed.and_then(Observed::arn).or(created).or(match observed {
                Some(Observed::Absent) => None,
                _ => story.previous.arn(&name),
            });
            let arn = known.map(str::to_owned);
            ResourceStatus { id: name, arn, state: state(story, id, observed, want.fate).to_owned() }
        })
        .collect();
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

fn state(story: &Story<'_>, id: &ResourceId, observed: Option<&Observed>, fate: Fate) -> &'static str {
    match observed {
        None | Some(Observed::Absent) => "Pending",
        Some(Observed::Foreign { .. }) => "Foreign",
        Some(Observed::Changing { .. }) => "Changing",
        Some(Observed::Unreadable(_)) => "Unreadable",
        Some(Observed::Present(_)) if fate == Fate::Retain => "Retained",
        Some(Observed::Present(_)) if matches!(fate, Fate::Vanish | Fate::Destroy) => "Leaving",
        Some(Observed::Present(_)) if story.plan.drift.iter().any(|d| d.resource == *id) => {
            if story.has_drifted(id) { "Drifted" } else { "Pending" }
        }
        Some(Observed::Present(_)) => "Ready",
    }
}
