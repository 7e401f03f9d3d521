//! Waiting pods onto as few nodes as hold them: first onto what is there or on its way, then into new ones.

use std::collections::BTreeSet;

use super::estimate;
use super::retire::{node_of, pods_on};
use super::{InstanceType, Node, Pod, Resources, World};

/// A place for pods: a node, an instance that will be one, or a launch under way.
struct Room {
    free: Resources,
    /// Empty where it is not known yet.
    zone: String,
    type_: String,
    node: Option<String>,
}

/// A node that is to be launched.
#[derive(Clone, Debug, Default)]
pub(super) struct Bin {
    /// UID of the pod that it is launched for.
    pub pod: String,
    pub load: Resources,
    pub zone: Option<String>,
    pub type_: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Packing {
    pub bins: Vec<Bin>,
    /// Nodes on which a waiting pod is expected.
    pub needed: Vec<String>,
    /// Pods that no node can take, a sentence each.
    pub impossible: Vec<String>,
    pub waiting: usize,
}

pub(super) fn pack(world: &World<'_>) -> Packing {
    let types = types(world);
    let mut rooms = rooms(world, &types);
    let mut packing = Packing::default();
    let mut waiting: Vec<&Pod> = world.pods.iter().filter(|pod| pod.waits()).collect();
    packing.waiting = waiting.len();
    if world.wanted.karpenter {
        return packing;
    }
    // The largest first; the name settles what is equal, so that every pass packs alike.
    waiting.sort_by_key(|pod| (std::cmp::Reverse((pod.requests.cpu, pod.requests.memory)), &pod.uid));
    for pod in waiting {
        if let Some(why) = impossible(world, pod, &types) {
            packing.impossible.push(why);
        } else if let Some(room) = rooms.iter_mut().find(|room| takes(room, pod)) {
            room.free = room.free.minus(pod.requests);
            packing.needed.extend(room.node.clone());
        } else {
            into_bin(&mut packing.bins, pod, &types);
        }
    }
    packing
}

/// With what a node of the type has shown, where there is one: estimates may be too high.
pub(super) fn types(world: &World<'_>) -> Vec<InstanceType> {
    let mut types = world.wanted.types.clone();
    for of in &mut types {
        let instances = world.instances.iter().filter(|i| i.type_ == of.name);
        for node in instances.filter_map(|instance| node_of(world, instance)) {
            of.resources = of.resources.least(node.allocatable);
        }
    }
    types
}

fn rooms(world: &World<'_>, types: &[InstanceType]) -> Vec<Room> {
    let size = |name: &str| types.iter().find(|t| t.name == name).map(|t| t.resources).unwrap_or_default();
    let living = world.instances.iter().filter(|instance| instance.lives());
    let here = living.filter_map(|instance| {
        let node = node_of(world, instance);
        let free = match node {
            Some(node) if node.draining.is_some() => return None,
            Some(node) => left(world, node),
            None => size(&instance.type_),
        };
        Some(Room {
            free,
            zone: instance.zone.clone(),
            type_: instance.type_.clone(),
            node: node.map(|node| node.name.clone()),
        })
    });
    let unseen = super::launch::unseen(world).into_iter().filter(|intent| !intent.subnet.is_empty());
    let coming = unseen.map(|intent| {
        let zone = world.wanted.subnets.iter().find(|subnet| subnet.id == intent.subnet);
        Room {
            free: size(&intent.type_),
            zone: zone.map(|subnet| subnet.zone.clone()).unwrap_or_default(),
            type_: intent.type_.clone(),
            node: None,
        }
    });
    here.chain(coming).collect()
}

fn left(world: &World<'_>, node: &Node) -> Resources {
    let used = pods_on(world, &node.name).fold(Resources::default(), |sum, pod| sum.plus(pod.requests));
    node.allocatable.minus(used)
}

fn takes(room: &Room, pod: &Pod) -> bool {
    room.free.holds(pod.requests) && accepts(pod, &room.zone, &room.type_)
}

fn accepts(pod: &Pod, zone: &str, type_: &str) -> bool {
    pod.zone.as_ref().is_none_or(|wanted| wanted == zone)
        && pod.type_.as_ref().is_none_or(|wanted| wanted == type_)
}

fn into_bin(bins: &mut Vec<Bin>, pod: &Pod, types: &[InstanceType]) {
    let joined = bins.iter().position(|bin| {
        let same = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        let named = bin.type_.as_ref().or(pod.type_.as_ref());
        let load = bin.load.plus(pod.requests);
        same(&bin.zone, &pod.zone)
            && same(&bin.type_, &pod.type_)
            && types.iter().any(|t| named.is_none_or(|name| t.name == *name) && t.resources.holds(load))
    });
    let index = joined.unwrap_or_else(|| {
        bins.push(Bin { pod: pod.uid.clone(), ..Bin::default() });
        bins.len() - 1
    });
    if let Some(bin) = bins.get_mut(index) {
        bin.load = bin.load.plus(pod.requests);
        bin.zone = bin.zone.take().or_else(|| pod.zone.clone());
        bin.type_ = bin.type_.take().or_else(|| pod.type_.clone());
    }
}

fn impossible(world: &World<'_>, pod: &Pod, types: &[InstanceType]) -> Option<String> {
    let name = &pod.name;
    if let Some(label) = &pod.odd {
        return Some(format!(
            "pod {name} selects {label}, which no node of the pool has: remove it from its nodeSelector"
        ));
    }
    if let Some(field) = pod.demands {
        return Some(format!(
            "pod {name} demands {field}, which the pool does not weigh, so that it would launch nodes in vain: prefer it instead, or select a zone or an instance type by nodeSelector"
        ));
    }
    let zones: BTreeSet<&str> = world.wanted.subnets.iter().map(|s| s.zone.as_str()).collect();
    if let Some(zone) = pod.zone.as_ref().filter(|zone| !zones.contains(zone.as_str())) {
        return Some(format!("pod {name} selects zone {zone}, in which the Environment names no subnet"));
    }
    let fits = |t: &&InstanceType| {
        pod.type_.as_ref().is_none_or(|wanted| *wanted == t.name) && t.resources.holds(pod.requests)
    };
    let largest = types.iter().max_by_key(|t| (t.resources.cpu, t.resources.memory));
    match (types.iter().find(fits), largest) {
        (None, Some(largest)) => Some(format!(
            "pod {name} asks for {}, and {} leaves {} to pods: add a larger type to nodes.instanceTypes",
            estimate::spell(pod.requests),
            largest.name,
            estimate::spell(largest.resources),
        )),
        _ => None,
    }
}
