//! The pool's table of contents.

use std::collections::BTreeMap;

use cloister_crds::NodesStatus;
use cloister_crds::nodes::{LaunchIntent, Tenancy};

use super::launch::launch;
use super::pack::pack;
use super::retire::{Ending, Eviction, retire};
use super::tally::tally;
use super::versions::outdated;
use super::{Memory, Refusal, World};

/// What is done next. Nothing of it is done before the launches are in the tenant's status.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Launches to be sent; those of an earlier pass are sent again as they were.
    pub sends: Vec<LaunchIntent>,
    /// Nodes that get the label by which pods select them, and lose the taint that kept pods off.
    pub proofs: Vec<String>,
    /// Nodes that take no more pods, and why.
    pub drains: Vec<(String, &'static str)>,
    pub evictions: Vec<Eviction>,
    pub endings: Vec<Ending>,
    /// Node objects without an instance.
    pub lost_nodes: Vec<String>,
    /// What was on them when their instance was terminated.
    pub lost_pods: Vec<String>,
    /// Versions of the launch template that nobody needs any more.
    pub prunes: Vec<i64>,
    /// Dedicated Hosts that nothing is on any more.
    pub releases: Vec<String>,
    pub status: NodesStatus,
    /// Why launches come to nothing, if they do.
    pub refusal: Option<Refusal>,
    pub idle: BTreeMap<String, i64>,
    /// When time alone changes something, in seconds since 1970.
    pub again: Option<i64>,
}

impl Decision {
    #[must_use]
    pub fn has_effect(&self) -> bool {
        !(self.sends.is_empty()
            && self.proofs.is_empty()
            && self.drains.is_empty()
            && self.evictions.is_empty()
            && self.endings.is_empty()
            && self.lost_nodes.is_empty()
            && self.prunes.is_empty()
            && self.releases.is_empty())
    }
}

/// The same world gives the same decision.
#[must_use]
pub fn decide(world: &World<'_>) -> Decision {
    let packing = pack(world);
    let needed: Vec<&str> = packing.needed.iter().map(String::as_str).collect();
    let mut retirement = retire(world, &needed);
    let launches = launch(world, &packing);
    let releases = releases(world, &launches.intents, &mut retirement.idle, &mut retirement.again);
    let mut again = retirement.again.clone();
    again.extend(world.memory.shortages.values().chain(&launches.patience).filter(|at| world.now < **at));
    let status = tally(world, &packing, &launches);
    if world.paused {
        let (idle, refusal) = (world.memory.idle.clone(), launches.refusal);
        return Decision { status, refusal, idle, ..Decision::default() };
    }
    Decision {
        sends: launches.intents,
        proofs: retirement.proofs,
        drains: retirement.drains,
        evictions: retirement.evictions,
        endings: retirement.endings,
        lost_nodes: retirement.lost_nodes,
        lost_pods: retirement.lost_pods,
        prunes: outdated(world),
        releases,
        status,
        refusal: launches.refusal,
        idle: retirement.idle,
        again: again.into_iter().min(),
    }
}

/// A host costs the same whether anything is on it or not.
fn releases(
    world: &World<'_>,
    intents: &[LaunchIntent],
    idle: &mut BTreeMap<String, i64>,
    again: &mut Vec<i64>,
) -> Vec<String> {
    let mut out = Vec::new();
    for host in world.hosts.iter().filter(|host| host.instances.is_empty()) {
        if intents.iter().any(|intent| intent.host == host.id) {
            continue;
        }
        let since = world.memory.idle.get(&host.id).copied().unwrap_or(world.now);
        let due = since + world.wanted.idle;
        let unwanted = world.leaving || world.wanted.tenancy != Tenancy::DedicatedHost;
        if unwanted || world.now >= due {
            out.push(host.id.clone());
        } else {
            again.push(due);
        }
        idle.insert(host.id.clone(), since);
    }
    out
}

impl Memory {
    /// Forgets what time has made pointless.
    pub fn tidy(&mut self, now: i64, written: &[LaunchIntent]) {
        self.shortages.retain(|_, until| now < *until);
        self.refused.retain(|token| written.iter().any(|intent| intent.token == *token));
    }
}
