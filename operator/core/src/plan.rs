//! From what is wanted and what was found to what is done: typed steps in dependency order, and for
//! everything that is not done, the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::drift::{self, Drift};
use crate::fault::Fault;
use crate::observed::{Observed, ObservedSet};
use crate::resource::{Resource, ResourceId, Step};

/// What is wanted of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub resource: Resource,
    pub fate: Fate,
    /// Must be there before this one is made, and goes after this one is gone.
    pub needs: BTreeSet<ResourceId>,
    /// Something with this name that is not ours may be taken over.
    pub adopt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Fate {
    /// It is to be as declared.
    Exist,
    /// The declaration is gone; the resource stays as it is.
    Retain,
    /// It is to go.
    Vanish,
}

pub type DesiredSet = BTreeMap<ResourceId, Desired>;

/// How far a pass may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make and mend.
    Correct,
    /// Everything was as declared once; what differs now is shown and left.
    Report,
    /// Change nothing at all.
    Paused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Safety {
    Safe,
    /// Somebody may notice.
    Disruptive,
    /// Something is gone afterwards.
    Destructive,
}

/// The steps of one resource, one after the other. Different resources go side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Work {
    pub id: ResourceId,
    pub steps: Vec<Step>,
    /// Works of this plan that must be done first.
    pub after: BTreeSet<ResourceId>,
}

/// Why nothing is done about a resource that is not as declared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Reason {
    Foreign { owner: String },
    Waiting { on: ResourceId },
    Changing { what: String },
    Unreadable(Fault),
    Immutable { why: &'static str },
    Report,
    Paused,
    Retained,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blocked {
    pub id: ResourceId,
    pub reason: Reason,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub drift: Vec<Drift>,
    pub works: Vec<Work>,
    pub blocked: Vec<Blocked>,
}

impl Plan {
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.works.is_empty()
            && self.blocked.iter().all(|b| b.reason == Reason::Retained)
            && self.drift.is_empty()
    }

    #[must_use]
    pub fn reason(&self, id: &ResourceId) -> Option<&Reason> {
        self.blocked.iter().find(|b| b.id == *id).map(|b| &b.reason)
    }
}

/// What is to be done. Pure: the same input gives the same plan.
#[must_use]
pub fn plan(desired: &DesiredSet, observed: &ObservedSet, mode: Mode) -> Plan {
    let mut plan = Plan::default();
    for (id, want) in desired {
        match decide(id, want, observed.get(id), &mut plan.drift) {
            Decision::Nothing => {}
            Decision::Blocked(reason) => plan.blocked.push(Blocked { id: id.clone(), reason }),
            Decision::Do(steps) => plan.works.push(Work { id: id.clone(), steps, after: BTreeSet::new() }),
        }
    }
    hold_back(&mut plan, mode);
    wait_for_needs(&mut plan, desired, observed);
    plan
}

enum Decision {
    Nothing,
    Blocked(Reason),
    Do(Vec<Step>),
}

fn decide(id: &ResourceId, want: &Desired, have: Option<&Observed>, drift: &mut Vec<Drift>) -> Decision {
    match (want.fate, have) {
        (_, None) => Decision::Blocked(Reason::Changing { what: "not looked at yet".into() }),
        (_, Some(Observed::Changing { what })) => Decision::Blocked(Reason::Changing { what: what.clone() }),
        (_, Some(Observed::Unreadable(fault))) => Decision::Blocked(Reason::Unreadable(fault.clone())),
        (Fate::Exist, Some(Observed::Absent)) => {
            drift.push(Drift::absent(id));
            Decision::Do(want.resource.create())
        }
        (Fate::Exist, Some(Observed::Present(have))) => {
            let found = drift::compare(id, &want.resource, &have.resource);
            let steps = want.resource.repair(&have.resource, &found);
            let why = found.iter().find_map(|d| d.immutable);
            drift.extend(found);
            match (steps.is_empty(), why) {
                (true, None) => Decision::Nothing,
                (true, Some(why)) => Decision::Blocked(Reason::Immutable { why }),
                (false, _) => Decision::Do(steps),
            }
        }
        (Fate::Exist, Some(Observed::Foreign { owner, actual })) => {
            drift.push(Drift::absent(id));
            let adopted = actual.as_ref().filter(|_| want.adopt).and_then(|a| Resource::adopt(&a.resource));
            match adopted {
                Some(step) => Decision::Do(vec![step]),
                None => Decision::Blocked(Reason::Foreign { owner: owner.clone() }),
            }
        }
        (Fate::Retain, Some(Observed::Present(_))) => Decision::Blocked(Reason::Retained),
        (Fate::Vanish, Some(Observed::Present(have))) => match Resource::delete(&have.resource) {
            steps if steps.is_empty() => Decision::Nothing,
            steps => Decision::Do(steps),
        },
        (Fate::Retain | Fate::Vanish, Some(Observed::Absent | Observed::Foreign { .. })) => Decision::Nothing,
    }
}

fn hold_back(plan: &mut Plan, mode: Mode) {
    let reason = match mode {
        Mode::Correct => return,
        Mode::Report => Reason::Report,
        Mode::Paused => Reason::Paused,
    };
    for work in plan.works.drain(..) {
        plan.blocked.push(Blocked { id: work.id, reason: reason.clone() });
    }
}

/// Orders the works along the needs, and blocks what needs something that this plan does not bring.
fn wait_for_needs(plan: &mut Plan, desired: &DesiredSet, observed: &ObservedSet) {
    // What is blocked may be what another work counts on, so this goes on until nothing changes.
    loop {
        let works: BTreeSet<ResourceId> = plan.works.iter().map(|w| w.id.clone()).collect();
        let waits = |work: &Work| {
            let want = desired.get(&work.id)?;
            match want.fate {
                Fate::Exist => unmet(want, &works, observed),
                Fate::Retain | Fate::Vanish => still_needed(&work.id, desired, &works, observed),
            }
        };
        let blocked: Vec<Blocked> = plan
            .works
            .iter()
            .filter_map(|w| waits(w).map(|on| Blocked { id: w.id.clone(), reason: Reason::Waiting { on } }))
            .collect();
        if blocked.is_empty() {
            break;
        }
        plan.works.retain(|work| !blocked.iter().any(|b| b.id == work.id));
        plan.blocked.extend(blocked);
    }
    let works: BTreeSet<ResourceId> = plan.works.iter().map(|w| w.id.clone()).collect();
    for work in &mut plan.works {
        work.after = match desired.get(&work.id) {
            Some(want) if want.fate == Fate::Exist => want.needs.intersection(&works).cloned().collect(),
            _ => dependants(&work.id, desired).filter(|id| works.contains(id)).collect(),
        };
    }
}

fn dependants(id: &ResourceId, desired: &DesiredSet) -> impl Iterator<Item = ResourceId> {
    desired.iter().filter(|(_, d)| d.fate == Fate::Vanish && d.needs.contains(id)).map(|(id, _)| id.clone())
}

/// What must be gone before this may go. An AWS resource is gone when its deletion is answered; a
/// Kubernetes object only when its finalizers are through.
fn still_needed(
    id: &ResourceId,
    desired: &DesiredSet,
    works: &BTreeSet<ResourceId>,
    observed: &ObservedSet,
) -> Option<ResourceId> {
    dependants(id, desired).find(|dependant| {
        let gone = matches!(observed.get(dependant), Some(Observed::Absent | Observed::Foreign { .. }));
        let going = works.contains(dependant) && !matches!(dependant, ResourceId::Object(_));
        !(gone || going)
    })
}

/// The first need that is neither there nor being made by this plan. An output that is not known yet is
/// filled in when the work that it waits for has brought it.
fn unmet(want: &Desired, works: &BTreeSet<ResourceId>, observed: &ObservedSet) -> Option<ResourceId> {
    let there = |need: &ResourceId| matches!(observed.get(need), Some(Observed::Present(_)));
    want.needs.iter().find(|need| !there(need) && !works.contains(need)).cloned()
}
