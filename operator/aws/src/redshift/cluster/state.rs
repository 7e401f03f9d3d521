//! Whether a cluster is at rest. What is not is shown to people, and left alone until it is.
//! <https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html>

use aws_sdk_redshift::types::{Cluster, PendingModifiedValues};
use aws_smithy_types::date_time::Format;

/// A sentence for people where the cluster cannot be changed now.
pub(super) fn at_rest(cluster: &Cluster) -> Result<(), String> {
    let what = match cluster.cluster_status().unwrap_or("unknown") {
        "available" => return available(cluster),
        "creating" => format!("is being created{} (usually 5 to 10 minutes)", since(cluster)),
        "modifying" => "is being modified (usually a few minutes)".to_owned(),
        "resizing" | "available, prep-for-resize" | "available, resize-cleanup" => {
            "is being resized or encrypted anew (minutes to hours, by the size of its data)".to_owned()
        }
        "cancelling-resize" => "is giving up a resize".to_owned(),
        "rebooting" => "is rebooting (usually a few minutes)".to_owned(),
        "renaming" => "is being renamed by somebody: name it back".to_owned(),
        "rotating-keys" => "is having its encryption keys rotated".to_owned(),
        "pausing" => "is being paused".to_owned(),
        "paused" => "is paused: resume it".to_owned(),
        "resuming" => "is being resumed (usually a few minutes)".to_owned(),
        "final-snapshot" => "is taking its final snapshot and is deleted then".to_owned(),
        "deleting" => "is being deleted (usually a few minutes)".to_owned(),
        "storage-full" => "has no storage left: free some or resize it in the console".to_owned(),
        "hardware-failure" => {
            "had a hardware failure: if AWS does not mend it, restore its last snapshot".to_owned()
        }
        "inaccessible-kms-key" => {
            "cannot use its KMS key: see that the key is enabled and its policy lets Redshift use it"
                .to_owned()
        }
        "incompatible-network" => {
            "cannot use its network: see that its VPC, subnets and security groups exist".to_owned()
        }
        "incompatible-parameters" => {
            "cannot use a value in its parameter group: set one that is allowed, and reboot it".to_owned()
        }
        "incompatible-restore" => "could not be restored: restore another snapshot".to_owned(),
        other => format!("is in status {other}"),
    };
    Err(format!("Redshift cluster {what}"))
}

/// Redshift gives no time of a change but of the creation.
fn since(cluster: &Cluster) -> String {
    let text = cluster.cluster_create_time().and_then(|time| time.fmt(Format::DateTime).ok());
    let time = text.as_deref().and_then(|text| text.split_once('T')).and_then(|(_, time)| time.get(..8));
    time.map(|time| format!(" since {time} UTC")).unwrap_or_default()
}

fn available(cluster: &Cluster) -> Result<(), String> {
    let what = match cluster.cluster_availability_status() {
        Some("Available") if cluster.pending_modified_values().is_some_and(is_managed) => {
            "has changes that are not in effect yet (usually a few minutes)".to_owned()
        }
        Some("Available") => return Ok(()),
        Some("Maintenance") => "is under maintenance by AWS".to_owned(),
        Some("Modifying") => "is being modified (usually a few minutes)".to_owned(),
        Some("Failed") => "has failed: restore its last snapshot".to_owned(),
        Some("Unavailable") => "does not take queries now".to_owned(),
        other => format!("is available, yet its availability is {}", other.unwrap_or("unknown")),
    };
    Err(format!("Redshift cluster {what}"))
}

/// Others, such as the maintenance track, may wait for weeks.
fn is_managed(pending: &PendingModifiedValues) -> bool {
    pending.automated_snapshot_retention_period.is_some()
        || pending.cluster_identifier.is_some()
        || pending.cluster_type.is_some()
        || pending.encryption_type.is_some()
        || pending.enhanced_vpc_routing.is_some()
        || pending.node_type.is_some()
        || pending.number_of_nodes.is_some()
        || pending.publicly_accessible.is_some()
}

/// Whether the cluster runs with what its parameter group says, or else would after a reboot.
/// <https://docs.aws.amazon.com/redshift/latest/APIReference/API_ClusterParameterStatus.html>
pub(super) fn parameters_in_effect(cluster: &Cluster) -> Result<bool, String> {
    let mut in_effect = true;
    for group in cluster.cluster_parameter_groups() {
        let each = group.cluster_parameter_status_list().iter();
        let each = each.filter_map(|parameter| parameter.parameter_apply_status());
        for status in each.chain(group.parameter_apply_status()) {
            match status {
                "in-sync" => {}
                "pending-reboot" | "apply-deferred" | "apply-error" | "unknown-error" => in_effect = false,
                "applying" => return Err("Redshift cluster is taking over its parameters".to_owned()),
                // A reboot would not help.
                "invalid-parameter" => {
                    return Err("Redshift cluster has a parameter with an invalid value: \
                        correct it in its parameter group"
                        .to_owned());
                }
                other => return Err(format!("Redshift cluster has parameters in status {other}")),
            }
        }
    }
    Ok(in_effect)
}

#[cfg(test)]
mod tests {
    use aws_sdk_redshift::types::{ClusterParameterGroupStatus, ClusterParameterStatus};
    use aws_smithy_types::DateTime;

    use super::*;

    fn cluster(status: &str, availability: &str) -> Cluster {
        Cluster::builder().cluster_status(status).cluster_availability_status(availability).build()
    }

    fn with_parameters(group: &str, parameter: &str) -> Cluster {
        let parameter = ClusterParameterStatus::builder().parameter_apply_status(parameter).build();
        let group = ClusterParameterGroupStatus::builder().parameter_apply_status(group);
        let group = group.cluster_parameter_status_list(parameter).build();
        Cluster::builder().cluster_parameter_groups(group).build()
    }

    #[test]
    fn only_what_is_available_in_both_ways_is_at_rest() {
        assert_eq!(at_rest(&cluster("available", "Available")), Ok(()));
        for (status, availability) in [
            ("available", "Maintenance"),
            ("available", "Odd"),
            ("modifying", "Available"),
            ("odd", "Available"),
            ("available, resize-cleanup", "Available"),
        ] {
            assert!(at_rest(&cluster(status, availability)).is_err(), "{status} {availability}");
        }
        assert!(at_rest(&Cluster::builder().build()).is_err());
    }

    #[test]
    fn a_change_that_waits_is_not_sent_again_but_others_hold_up_nothing() {
        let pending = |pending| {
            let mut cluster = cluster("available", "Available");
            cluster.pending_modified_values = Some(pending);
            at_rest(&cluster)
        };
        let track = PendingModifiedValues::builder().maintenance_track_name("trailing").build();
        assert_eq!(pending(track), Ok(()));
        assert!(pending(PendingModifiedValues::builder().publicly_accessible(false).build()).is_err());
    }

    #[test]
    fn a_creation_says_since_when() {
        let mut creating = cluster("creating", "Modifying");
        creating.cluster_create_time = Some(DateTime::from_secs_f64(1_700_000_000.5));
        let told = at_rest(&creating).err();
        let want = "Redshift cluster is being created since 22:13:20 UTC (usually 5 to 10 minutes)";
        assert_eq!(told.as_deref(), Some(want));
    }

    #[test]
    fn a_reboot_is_for_parameters_that_wait_for_one_only() {
        assert_eq!(parameters_in_effect(&with_parameters("in-sync", "in-sync")), Ok(true));
        assert_eq!(parameters_in_effect(&with_parameters("in-sync", "pending-reboot")), Ok(false));
        assert_eq!(parameters_in_effect(&with_parameters("pending-reboot", "in-sync")), Ok(false));
        assert!(parameters_in_effect(&with_parameters("pending-reboot", "applying")).is_err());
        assert!(parameters_in_effect(&with_parameters("in-sync", "invalid-parameter")).is_err());
    }
}
