//! The part of the world in memory that worker nodes are launched from.

use cloister_core::resource::{InstanceProfile, InstanceProfileStep, Resource, ResourceId, Step};

use super::{Held, put};

/// Carries out a step on what belongs to nodes; false where it is none of these.
pub fn perform(held: &mut Held, id: &ResourceId, want: &Resource, step: &Step) -> bool {
    match (step, want) {
        (Step::InstanceProfile(InstanceProfileStep::Create), Resource::InstanceProfile(want)) => {
            put(held, id, Resource::InstanceProfile(InstanceProfile { role: None, ..want.clone() }));
        }
        (Step::InstanceProfile(step), Resource::InstanceProfile(want)) => {
            let Some(Resource::InstanceProfile(have)) = held.get_mut(id).map(|a| &mut a.resource) else {
                panic!("{step:?} on no profile")
            };
            match step {
                InstanceProfileStep::RemoveRole { role } => {
                    assert_eq!(have.role.as_ref(), Some(role), "a role that it does not have");
                    have.role = None;
                }
                InstanceProfileStep::AddRole => {
                    assert_eq!(have.role, None, "IAM lets a profile have one role");
                    have.role.clone_from(&want.role);
                }
                _ => have.tags.clone_from(&want.tags),
            }
        }
        (Step::LaunchTemplate(_), Resource::LaunchTemplate(_)) => put(held, id, want.clone()),
        _ => return false,
    }
    true
}

/// Damages one part; which one `n` tells.
pub fn damage(resource: &mut Resource, n: usize) {
    match resource {
        Resource::InstanceProfile(profile) if n.is_multiple_of(2) => profile.role = None,
        Resource::InstanceProfile(profile) => profile.role = Some("somebody".into()),
        Resource::LaunchTemplate(template) => match n % 7 {
            0 => template.tenancy = "default".into(),
            1 => template.metadata.tokens = "optional".into(),
            2 => template.volumes.clear(),
            3 => template.public_address = Some(true),
            4 => template.user_data = "#!/bin/sh".into(),
            5 => drop(template.others.insert("KeyName".into())),
            _ => template.instance_tags.clear(),
        },
        _ => {}
    }
}
