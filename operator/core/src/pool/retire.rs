//! Which nodes take no more pods, and which instances end. A node that has a pod on it is never ended: it is
//! drained, and goes when its last run has.

use std::collections::BTreeMap;

use super::prove::{Verdict, judge};
use super::{Instance, InstanceState, Node, Pod, REGISTRATION_SECONDS, UNLISTED_SECONDS, World};

/// An instance that is ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub instance: String,
    /// Its node: asked once more, without a cache, whether pods are on it.
    pub node: Option<String>,
    /// One word, for an Event.
    pub reason: &'static str,
    pub message: String,
}

/// A pod that is moved off a node which drains. Never one of a Job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eviction {
    pub pod: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Retirement {
    pub proofs: Vec<String>,
    pub drains: Vec<(String, &'static str)>,
    pub endings: Vec<Ending>,
    pub evictions: Vec<Eviction>,
    pub lost_nodes: Vec<String>,
    pub lost_pods: Vec<String>,
    pub idle: BTreeMap<String, i64>,
    /// When time alone changes something.
    pub again: Vec<i64>,
}

pub(super) fn pods_on<'a>(world: &'a World<'_>, node: &'a str) -> impl Iterator<Item = &'a Pod> {
    world.pods.iter().filter(move |pod| pod.node.as_deref() == Some(node))
}

pub(super) fn node_of<'a>(world: &'a World<'_>, instance: &Instance) -> Option<&'a Node> {
    world.nodes.iter().find(|node| node.instance == instance.id)
}

pub(super) fn retire(world: &World<'_>, wanted_nodes: &[&str]) -> Retirement {
    let mut out = Retirement::default();
    let mut spare = over_the_limit(world);
    for instance in world.instances.iter().filter(|instance| instance.lives()) {
        match (judge(world, instance), node_of(world, instance)) {
            _ if instance.state == InstanceState::Stopped && !is_karpenters(world, instance) => {
                end(&mut out, instance, None, "Stopped", "it was stopped, and nodes are not".into());
            }
            // It was proven once: it keeps its run and gets no other.
            (Verdict::Wrong(_), Some(node)) if pods_on(world, &node.name).next().is_some() => {
                drain(&mut out, world, node, "NotAsDeclared");
            }
            (Verdict::Wrong(why), node) => end(&mut out, instance, node, "NotAsDeclared", why),
            (_, None) if !is_karpenters(world, instance) => unregistered(&mut out, world, instance),
            (_, None) => {}
            (verdict, Some(node)) => {
                if verdict == Verdict::AsDeclared && !marked(node) {
                    out.proofs.push(node.name.clone());
                }
                if is_karpenters(world, instance) {
                    continue;
                }
                let needed = wanted_nodes.contains(&node.name.as_str());
                registered(&mut out, world, instance, node, needed, &mut spare);
            }
        }
    }
    lose(&mut out, world);
    out
}

/// Karpenter ends what it has launched, but where the tenant leaves, or it is not as declared.
fn is_karpenters(world: &World<'_>, instance: &Instance) -> bool {
    instance.karpenter && !world.leaving
}

fn marked(node: &Node) -> bool {
    node.proven && !node.unproven_taint && node.tenant_taint
}

fn over_the_limit(world: &World<'_>) -> usize {
    let living = world.instances.iter().filter(|instance| instance.lives()).count();
    if world.leaving { living } else { living.saturating_sub(world.wanted.max) }
}

fn unregistered(out: &mut Retirement, world: &World<'_>, instance: &Instance) {
    let due = instance.launched + REGISTRATION_SECONDS;
    if world.leaving {
        end(out, instance, None, "TenantLeaves", "the tenant leaves".into());
    } else if world.now >= due {
        let message = format!("it has not become a node within {} minutes", REGISTRATION_SECONDS / 60);
        end(out, instance, None, "NeverRegistered", message);
    } else {
        out.again.push(due);
    }
}

fn registered(
    out: &mut Retirement,
    world: &World<'_>,
    instance: &Instance,
    node: &Node,
    needed: bool,
    spare: &mut usize,
) {
    let busy = pods_on(world, &node.name).next().is_some();
    if let Some(why) = &node.draining {
        if busy {
            evict(out, world, node);
        } else {
            end(out, instance, Some(node), "Drained", format!("it is idle and drained: {why}"));
        }
        return;
    }
    let outdated = world.wanted.template.as_ref().is_some_and(|template| instance.template != *template);
    let expires = instance.launched + world.wanted.expiry;
    let why = match () {
        () if world.leaving => Some("TenantLeaves"),
        () if instance.maintenance.is_some() => Some("Maintenance"),
        () if outdated => Some("Outdated"),
        () if world.now >= expires => Some("Expired"),
        () => None,
    };
    if let Some(why) = why {
        return drain(out, world, node, why);
    }
    out.again.push(expires);
    // A node that is not proven yet has had no chance to be used.
    if busy || needed || !node.takes_pods() {
        return;
    }
    if *spare > 0 {
        *spare -= 1;
        return drain(out, world, node, "OverTheLimit");
    }
    let since = world.memory.idle.get(&node.name).copied().unwrap_or(world.now);
    let due = since + world.wanted.idle;
    if world.now >= due {
        drain(out, world, node, "Idle");
    } else {
        out.again.push(due);
    }
    out.idle.insert(node.name.clone(), since);
}

fn drain(out: &mut Retirement, world: &World<'_>, node: &Node, why: &'static str) {
    if node.draining.is_none() {
        out.drains.push((node.name.clone(), why));
    } else {
        evict(out, world, node);
    }
}

fn evict(out: &mut Retirement, world: &World<'_>, node: &Node) {
    let movable = pods_on(world, &node.name).filter(|pod| pod.replaceable && !pod.leaving);
    out.evictions.extend(movable.map(|pod| Eviction { pod: pod.uid.clone() }));
}

fn end(
    out: &mut Retirement,
    instance: &Instance,
    node: Option<&Node>,
    reason: &'static str,
    message: String,
) {
    let node = node.map(|node| node.name.clone());
    out.endings.push(Ending { instance: instance.id.clone(), node, reason, message });
}

/// Node objects whose instance is gone: nobody else takes them away where there is no cloud controller. What is on an
/// instance may work until it is terminated, and so nothing takes its place before.
fn lose(out: &mut Retirement, world: &World<'_>) {
    for node in world.nodes {
        let instance = world.instances.iter().find(|instance| instance.id == node.instance);
        let busy = pods_on(world, &node.name).next().is_some();
        let is_lost = match instance.map(|instance| instance.state) {
            Some(InstanceState::ShuttingDown) if busy => {
                if node.draining.is_none() {
                    out.drains.push((node.name.clone(), "ShuttingDown"));
                }
                false
            }
            Some(InstanceState::ShuttingDown | InstanceState::Ended) => true,
            Some(_) => false,
            None => !node.ready && world.now >= node.created + UNLISTED_SECONDS,
        };
        if is_lost {
            out.lost_nodes.push(node.name.clone());
        }
        if instance.is_some_and(|instance| instance.state == InstanceState::Ended) {
            out.lost_pods.extend(pods_on(world, &node.name).map(|pod| pod.uid.clone()));
        }
    }
}
