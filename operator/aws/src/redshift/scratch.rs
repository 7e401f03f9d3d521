//! Clusters that are restored from copies of snapshots, in the recovery region.

use aws_sdk_redshift::Client;
use aws_sdk_redshift::types::{Cluster, Snapshot};
use aws_smithy_types::DateTime;
use cloister_core::drill::{Copy, Scratch};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::ParameterGroupStep;
use jiff::Timestamp;

use super::cluster::found_in;
use super::{arn, pages, parameter_group, tag};
use crate::drill::ScratchState;
use crate::fault::{found, gone, refused};
use crate::limit::Lane;
use crate::place::Place;

/// Copies of a cluster's snapshots.
pub(crate) async fn copies(place: &Place, cluster: &str) -> Result<Vec<Copy>, Fault> {
    let mut all = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let send = |redshift: &Client| {
            let request = redshift.describe_cluster_snapshots().cluster_identifier(cluster);
            request.max_records(100).set_marker(marker.take()).send()
        };
        let page = place.redshift.call(Lane::User, send).await?;
        all.extend(page.snapshots.unwrap_or_default());
        marker = page.marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return all.into_iter().map(|snapshot| copy(place, snapshot)).collect();
        }
    }
}

fn copy(place: &Place, snapshot: Snapshot) -> Result<Copy, Fault> {
    let taken_at = snapshot.snapshot_create_time.and_then(timestamp);
    Ok(Copy {
        name: snapshot.snapshot_identifier.unwrap_or_default(),
        taken_at: taken_at.ok_or_else(|| refused("redshift", "DescribeClusterSnapshots", "NoCreateTime"))?,
        status: snapshot.status.unwrap_or_default(),
        kms_key: snapshot.kms_key_id.map(|key| place.key_arn(&key)),
    })
}

fn timestamp(time: DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// The key that the grant of that name lends for copies.
pub(crate) async fn grants_key(place: &Place, grant: &str) -> Result<Option<String>, Fault> {
    let send =
        |redshift: &Client| redshift.describe_snapshot_copy_grants().snapshot_copy_grant_name(grant).send();
    let answer = found(place.redshift.call(Lane::User, send).await)?;
    let grants = answer.and_then(|answer| answer.snapshot_copy_grants).unwrap_or_default();
    let key = grants.into_iter().next().and_then(|grant| grant.kms_key_id);
    Ok(key.map(|key| place.key_arn(&key)))
}

/// Names of all clusters of the region.
pub(crate) async fn names(place: &Place) -> Result<Vec<String>, Fault> {
    let all: Vec<Cluster> = pages!(place.redshift, describe_clusters, clusters);
    Ok(all.into_iter().filter_map(|cluster| cluster.cluster_identifier).collect())
}

/// Restores it behind a parameter group of its own. One of that name that is there already was made by an attempt of
/// the SDK whose answer got lost: nobody else knows the name.
pub(crate) async fn restore(place: &Place, scratch: &Scratch) -> Result<(), Fault> {
    let (group, name) = (scratch.parameter_group(), &scratch.name);
    for step in [ParameterGroupStep::Create, ParameterGroupStep::SetParameters] {
        let made = parameter_group::perform(place, name, (&group, &scratch.owner), &step, Lane::User).await;
        unless_there(made.map(drop))?;
    }
    let send = |redshift: &Client| {
        let request = redshift.restore_from_cluster_snapshot().cluster_identifier(name);
        let request = request.snapshot_identifier(&scratch.snapshot).cluster_parameter_group_name(name);
        let request = request.publicly_accessible(false).enhanced_vpc_routing(true);
        let request = request.automated_snapshot_retention_period(1);
        let request = request.set_cluster_subnet_group_name(scratch.subnet_group.clone());
        let groups = Some(scratch.security_groups.clone()).filter(|groups| !groups.is_empty());
        request.set_vpc_security_group_ids(groups).send()
    };
    unless_there(place.redshift.call(Lane::User, send).await.map(drop))
}

fn unless_there(made: Result<(), Fault>) -> Result<(), Fault> {
    made.or_else(|fault| if fault.class == FaultClass::Exists { Ok(()) } else { Err(fault) })
}

pub(crate) async fn state(place: &Place, name: &str) -> Result<Option<ScratchState>, Fault> {
    let send = |redshift: &Client| redshift.describe_clusters().cluster_identifier(name).send();
    let answer = found(place.redshift.call(Lane::User, send).await)?;
    let cluster = answer.and_then(|answer| answer.clusters).unwrap_or_default().into_iter().next();
    Ok(cluster.map(|cluster| ScratchState {
        status: cluster.cluster_status.clone().unwrap_or_default(),
        settled: found_in(place, cluster).settled,
    }))
}

pub(crate) async fn set_tags(place: &Place, scratch: &Scratch) -> Result<(), Fault> {
    tag(place, arn(place, "cluster", &scratch.name), &scratch.tags(), Lane::User).await
}

/// Without a final snapshot: it is a copy of one.
pub(crate) async fn delete(place: &Place, name: &str) -> Result<(), Fault> {
    let send = |redshift: &Client| {
        redshift.delete_cluster().cluster_identifier(name).skip_final_cluster_snapshot(true).send()
    };
    gone(place.redshift.call(Lane::User, send).await)
}

pub(crate) async fn delete_group(place: &Place, name: &str) -> Result<(), Fault> {
    let send =
        |redshift: &Client| redshift.delete_cluster_parameter_group().parameter_group_name(name).send();
    gone(place.redshift.call(Lane::User, send).await)
}
