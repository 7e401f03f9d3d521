//! Whether an instance is what was asked for. Only then does its node take pods.

use cloister_crds::nodes::Tenancy;

use super::{Host, Instance, InstanceState, World};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    AsDeclared,
    /// Not everything of it is known yet.
    Unknown,
    /// A sentence for people.
    Wrong(String),
}

/// What AWS says of the instance against what was declared; what user data or a node says of itself does not count.
pub(super) fn judge(world: &World<'_>, instance: &Instance) -> Verdict {
    let wrongs: Vec<String> = [
        tenancy(world, instance),
        (instance.metadata.tokens != "required" || instance.metadata.hop_limit > 1)
            .then(|| "IMDSv2 with a hop limit of 1 is not required".to_owned()),
        instance.public.then(|| "it has a public address".to_owned()),
        (!world.wanted.profile.is_empty() && instance.profile != world.wanted.profile)
            .then(|| "its instance profile is not the tenant's".to_owned()),
        encryption(world, instance),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !wrongs.is_empty() {
        return Verdict::Wrong(wrongs.join("; "));
    }
    let known = instance.state == InstanceState::Running
        && !world.wanted.key.is_empty()
        && instance.volumes.as_ref().is_some_and(|volumes| !volumes.is_empty())
        && (world.wanted.tenancy == Tenancy::DedicatedInstance || host_of(world, instance).is_some());
    if known { Verdict::AsDeclared } else { Verdict::Unknown }
}

fn tenancy(world: &World<'_>, instance: &Instance) -> Option<String> {
    let wanted = world.wanted.tenancy.ec2();
    if instance.tenancy != wanted {
        return Some(format!("its tenancy is {}, not {wanted}", instance.tenancy));
    }
    if world.wanted.tenancy == Tenancy::DedicatedInstance {
        return None;
    }
    let host = host_of(world, instance)?;
    let strangers = strangers(world, host);
    (strangers > 0).then(|| format!("its host {} also has {strangers} instances of others", host.id))
}

fn host_of<'a>(world: &'a World<'_>, instance: &Instance) -> Option<&'a Host> {
    let id = instance.host.as_ref()?;
    world.hosts.iter().find(|host| host.id == *id && host.instances.contains(&instance.id))
}

/// Instances on a host that are not the tenant's.
pub(super) fn strangers(world: &World<'_>, host: &Host) -> usize {
    let ours = |id: &&String| world.instances.iter().any(|instance| instance.id == **id);
    host.instances.iter().filter(|id| !ours(id)).count()
}

fn encryption(world: &World<'_>, instance: &Instance) -> Option<String> {
    let volumes = instance.volumes.as_deref().unwrap_or_default();
    let bad = volumes
        .iter()
        .find(|v| !v.encrypted || (v.kms_key != world.wanted.key && !world.wanted.key.is_empty()))?;
    let how = if bad.encrypted { "encrypted with another key than the tenant's" } else { "not encrypted" };
    Some(format!("its volume {} is {how}", bad.id))
}
