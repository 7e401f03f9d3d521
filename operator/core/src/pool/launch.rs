//! Launches: of which type, in which subnet, on which host. Each is first a wish in the tenant's status, with its
//! token, and is sent from there: after a crash the same wish is sent again, and makes nothing twice.

use std::collections::BTreeMap;

use cloister_crds::nodes::{LaunchIntent, Tenancy};

use super::failure::failure;
use super::pack::{Bin, Packing, types};
use super::{Host, INTENT_SECONDS, InstanceType, Refusal, Subnet, World};
use crate::name::digits;

#[derive(Clone, Debug, Default)]
pub(super) struct Launches {
    /// All that must be in the status before anything is sent, old and new.
    pub intents: Vec<LaunchIntent>,
    /// What keeps bins from being launched.
    pub obstacles: Vec<String>,
    pub refusal: Option<Refusal>,
    /// Not before this.
    pub patience: Option<i64>,
}

/// Those that EC2 does not show yet, and has not refused.
pub(super) fn unseen(world: &World<'_>) -> Vec<LaunchIntent> {
    let seen = |token: &str| {
        world.instances.iter().any(|instance| instance.token == token)
            || world.hosts.iter().any(|host| host.token == token)
    };
    let open = |intent: &&LaunchIntent| {
        let young = seconds(&intent.since).is_some_and(|since| world.now < since + INTENT_SECONDS);
        young && !seen(&intent.token) && !world.memory.refused.contains(&intent.token)
    };
    world.intents.iter().filter(open).cloned().collect()
}

pub(super) fn launch(world: &World<'_>, packing: &Packing) -> Launches {
    if world.wanted.karpenter {
        return Launches { intents: unseen(world), ..Launches::default() };
    }
    let failure = failure(world);
    let patience = failure.as_ref().map(|(_, until)| *until).max(Some(world.memory.patience));
    let refusal = failure.map(|(refusal, _)| refusal).or_else(|| world.memory.refusal.clone());
    let mut out = Launches { intents: unseen(world), obstacles: Vec::new(), refusal, patience };
    if packing.bins.is_empty() || world.leaving {
        return out;
    }
    let Some(template) = &world.wanted.template else {
        out.obstacles.push("the launch template is not as declared yet".into());
        return out;
    };
    if patience.is_some_and(|until| world.now < until) {
        return out;
    }
    let types = types(world);
    for bin in &packing.bins {
        let planned = out.intents.iter().filter(|intent| !intent.subnet.is_empty()).count();
        let living = world.instances.iter().filter(|instance| instance.lives()).count();
        if living + planned >= world.wanted.max {
            let max = world.wanted.max;
            out.obstacles
                .push(format!("all {max} instances of nodes.max are in use: pods wait, or raise it"));
            break;
        }
        match place(world, bin, &types, &out.intents) {
            Some(place) => out.intents.push(intent(world, bin, template, place)),
            None => out.obstacles.push(no_capacity(world, bin)),
        }
    }
    out
}

/// Where an instance goes, or a host that it waits for.
struct Place {
    type_: String,
    subnet: String,
    zone: String,
    host: String,
}

fn place(world: &World<'_>, bin: &Bin, types: &[InstanceType], planned: &[LaunchIntent]) -> Option<Place> {
    let fitting = types
        .iter()
        .filter(|t| t.resources.holds(bin.load) && bin.type_.as_ref().is_none_or(|wanted| *wanted == t.name));
    for of in fitting {
        let mut subnets: Vec<&Subnet> =
            world.wanted.subnets.iter().filter(|s| is_open(world, bin, of, s)).collect();
        subnets.sort_by_key(|subnet| (crowd(world, subnet, planned), &subnet.id));
        if world.wanted.tenancy == Tenancy::DedicatedHost {
            if let Some(place) = on_host(world, of, &subnets, planned) {
                return Some(place);
            }
        } else if let Some(subnet) = subnets.first() {
            return Some(Place {
                type_: of.name.clone(),
                subnet: subnet.id.clone(),
                zone: String::new(),
                host: String::new(),
            });
        }
    }
    None
}

fn is_open(world: &World<'_>, bin: &Bin, of: &InstanceType, subnet: &Subnet) -> bool {
    let short = |place: &str| {
        let until = world.memory.shortages.get(&(of.name.clone(), place.to_owned()));
        until.is_some_and(|until| world.now < *until)
    };
    bin.zone.as_ref().is_none_or(|zone| *zone == subnet.zone) && !short(&subnet.id) && !short(&subnet.zone)
}

/// How many are in a subnet, or will be.
fn crowd(world: &World<'_>, subnet: &Subnet, planned: &[LaunchIntent]) -> usize {
    let living = world.instances.iter().filter(|i| i.lives() && i.subnet == subnet.id).count();
    living + planned.iter().filter(|intent| intent.subnet == subnet.id).count()
}

/// A free place on one of the tenant's hosts; else a new host, for which the instance waits.
fn on_host(
    world: &World<'_>,
    of: &InstanceType,
    subnets: &[&Subnet],
    planned: &[LaunchIntent],
) -> Option<Place> {
    if !of.hosts {
        return None;
    }
    let free = |host: &&Host| {
        let free = host.free.get(&of.name).copied().unwrap_or_default();
        let taken = planned.iter().filter(|intent| intent.host == host.id).count();
        i32::try_from(taken).is_ok_and(|taken| taken < free)
    };
    for subnet in subnets {
        if let Some(host) = world.hosts.iter().filter(|host| host.zone == subnet.zone).find(free) {
            return Some(Place {
                type_: of.name.clone(),
                subnet: subnet.id.clone(),
                zone: String::new(),
                host: host.id.clone(),
            });
        }
    }
    // One that is being allocated serves this one too, once it is seen.
    let coming = planned.iter().filter(|intent| !intent.zone.is_empty()).count();
    if coming > 0 || world.hosts.len() >= world.wanted.max {
        return None;
    }
    subnets.first().map(|subnet| Place {
        type_: of.name.clone(),
        subnet: String::new(),
        zone: subnet.zone.clone(),
        host: String::new(),
    })
}

fn intent(world: &World<'_>, bin: &Bin, template: &str, place: Place) -> LaunchIntent {
    let since = text(world.now);
    let template = if place.subnet.is_empty() { "" } else { template };
    let token = fresh_token(
        world,
        &[world.uid, &bin.pod, &place.type_, &place.subnet, &place.zone, &place.host, template, &since],
    );
    LaunchIntent {
        token,
        template: template.to_owned(),
        pod: bin.pod.clone(),
        type_: place.type_,
        subnet: place.subnet,
        zone: place.zone,
        host: place.host,
        since,
    }
}

/// Two launches within a second may be alike in all of that.
fn fresh_token(world: &World<'_>, parts: &[&str]) -> String {
    let spent = |token: &String| {
        world.instances.iter().any(|instance| instance.token == *token)
            || world.hosts.iter().any(|host| host.token == *token)
            || world.memory.refused.contains(token)
    };
    let base = parts.join("/");
    let mut token = digits(&base, 32);
    while spent(&token) {
        token = digits(&format!("{base}/{token}"), 32);
    }
    token
}

fn no_capacity(world: &World<'_>, bin: &Bin) -> String {
    let types = &world.wanted.types;
    if types.is_empty() {
        return "the region has none of nodes.instanceTypes: name others, such as m6i.large".into();
    }
    if world.wanted.tenancy == Tenancy::DedicatedHost && !types.iter().any(|of| of.hosts) {
        return "there are no Dedicated Hosts for any of nodes.instanceTypes: name others, such as m6i.large"
            .into();
    }
    let mut until: BTreeMap<&str, i64> = BTreeMap::new();
    for ((type_, _), at) in &world.memory.shortages {
        let latest = until.entry(type_).or_insert(*at);
        *latest = (*latest).max(*at);
    }
    let short: Vec<&str> = until.iter().filter(|(_, at)| world.now < **at).map(|(t, _)| *t).collect();
    match (short.is_empty(), &bin.type_) {
        (false, _) => format!(
            "AWS has no capacity for {} in the Environment's subnets now; tried again in {} s at most, or add types to \
             nodes.instanceTypes",
            short.join(", "),
            super::SHORT_SECONDS
        ),
        (true, _) if world.wanted.tenancy == Tenancy::DedicatedHost => {
            "waiting for a Dedicated Host with room".to_owned()
        }
        (true, Some(named)) => format!("{named} is not one of nodes.instanceTypes: add it"),
        (true, None) => "no subnet of the Environment is known".to_owned(),
    }
}

/// RFC 3339 from seconds since 1970.
pub(super) fn text(at: i64) -> String {
    jiff::Timestamp::from_second(at).unwrap_or_default().to_string()
}

pub(super) fn seconds(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
