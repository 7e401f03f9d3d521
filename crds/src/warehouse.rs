//! Redshift clusters: a tenant's own as a part of `ClientTenant`, a shared one as a part of `Environment`.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::matches;

/// Where the tenant's schemas are: in a provisioned Redshift cluster of its own, encrypted with its key, reached over
/// TLS only, logged; or, with `shared: true`, in a database of its own in the Environment's cluster.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.database) == has(oldSelf.database) && (!has(self.database) || self.database == oldSelf.database)")
        .message("warehouse.database is immutable, given or left out: Redshift cannot rename the database of a cluster; write it as it was").field_path(".database"),
    validation = Rule::new("self.shared == oldSelf.shared")
        .message("warehouse.shared is immutable: data does not move between clusters; put it back, or make a new ClientTenant").field_path(".shared"),
    validation = Rule::new("!self.shared || (self.size == 'Small' && !has(self.nodes) && self.snapshotRetentionDays == 35 && self.recoveryRetentionDays == 35 && self.maintenanceWindow == 'sun:05:00-sun:06:00' && self.reboots == 'InMaintenanceWindow')")
        .message("warehouse may hold only database beside shared: true, since the cluster is the Environment's: leave size, nodes, snapshotRetentionDays, recoveryRetentionDays, maintenanceWindow and reboots out, and set them in spec.warehouse of the Environment")
        .field_path(".shared")
)]
pub struct Warehouse {
    /// The Environment's cluster in place of one of the tenant's own. Immutable. Default false.
    ///
    /// Kept apart from other tenants: the database; who owns it; what PUBLIC may do in it, which is nothing; who may
    /// load with the tenant's IAM role. Shared with them: the nodes, the cluster's key (the Environment's, not the
    /// tenant's, so that the data of one tenant cannot be made unreadable by deleting its key), snapshots, logs, and the
    /// catalog, in which every user of the cluster can read names of databases, users and roles. A cluster takes 50
    /// tenants, since AWS attaches at most 50 IAM roles to it. Its roles load, its groups (`rolesAs: Group`) do not.
    #[serde(default)]
    pub shared: bool,
    /// The tenant's database. Default: the tenant's name, with underscores for hyphens. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    #[x_kube(
        validation = Rule::new(matches("^[a-z_][a-z0-9_]*$"))
            .message("warehouse.database must begin with a lower-case letter or underscore and hold only these and digits, such as acme_health"),
        validation = Rule::new(free("self"))
            .message("warehouse.database must not be dev, which is Redshift's default (security best practice), or a name that Redshift reserves: write one such as acme_health")
    )]
    pub database: Option<String>,
    #[serde(flatten)]
    pub cluster: WarehouseCluster,
}

/// A provisioned Redshift cluster.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WarehouseCluster {
    /// `Small`: 2 nodes ra3.large; `Medium`: 2 nodes ra3.4xlarge; `Large`: 4 nodes ra3.16xlarge.
    #[serde(default)]
    pub size: WarehouseSize,
    /// Node type and count in place of `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<WarehouseNodes>,
    /// Days that automated snapshots are kept, 7 to 35. Default 35 (45 CFR 164.308(a)(7)(ii)(A)).
    #[serde(default = "default_retention")]
    #[x_kube(validation = Rule::new("self >= 7 && self <= 35").message("warehouse.snapshotRetentionDays must be 7 to 35, Redshift's longest; leave it out for the default of 35"))]
    pub snapshot_retention_days: i32,
    /// Days that their copies in the recovery region are kept, 7 to 35. Default 35.
    #[serde(default = "default_retention")]
    #[x_kube(validation = Rule::new("self >= 7 && self <= 35").message("warehouse.recoveryRetentionDays must be 7 to 35, Redshift's longest; leave it out for the default of 35"))]
    pub recovery_retention_days: i32,
    /// When AWS may patch the cluster and Cloister may reboot it: `ddd:hh:mm-ddd:hh:mm`, UTC, at least 30
    /// minutes. Default `sun:05:00-sun:06:00`.
    #[serde(default = "default_window")]
    #[schemars(length(max = 19))]
    #[x_kube(validation = Rule::new(matches("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$"))
        .message("warehouse.maintenanceWindow must be ddd:hh:mm-ddd:hh:mm in UTC and lower case, such as sun:05:00-sun:06:00"))]
    pub maintenance_window: String,
    /// When a setting that needs a reboot gets it. Default `InMaintenanceWindow`.
    #[serde(default)]
    pub reboots: Reboots,
}

/// Whether a database may be called so.
pub(crate) fn free(database: &str) -> String {
    format!("!({database} in ['dev', 'padb_harvest', 'template0', 'template1', 'postgres', 'sys'])")
}

impl WarehouseCluster {
    /// Node type and number of nodes.
    #[must_use]
    pub fn shape(&self) -> (&str, i32) {
        match (&self.nodes, self.size) {
            (Some(nodes), _) => (&nodes.type_, nodes.count),
            (None, WarehouseSize::Small) => ("ra3.large", 2),
            (None, WarehouseSize::Medium) => ("ra3.4xlarge", 2),
            (None, WarehouseSize::Large) => ("ra3.16xlarge", 4),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WarehouseSize {
    #[default]
    Small,
    Medium,
    Large,
}

/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html>
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new("self.count <= (self.type == 'ra3.large' ? 16 : self.type == 'ra3.xlplus' ? 32 : self.type == 'ra3.4xlarge' ? 64 : self.count)")
    .message("warehouse.nodes.count must be at most 16 for ra3.large, 32 for ra3.xlplus and 64 for ra3.4xlarge: write fewer or choose a larger type").field_path(".count"))]
pub struct WarehouseNodes {
    /// An RA3 node type: ra3.large, ra3.xlplus, ra3.4xlarge or ra3.16xlarge.
    #[serde(rename = "type")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self in ['ra3.large', 'ra3.xlplus', 'ra3.4xlarge', 'ra3.16xlarge']")
        .message("warehouse.nodes.type must be ra3.large, ra3.xlplus, ra3.4xlarge or ra3.16xlarge: older types cannot be restored across types"))]
    pub type_: String,
    /// 2 to 128: a single node has no second copy of a block.
    #[x_kube(validation = Rule::new("self >= 2 && self <= 128").message("warehouse.nodes.count must be 2 to 128: a single node keeps no second copy of its data"))]
    pub count: i32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Reboots {
    /// Sessions are cut only when people expect it.
    #[default]
    InMaintenanceWindow,
    /// As soon as a setting waits for it.
    AtOnce,
}

fn default_retention() -> i32 {
    35
}

fn default_window() -> String {
    "sun:05:00-sun:06:00".into()
}

impl Default for WarehouseCluster {
    fn default() -> Self {
        Self {
            size: WarehouseSize::default(),
            nodes: None,
            snapshot_retention_days: default_retention(),
            recovery_retention_days: default_retention(),
            maintenance_window: default_window(),
            reboots: Reboots::default(),
        }
    }
}
