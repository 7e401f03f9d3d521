//! The warehouse's part of the world in memory.

use std::collections::BTreeMap;

use cloister_core::resource::{
    Cluster, ClusterStep, DatabaseStep, LogGroup, LogGroupStep, ParameterGroup, ParameterGroupStep, Resource,
    ResourceId, Step, SubnetGroup,
};

use super::{Held, database, put};

/// Carries out a step on what belongs to a warehouse; false where it is none of these.
pub fn perform(held: &mut Held, id: &ResourceId, want: &Resource, step: &Step) -> bool {
    match (step, want) {
        (Step::LogGroup(LogGroupStep::Create), Resource::LogGroup(want)) => {
            put(held, id, Resource::LogGroup(LogGroup { retention_days: None, ..want.clone() }));
        }
        (Step::ParameterGroup(ParameterGroupStep::Create), Resource::ParameterGroup(want)) => {
            let parameters = BTreeMap::new();
            put(held, id, Resource::ParameterGroup(ParameterGroup { parameters, ..want.clone() }));
        }
        (Step::Cluster(ClusterStep::Create), Resource::Cluster(want)) => {
            let newborn = Cluster { log_exports: [].into(), snapshot_copy: None, ..(**want).clone() };
            put(held, id, Resource::Cluster(Box::new(newborn)));
        }
        (Step::Cluster(step), Resource::Cluster(want)) => {
            let Some(Resource::Cluster(cluster)) = held.get_mut(id).map(|a| &mut a.resource) else {
                panic!("{step:?} on no cluster")
            };
            change(cluster, want, step);
        }
        (Step::Database(DatabaseStep::Create), Resource::Database(want)) => {
            assert!(!held.contains_key(id), "a second database");
            put(held, id, Resource::Database(Box::new(want.newborn())));
        }
        (Step::Database(step), Resource::Database(_)) => {
            let Some(Resource::Database(database)) = held.get_mut(id).map(|a| &mut a.resource) else {
                panic!("{step:?} on no database")
            };
            database::change(database, step);
        }
        (
            Step::LogGroup(_) | Step::ParameterGroup(_) | Step::SubnetGroup(_) | Step::CopyGrant(_),
            Resource::LogGroup(_)
            | Resource::ParameterGroup(_)
            | Resource::SubnetGroup(_)
            | Resource::CopyGrant(_),
        ) => put(held, id, want.clone()),
        _ => return false,
    }
    true
}

fn change(cluster: &mut Cluster, want: &Cluster, step: &ClusterStep) {
    match step {
        ClusterStep::Create
        | ClusterStep::Delete
        | ClusterStep::DeleteSnapshots
        | ClusterStep::DeleteForGood => {}
        ClusterStep::Modify { parts } => {
            assert!(!parts.is_empty(), "a change of nothing");
            cluster.admin_secret_key.clone_from(&want.admin_secret_key);
            cluster.allow_version_upgrade = want.allow_version_upgrade;
            cluster.enhanced_vpc_routing = want.enhanced_vpc_routing;
            cluster.maintenance_window.clone_from(&want.maintenance_window);
            if parts.contains("parameterGroup") {
                cluster.parameter_group.clone_from(&want.parameter_group);
                cluster.parameters_in_effect = false;
            }
            cluster.publicly_accessible = want.publicly_accessible;
            cluster.security_groups.clone_from(&want.security_groups);
            cluster.snapshot_retention_days = want.snapshot_retention_days;
        }
        ClusterStep::Encrypt => cluster.encryption.clone_from(&want.encryption),
        ClusterStep::Resize => cluster.nodes.clone_from(&want.nodes),
        ClusterStep::SetRoles => cluster.roles.clone_from(&want.roles),
        ClusterStep::EnableLogging => cluster.log_exports.clone_from(&want.log_exports),
        ClusterStep::SetSnapshotCopy | ClusterStep::SetCopyRetention => {
            cluster.snapshot_copy.clone_from(&want.snapshot_copy);
        }
        ClusterStep::Reboot => cluster.parameters_in_effect = true,
        ClusterStep::Tag => cluster.tags.clone_from(&want.tags),
    }
}

/// Damages one part; which one `n` tells.
pub fn damage(resource: &mut Resource, n: usize) {
    match resource {
        Resource::LogGroup(log) if n.is_multiple_of(2) => log.kms_key = None,
        Resource::LogGroup(log) => log.retention_days = Some(1),
        Resource::ParameterGroup(group) => {
            drop(group.parameters.insert("require_ssl".into(), "false".into()));
        }
        Resource::SubnetGroup(SubnetGroup { subnets, .. }) => drop(subnets.pop_first()),
        Resource::CopyGrant(grant) => drop(grant.tags.pop_last()),
        Resource::Cluster(cluster) => match n % 8 {
            0 => cluster.publicly_accessible = true,
            1 => cluster.log_exports.clear(),
            2 => cluster.snapshot_copy = None,
            3 => cluster.parameter_group = "default.redshift-2.0".into(),
            4 => cluster.encryption.enabled = false,
            5 => cluster.nodes.count = 1,
            6 => cluster.roles.clear(),
            _ => cluster.parameters_in_effect = false,
        },
        Resource::Database(found) => database::damage(found, n),
        _ => {}
    }
}
