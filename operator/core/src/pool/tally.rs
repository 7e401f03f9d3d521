//! What the pool reports.

use cloister_crds::NodesStatus;
use cloister_crds::nodes::{HostStatus, LaunchIntent};
use cloister_crds::status::Condition;

use super::launch::{Launches, text};
use super::pack::Packing;
use super::prove::strangers;
use super::retire::node_of;
use super::{Refusal, World};

pub(super) fn tally(world: &World<'_>, packing: &Packing, launches: &Launches) -> NodesStatus {
    let living: Vec<_> = world.instances.iter().filter(|instance| instance.lives()).collect();
    let nodes: Vec<_> = living.iter().filter_map(|instance| node_of(world, instance)).collect();
    let proven = nodes.iter().filter(|node| node.takes_pods()).count();
    let draining = nodes.iter().filter(|node| node.draining.is_some()).count();
    let sentences: Vec<String> = packing
        .impossible
        .iter()
        .chain(&launches.obstacles)
        .chain(launches.refusal.iter().map(|refusal| &refusal.message))
        .cloned()
        .collect();
    let host = |host: &super::Host| {
        let others = strangers(world, host);
        HostStatus {
            id: host.id.clone(),
            instances: count(host.instances.len() - others),
            strangers: count(others),
        }
    };
    let mut intents: Vec<LaunchIntent> = launches.intents.clone();
    intents.sort();
    NodesStatus {
        isolation: world.wanted.tenancy.isolation().to_owned(),
        instances: count(living.len()),
        proven: count(proven),
        launching: count(living.len() - proven - draining),
        draining: count(draining),
        waiting_pods: count(packing.waiting),
        message: sentences.first().cloned().unwrap_or_default(),
        hosts: world.hosts.iter().map(host).collect(),
        launches: intents,
        conditions: Vec::new(),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Whether launches come to anything. Its time moves only with its status.
#[must_use]
pub fn condition(
    refusal: Option<&Refusal>,
    generation: i64,
    now: i64,
    previous: Option<&NodesStatus>,
) -> Condition {
    let status = if refusal.is_some() { "False" } else { "True" };
    let before = previous.and_then(|p| p.conditions.iter().find(|c| c.type_ == "Launching"));
    let since =
        before.filter(|before| before.status == status).map(|before| before.last_transition_time.clone());
    Condition {
        type_: "Launching".into(),
        status: status.into(),
        observed_generation: generation,
        last_transition_time: since.unwrap_or_else(|| text(now)),
        reason: refusal.map_or_else(|| "Possible".into(), |refusal| refusal.reason.clone()),
        message: refusal.map(|refusal| refusal.message.clone()).unwrap_or_default(),
    }
}
