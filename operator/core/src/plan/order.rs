//! In which order works go, and which of them must wait.

use std::collections::BTreeSet;

use super::{Blocked, Desired, DesiredSet, Fate, Plan, Reason, Work};
use crate::observed::{Observed, ObservedSet};
use crate::resource::ResourceId;

/// Orders the works along the needs, and blocks what needs something that this plan does not bring.
pub(super) fn wait_for_needs(plan: &mut Plan, desired: &DesiredSet, observed: &ObservedSet) {
    // What is blocked may be what another work counts on, so this goes on until nothing changes.
    loop {
        let works: BTreeSet<ResourceId> = plan.works.iter().map(|w| w.id.clone()).collect();
        let waits = |work: &Work| {
            let want = desired.get(&work.id)?;
            match want.fate {
                Fate::Exist => unmet(want, &works, observed),
                Fate::Retain | Fate::Vanish | Fate::Destroy => {
                    still_needed(&work.id, desired, &works, observed)
                }
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

fn goes(fate: Fate) -> bool {
    matches!(fate, Fate::Vanish | Fate::Destroy)
}

fn dependants(id: &ResourceId, desired: &DesiredSet) -> impl Iterator<Item = ResourceId> {
    desired.iter().filter(|(_, d)| goes(d.fate) && d.needs.contains(id)).map(|(id, _)| id.clone())
}

/// What must be gone before this may go. An AWS resource is gone when its deletion is answered; a
/// Kubernetes object only when its finalizers are through, and a cluster only when its final snapshot is made.
fn still_needed(
    id: &ResourceId,
    desired: &DesiredSet,
    works: &BTreeSet<ResourceId>,
    observed: &ObservedSet,
) -> Option<ResourceId> {
    dependants(id, desired).find(|dependant| {
        let gone = matches!(observed.get(dependant), Some(Observed::Absent | Observed::Foreign { .. }));
        let going =
            works.contains(dependant) && !matches!(dependant, ResourceId::Object(_) | ResourceId::Cluster(_));
        !(gone || going)
    })
}

/// The first need that is neither there nor being made by this plan. A bucket is not held up by the region of its copy: only
/// its last step is about that. An output that is not known yet is
/// filled in when the work that it waits for has brought it.
fn unmet(want: &Desired, works: &BTreeSet<ResourceId>, observed: &ObservedSet) -> Option<ResourceId> {
    let there = |need: &ResourceId| matches!(observed.get(need), Some(Observed::Present(_)));
    let needs = want.needs.iter().filter(|need| !matches!(need, ResourceId::ReplicaBucket(_)));
    needs.into_iter().find(|need| !there(need) && !works.contains(need)).cloned()
}
