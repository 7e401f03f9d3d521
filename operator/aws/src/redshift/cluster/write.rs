//! One call for each step, but where Redshift wants something undone first.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_redshift::Client;
use aws_sdk_redshift::operation::modify_cluster::ModifyClusterInput;
use aws_sdk_redshift::types::LogDestinationType;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::{Cluster, ClusterStep, Nodes};

use super::super::{arn, tag, tag_list};
use super::{KIND, read};
use crate::account::Account;
use crate::fault::{gone, refused};
use crate::limit::{Lane, Paced};

pub(in super::super) async fn perform(
    account: &Account,
    name: &str,
    want: &Cluster,
    step: &ClusterStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let at = At { redshift: &account.home.redshift, name, lane };
    let arn = || arn(&account.home, KIND, name);
    match step {
        ClusterStep::Create => {
            at.create(want).await?;
            return Ok(Some(arn()));
        }
        ClusterStep::Modify { parts } => at.modify(want, parts).await?,
        ClusterStep::Encrypt => at.encrypt(want).await?,
        ClusterStep::Resize => at.resize(&want.nodes).await?,
        ClusterStep::SetRoles => at.set_roles(&want.roles).await?,
        ClusterStep::EnableLogging => at.enable_logging(want).await?,
        ClusterStep::SetSnapshotCopy => at.set_snapshot_copy(want.snapshot_copy.as_ref()).await?,
        ClusterStep::SetCopyRetention => at.set_copy_retention(want.snapshot_copy.as_ref()).await?,
        ClusterStep::Reboot => {
            let send = |redshift: &Client| redshift.reboot_cluster().cluster_identifier(name).send();
            at.redshift.call(lane, send).await?;
        }
        ClusterStep::Tag => tag(&account.home, arn(), &want.tags, lane).await?,
        ClusterStep::Delete => at.delete().await?,
        ClusterStep::DeleteSnapshots => {
            at.delete_snapshots().await?;
            if let Ok(recovery) = account.recovery() {
                At { redshift: &recovery.redshift, name, lane }.delete_snapshots().await?;
            }
        }
        ClusterStep::DeleteForGood => at.delete_for_good().await?,
    }
    Ok(None)
}

/// One cluster.
pub(super) struct At<'a> {
    pub redshift: &'a Paced<Client>,
    pub name: &'a str,
    pub lane: Lane,
}

impl At<'_> {
    async fn create(&self, want: &Cluster) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            let request = redshift.create_cluster().cluster_identifier(self.name);
            let request = request.cluster_type(kind(&want.nodes)).node_type(&want.nodes.type_);
            let request = request.number_of_nodes(want.nodes.count).db_name(&want.database);
            let request = request.master_username(&want.admin).manage_master_password(true);
            let request = request.set_master_password_secret_kms_key_id(want.admin_secret_key.clone());
            let request = request.encrypted(want.encryption.enabled);
            let request = request.set_kms_key_id(want.encryption.kms_key.clone());
            let request = request.publicly_accessible(want.publicly_accessible);
            let request = request.enhanced_vpc_routing(want.enhanced_vpc_routing);
            let request = request.cluster_subnet_group_name(&want.subnet_group);
            let request = request.set_vpc_security_group_ids(Some(list(&want.security_groups)));
            let request = request.cluster_parameter_group_name(&want.parameter_group);
            let request = request.automated_snapshot_retention_period(want.snapshot_retention_days);
            let request = request.preferred_maintenance_window(&want.maintenance_window);
            let request = request.allow_version_upgrade(want.allow_version_upgrade);
            let request = request.set_iam_roles(Some(list(&want.roles)));
            request.set_tags(Some(tag_list(&want.tags))).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    async fn modify(&self, want: &Cluster, parts: &BTreeSet<String>) -> Result<(), Fault> {
        let mut request = ModifyClusterInput::builder().cluster_identifier(self.name);
        for part in parts {
            request = match part.as_str() {
                "adminSecretKey" => {
                    let request = request.manage_master_password(true);
                    request.set_master_password_secret_kms_key_id(want.admin_secret_key.clone())
                }
                "allowVersionUpgrade" => request.allow_version_upgrade(want.allow_version_upgrade),
                "enhancedVpcRouting" => request.enhanced_vpc_routing(want.enhanced_vpc_routing),
                "maintenanceWindow" => request.preferred_maintenance_window(&want.maintenance_window),
                "parameterGroup" => request.cluster_parameter_group_name(&want.parameter_group),
                "publiclyAccessible" => request.publicly_accessible(want.publicly_accessible),
                "securityGroups" => request.set_vpc_security_group_ids(Some(list(&want.security_groups))),
                "snapshotRetentionDays" => {
                    request.automated_snapshot_retention_period(want.snapshot_retention_days)
                }
                _ => return Err(refused("redshift", "ModifyCluster", "NoSuchPart")),
            };
        }
        self.redshift.call(self.lane, |redshift| request.send_with(redshift)).await.map(drop)
    }

    /// Redshift refuses while snapshots are copied; the next pass turns that on again.
    /// <https://docs.aws.amazon.com/redshift/latest/mgmt/changing-cluster-encryption.html>
    async fn encrypt(&self, want: &Cluster) -> Result<(), Fault> {
        self.stop_copying().await?;
        let send = |redshift: &Client| {
            let request = redshift.modify_cluster().cluster_identifier(self.name);
            let request = request.encrypted(want.encryption.enabled);
            request.set_kms_key_id(want.encryption.kms_key.clone()).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    /// Elastic, so that the data stays readable.
    async fn resize(&self, nodes: &Nodes) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            let request = redshift.resize_cluster().cluster_identifier(self.name);
            request.cluster_type(kind(nodes)).node_type(&nodes.type_).number_of_nodes(nodes.count).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    /// Only differences can be sent, so those that the cluster has are asked for.
    async fn set_roles(&self, want: &BTreeSet<String>) -> Result<(), Fault> {
        let send = |redshift: &Client| redshift.describe_clusters().cluster_identifier(self.name).send();
        let answer = self.redshift.call(self.lane, send).await?;
        let cluster = answer.clusters.and_then(|clusters| clusters.into_iter().next());
        let have = read::roles(cluster.and_then(|cluster| cluster.iam_roles));
        let send = |redshift: &Client| {
            let request = redshift.modify_cluster_iam_roles().cluster_identifier(self.name);
            let request = request.set_add_iam_roles(Some(want.difference(&have).cloned().collect()));
            request.set_remove_iam_roles(Some(have.difference(want).cloned().collect())).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    async fn enable_logging(&self, want: &Cluster) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            let request = redshift.enable_logging().cluster_identifier(self.name);
            let request = request.log_destination_type(LogDestinationType::Cloudwatch);
            request.set_log_exports(Some(list(&want.log_exports))).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    async fn delete(&self) -> Result<(), Fault> {
        let snapshot = format!("{}-final", self.name);
        match self.delete_with(&snapshot).await {
            // Of an earlier cluster of this name.
            Err(fault) if fault.class == FaultClass::Exists => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                gone(self.delete_with(&format!("{snapshot}-{}", now.as_secs())).await)
            }
            answer => gone(answer),
        }
    }

    /// Those that Redshift takes by itself go with the cluster, or expire; only others can be deleted.
    async fn delete_snapshots(&self) -> Result<(), Fault> {
        let mut marker = None;
        let mut names = Vec::new();
        loop {
            let send = |redshift: &Client| {
                let request = redshift.describe_cluster_snapshots().cluster_identifier(self.name);
                request.snapshot_type("manual").set_marker(marker.take()).send()
            };
            let page = self.redshift.call(self.lane, send).await?;
            names
                .extend(page.snapshots.unwrap_or_default().into_iter().filter_map(|s| s.snapshot_identifier));
            marker = page.marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                break;
            }
        }
        for name in names {
            let send = |redshift: &Client| {
                let request = redshift.delete_cluster_snapshot().snapshot_identifier(name);
                request.snapshot_cluster_identifier(self.name).send()
            };
            gone(self.redshift.call(self.lane, send).await)?;
        }
        Ok(())
    }

    async fn delete_for_good(&self) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            redshift.delete_cluster().cluster_identifier(self.name).skip_final_cluster_snapshot(true).send()
        };
        gone(self.redshift.call(self.lane, send).await)
    }

    async fn delete_with(&self, snapshot: &str) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            let request = redshift.delete_cluster().cluster_identifier(self.name);
            let request = request.skip_final_cluster_snapshot(false);
            request.final_cluster_snapshot_identifier(snapshot).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }
}

fn kind(nodes: &Nodes) -> &'static str {
    if nodes.count == 1 { "single-node" } else { "multi-node" }
}

fn list(set: &BTreeSet<String>) -> Vec<String> {
    set.iter().cloned().collect()
}
