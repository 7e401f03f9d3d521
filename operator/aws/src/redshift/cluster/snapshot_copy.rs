//! Copies of a cluster's snapshots in the recovery region.

use aws_sdk_redshift::Client;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::SnapshotCopy;

use super::write::At;
use crate::fault::{gone, refused};

impl At<'_> {
    pub async fn set_snapshot_copy(&self, want: Option<&SnapshotCopy>) -> Result<(), Fault> {
        let Some(want) = want else { return self.stop_copying().await };
        match self.copy_snapshots(want).await {
            // To another region or under another grant.
            Err(fault) if fault.class == FaultClass::Exists => {
                self.stop_copying().await?;
                self.copy_snapshots(want).await
            }
            answer => answer,
        }
    }

    async fn copy_snapshots(&self, want: &SnapshotCopy) -> Result<(), Fault> {
        let send = |redshift: &Client| {
            let request = redshift.enable_snapshot_copy().cluster_identifier(self.name);
            let request = request.destination_region(&want.region).retention_period(want.retention_days);
            request.snapshot_copy_grant_name(&want.grant).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }

    pub async fn stop_copying(&self) -> Result<(), Fault> {
        let send = |redshift: &Client| redshift.disable_snapshot_copy().cluster_identifier(self.name).send();
        gone(self.redshift.call(self.lane, send).await)
    }

    pub async fn set_copy_retention(&self, want: Option<&SnapshotCopy>) -> Result<(), Fault> {
        let want = want.ok_or_else(|| refused("redshift", "ModifySnapshotCopyRetentionPeriod", "NoCopy"))?;
        let send = |redshift: &Client| {
            let request = redshift.modify_snapshot_copy_retention_period().cluster_identifier(self.name);
            request.retention_period(want.retention_days).send()
        };
        self.redshift.call(self.lane, send).await.map(drop)
    }
}
