//! From Redshift's description of a cluster to ours.

use std::collections::BTreeSet;

use aws_sdk_redshift::types as sdk;
use cloister_core::resource::{Cluster, ClusterEncryption, Nodes, Reboot, SnapshotCopy, Tags};

use crate::place::Place;

/// All but its logs.
pub(super) fn cluster(place: &Place, found: sdk::Cluster, in_effect: bool, tags: Tags) -> Cluster {
    let kms_key = found.kms_key_id.map(|key| place.key_arn(&key));
    // Without a secret it is but a setting that is left over.
    let secret_key = found.master_password_secret_arn.and(found.master_password_secret_kms_key_id);
    let groups = found.cluster_parameter_groups.unwrap_or_default().into_iter();
    let groups: Vec<String> = groups.filter_map(|group| group.parameter_group_name).collect();
    Cluster {
        nodes: Nodes {
            type_: found.node_type.unwrap_or_default(),
            count: found.number_of_nodes.unwrap_or_default(),
        },
        database: found.db_name.unwrap_or_default(),
        admin: found.master_username.unwrap_or_default(),
        encryption: ClusterEncryption { enabled: found.encrypted == Some(true), kms_key },
        admin_secret_key: secret_key.map(|key| place.key_arn(&key)),
        // What is not told is taken for the worse.
        publicly_accessible: found.publicly_accessible != Some(false),
        enhanced_vpc_routing: found.enhanced_vpc_routing == Some(true),
        subnet_group: found.cluster_subnet_group_name.unwrap_or_default(),
        security_groups: security_groups(found.vpc_security_groups),
        // A cluster has one.
        parameter_group: groups.join(","),
        parameters_in_effect: in_effect,
        snapshot_retention_days: found.automated_snapshot_retention_period.unwrap_or_default(),
        maintenance_window: found.preferred_maintenance_window.unwrap_or_default(),
        allow_version_upgrade: found.allow_version_upgrade == Some(true),
        roles: roles(found.iam_roles),
        log_exports: BTreeSet::new(),
        snapshot_copy: found.cluster_snapshot_copy_status.and_then(snapshot_copy),
        tags,
        reboots: Reboot::default(),
    }
}

/// What Redshift is taking away already is as good as gone.
const LEAVING: Option<&str> = Some("removing");

fn security_groups(found: Option<Vec<sdk::VpcSecurityGroupMembership>>) -> BTreeSet<String> {
    let found = found.unwrap_or_default().into_iter();
    found.filter(|group| group.status() != LEAVING).filter_map(|group| group.vpc_security_group_id).collect()
}

pub(super) fn roles(found: Option<Vec<sdk::ClusterIamRole>>) -> BTreeSet<String> {
    let found = found.unwrap_or_default().into_iter();
    found.filter(|role| role.apply_status() != LEAVING).filter_map(|role| role.iam_role_arn).collect()
}

/// None where no region is named: copying is off.
fn snapshot_copy(found: sdk::ClusterSnapshotCopyStatus) -> Option<SnapshotCopy> {
    let days = found.retention_period.and_then(|days| i32::try_from(days).ok());
    Some(SnapshotCopy {
        region: found.destination_region?,
        retention_days: days.unwrap_or_default(),
        grant: found.snapshot_copy_grant_name.unwrap_or_default(),
    })
}
