//! From what is wanted and what was found to what is done: typed steps in dependency order, and for
//! everything that is not done, the reason.

mod order;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::drift::{self, Drift};
use crate::fault::Fault;
use crate::observed::{Actual, Observed, ObservedSet};
use crate::resource::{Resource, ResourceId, Schema, Step};
use crate::schema::Why;

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
    /// It is to go, where no PHI goes with it.
    Vanish,
    /// It is to go with all that is in it. Only the tenant's offboarding wants that.
    Destroy,
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
    Foreign {
        owner: String,
    },
    Waiting {
        on: ResourceId,
    },
    Changing {
        what: String,
    },
    Unreadable(Fault),
    Immutable {
        why: &'static str,
    },
    /// A part of a schema is left as it is.
    Held {
        why: Why,
        sentence: String,
    },
    /// It has its time, which has not come.
    Deferred {
        why: String,
    },
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
        self.is_settled_but(|_| false)
    }

    /// Whether nothing is left to do but about those.
    pub fn is_settled_but(&self, of: impl Fn(&ResourceId) -> bool) -> bool {
        self.works.iter().all(|work| of(&work.id))
            && self.blocked.iter().all(|b| b.reason == Reason::Retained || of(&b.id))
            && self.drift.iter().all(|drift| of(&drift.resource))
    }

    /// Whether nothing of this plan mends that difference.
    #[must_use]
    pub fn leaves(&self, drift: &Drift) -> bool {
        let mends = |step: &Step| match step {
            Step::Schema(transaction) => transaction.mends.iter().any(|path| holds(path, &drift.path)),
            _ => true,
        };
        let work = self.works.iter().find(|work| work.id == drift.resource);
        !drift.is_correctable() || !work.is_some_and(|work| work.steps.iter().any(mends))
    }

    #[must_use]
    pub fn reason(&self, id: &ResourceId) -> Option<&Reason> {
        self.blocked.iter().find(|b| b.id == *id).map(|b| &b.reason)
    }
}

/// Whether a path is another or lies within it.
fn holds(outer: &str, path: &str) -> bool {
    let rest = path.strip_prefix(outer);
    outer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What is to be done. Pure: the same input gives the same plan.
#[must_use]
pub fn plan(desired: &DesiredSet, observed: &ObservedSet, mode: Mode) -> Plan {
    let mut plan = Plan::default();
    for (id, want) in desired {
        let decision = match (want.fate, &want.resource, observed.get(id)) {
            (
                Fate::Exist | Fate::Vanish,
                Resource::Schema(want),
                Some(Observed::Present(Actual { resource: Resource::Schema(have), .. })),
            ) => schema(id, want, have, &mut plan),
            (_, _, have) => decide(id, want, have, &mut plan.drift),
        };
        match decision {
            Decision::Nothing => {}
            Decision::Blocked(reason) => plan.blocked.push(Blocked { id: id.clone(), reason }),
            Decision::Do(steps) => plan.works.push(Work { id: id.clone(), steps, after: BTreeSet::new() }),
        }
    }
    hold_back(&mut plan, mode);
    order::wait_for_needs(&mut plan, desired, observed);
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
            let want = want.resource.given(&have.resource);
            let found = drift::compare(id, &want, &have.resource);
            let steps = want.repair(&have.resource, &found);
            let why = found.iter().find_map(|d| d.immutable);
            let deferred = want.deferred().filter(|_| !found.is_empty());
            drift.extend(found);
            match (steps.is_empty(), why, deferred) {
                (true, Some(why), _) => Decision::Blocked(Reason::Immutable { why }),
                (true, None, Some(why)) => Decision::Blocked(Reason::Deferred { why }),
                (true, None, None) => Decision::Nothing,
                (false, ..) => Decision::Do(steps),
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
            steps if !steps.is_empty() && have.resource.stays().is_some() => {
                let sentence = have.resource.stays().unwrap_or_default();
                Decision::Blocked(Reason::Held { why: Why::Foreign, sentence })
            }
            steps if steps.is_empty() => Decision::Nothing,
            steps => Decision::Do(steps),
        },
        (Fate::Destroy, Some(Observed::Present(have))) => match Resource::destroy(&have.resource) {
            steps if steps.is_empty() => Decision::Nothing,
            steps => Decision::Do(steps),
        },
        (Fate::Retain | Fate::Vanish | Fate::Destroy, Some(Observed::Absent | Observed::Foreign { .. })) => {
            Decision::Nothing
        }
    }
}

/// A schema's own plan: transactions for what can be done, and a sentence for each thing that is held.
fn schema(id: &ResourceId, want: &Schema, have: &Schema, plan: &mut Plan) -> Decision {
    let own = want.plan(have);
    plan.drift.extend(own.drift.into_iter().map(|d| Drift {
        resource: id.clone(),
        path: d.path,
        want: d.want,
        have: d.have,
        immutable: None,
    }));
    let held = own.held.into_iter().map(|held| Reason::Held { why: held.why, sentence: held.sentence });
    plan.blocked.extend(held.map(|reason| Blocked { id: id.clone(), reason }));
    match own.transactions {
        none if none.is_empty() => Decision::Nothing,
        transactions => Decision::Do(transactions.into_iter().map(Step::Schema).collect()),
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
