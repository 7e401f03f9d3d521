use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;

/// A provisioned Redshift cluster: R1-R8 of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // each is a setting of its own at AWS
pub struct Cluster {
    pub nodes: Nodes,
    /// The database that it was made with, and its administrator. Neither can be renamed.
    pub database: String,
    pub admin: String,
    pub encryption: ClusterEncryption,
    /// ARN of the key of the secret in which Redshift keeps and rotates the administrator's password; none
    /// where the password is somebody's own.
    pub admin_secret_key: Option<String>,
    pub publicly_accessible: bool,
    pub enhanced_vpc_routing: bool,
    pub subnet_group: String,
    pub security_groups: BTreeSet<String>,
    pub parameter_group: String,
    /// Whether the cluster runs with what its parameter group says. Some parameters wait for a reboot.
    pub parameters_in_effect: bool,
    pub snapshot_retention_days: i32,
    pub maintenance_window: String,
    pub allow_version_upgrade: bool,
    /// ARNs of the roles that COPY and UNLOAD may take.
    pub roles: BTreeSet<String>,
    /// Kinds of logs that are exported to CloudWatch Logs.
    pub log_exports: BTreeSet<String>,
    pub snapshot_copy: Option<SnapshotCopy>,
    pub tags: Tags,
    /// When a reboot may come, if not now. No managed field: what is found has none.
    #[serde(skip)]
    pub reboots: Reboot,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Nodes {
    #[serde(rename = "type")]
    pub type_: String,
    pub count: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterEncryption {
    pub enabled: bool,
    /// ARN of the key.
    pub kms_key: Option<String>,
}

/// Snapshots are copied to another region, under a key of that region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotCopy {
    pub region: String,
    pub retention_days: i32,
    /// Name of the grant that lets Redshift use the key there.
    pub grant: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reboot {
    #[default]
    Now,
    /// In the maintenance window, named as it is declared.
    Later { window: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ClusterStep {
    /// CreateCluster. Its identifier makes it idempotent.
    Create,
    /// ModifyCluster of everything that changes without the data being moved.
    Modify {
        parts: BTreeSet<String>,
    },
    /// ModifyCluster of the key: Redshift encrypts anew, in the background.
    Encrypt,
    /// ResizeCluster.
    Resize,
    /// ModifyClusterIamRoles.
    SetRoles,
    EnableLogging,
    /// EnableSnapshotCopy, after DisableSnapshotCopy where region or grant is another.
    SetSnapshotCopy,
    SetCopyRetention,
    Reboot,
    Tag,
    /// DeleteCluster with a final snapshot.
    Delete,
    /// DeleteClusterSnapshot of each that was made by hand, and of its copy in the recovery region.
    DeleteSnapshots,
    /// DeleteCluster without a final snapshot.
    DeleteForGood,
}

/// What one ModifyCluster takes together.
const MODIFIED: [&str; 9] = [
    "adminSecretKey",
    "allowVersionUpgrade",
    "enhancedVpcRouting",
    "maintenanceWindow",
    "parameterGroup",
    "publiclyAccessible",
    "securityGroups",
    "snapshotRetentionDays",
    "roles",
];

impl Cluster {
    /// Logging and the copy to the recovery region can be set only on a cluster that is there.
    pub(super) fn create() -> Vec<ClusterStep> {
        vec![ClusterStep::Create]
    }

    /// A cluster takes one change that sets it in motion at a time, so the last step may be followed by
    /// others in a later pass.
    pub(super) fn repair(&self, have: &Self, parts: &BTreeSet<&str>) -> Vec<ClusterStep> {
        let mut steps = Vec::new();
        // What leaves the cluster available comes first.
        if parts.contains("tags") {
            steps.push(ClusterStep::Tag);
        }
        if parts.contains("logExports") {
            steps.push(ClusterStep::EnableLogging);
        }
        // Redshift lends a copy grant to encrypted clusters only, and encrypts none that is copied.
        if parts.contains("snapshotCopy") && !parts.contains("encryption") {
            steps.push(self.copy_step(have));
        }
        let modified: BTreeSet<String> = parts
            .iter()
            .filter(|p| MODIFIED.contains(*p) && **p != "roles")
            .map(|p| (*p).to_owned())
            .collect();
        // The most urgent first.
        let moving = if parts.contains("encryption") {
            Some(ClusterStep::Encrypt)
        } else if !modified.is_empty() {
            Some(ClusterStep::Modify { parts: modified })
        } else if parts.contains("roles") {
            Some(ClusterStep::SetRoles)
        } else if parts.contains("nodes") {
            Some(ClusterStep::Resize)
        } else if parts.contains("parametersInEffect") && self.reboots == Reboot::Now {
            Some(ClusterStep::Reboot)
        } else {
            None
        };
        steps.extend(moving);
        steps
    }

    fn copy_step(&self, have: &Self) -> ClusterStep {
        let place = |copy: &Option<SnapshotCopy>| copy.as_ref().map(|c| (c.region.clone(), c.grant.clone()));
        if place(&self.snapshot_copy) == place(&have.snapshot_copy) {
            ClusterStep::SetCopyRetention
        } else {
            ClusterStep::SetSnapshotCopy
        }
    }

    /// Why a difference is left for now.
    #[must_use]
    pub fn deferred(&self) -> Option<String> {
        match &self.reboots {
            Reboot::Now => None,
            Reboot::Later { window } => Some(format!(
                "parameters wait for a reboot in the maintenance window {window} (UTC); \
                 warehouse.reboots: AtOnce does it now"
            )),
        }
    }
}
