//! EBS encryption by default, and block public access for EBS snapshots; both are of a region.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::SnapshotBlockPublicAccessState;
use cloister_core::fault::Fault;
use cloister_core::resource::{EbsEncryption, SnapshotBlock};

use crate::account::Account;
use crate::limit::Lane;

pub(super) async fn encryption(account: &Account, lane: Lane) -> Result<EbsEncryption, Fault> {
    let send = |ec2: &Client| ec2.get_ebs_encryption_by_default().send();
    let answer = account.ec2.call(lane, send).await?;
    Ok(EbsEncryption { by_default: answer.ebs_encryption_by_default() == Some(true) })
}

/// There is no other wish than to turn it on.
pub(super) async fn encrypt(account: &Account, lane: Lane) -> Result<(), Fault> {
    let send = |ec2: &Client| ec2.enable_ebs_encryption_by_default().send();
    account.ec2.call(lane, send).await.map(drop)
}

pub(super) async fn snapshot_block(account: &Account, lane: Lane) -> Result<SnapshotBlock, Fault> {
    let send = |ec2: &Client| ec2.get_snapshot_block_public_access_state().send();
    let answer = account.ec2.call(lane, send).await?;
    let state = answer.state.unwrap_or(SnapshotBlockPublicAccessState::Unblocked);
    Ok(SnapshotBlock { state: state.as_str().to_owned() })
}

pub(super) async fn block_snapshots(
    account: &Account,
    want: &SnapshotBlock,
    lane: Lane,
) -> Result<(), Fault> {
    let state = SnapshotBlockPublicAccessState::from(want.state.as_str());
    let send = |ec2: &Client| ec2.enable_snapshot_block_public_access().state(state).send();
    account.ec2.call(lane, send).await.map(drop)
}
