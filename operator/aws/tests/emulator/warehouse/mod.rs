mod drift;

use std::collections::BTreeMap;

use cloister_aws::Look;
use cloister_core::observed::Observed;
use cloister_core::ownership::Owner;
use cloister_core::plan::{Desired, Reason};
use cloister_core::resource::{ClusterStep, ResourceId, Step};
use cloister_core::tenant::KeyArns;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::control::{administrator, clusters_take, control};
use crate::world::{Outcome, World, look_at};

/// How long changes take is the same for all clusters.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

async fn world(name: &str) -> World {
    World { warehouse: true, ..World::new(name).await }
}

#[tokio::test]
async fn a_warehouse_converges_and_then_is_only_read() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let world = world("warehouse").await;
    let (plan, mut keys) = world.converge().await?;
    assert!(plan.is_settled(), "{plan:#?}");
    world.calls.take();
    assert!(world.pass(&mut keys).await?.is_settled());
    assert_eq!(world.calls.mutating(), 0);
    let calls = world.calls.take();
    let of_warehouse = ["redshift:", "logs:", "kms:"];
    let calls: BTreeMap<&str, u32> = calls
        .iter()
        .filter(|(name, _)| of_warehouse.iter().any(|service| name.starts_with(service)))
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    let want = BTreeMap::from([
        ("kms:DescribeKey", 2),
        ("kms:GetKeyPolicy", 2),
        ("kms:GetKeyRotationStatus", 2),
        ("logs:DescribeLogGroups", 1),
        ("redshift:DescribeClusterParameterGroups", 1),
        ("redshift:DescribeClusterParameters", 1),
        ("redshift:DescribeClusterSubnetGroups", 1),
        ("redshift:DescribeClusters", 1),
        ("redshift:DescribeLoggingStatus", 1),
        ("redshift:DescribeSnapshotCopyGrants", 1),
    ]);
    assert_eq!(calls, want);
    Ok(())
}

#[tokio::test]
async fn a_cluster_on_its_way_is_waited_for() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(3600)?;
    let world = world("waiting").await;
    let (plan, mut keys) = world.converge().await?;
    let reason = plan.reason(&world.cluster());
    let Some(Reason::Changing { what }) = reason else { return Err(format!("{reason:?}").into()) };
    let (before, after) = what.split_once(" since ").ok_or("no time")?;
    assert_eq!(before, "Redshift cluster is being created");
    assert!(after.ends_with(" UTC (usually 5 to 10 minutes)"), "{what}");
    // Logging and the copies of its snapshots follow once it is there.
    control("/redshift/finish", "{}")?;
    let plan = world.pass(&mut keys).await?;
    let steps: Vec<&Step> = plan.works.iter().flat_map(|work| &work.steps).collect();
    let want = [ClusterStep::EnableLogging, ClusterStep::SetSnapshotCopy].map(Step::Cluster);
    assert_eq!(steps, want.iter().collect::<Vec<_>>());
    assert!(world.pass(&mut keys).await?.is_settled());
    Ok(())
}

#[tokio::test]
async fn a_stranger_s_warehouse_is_foreign_and_may_be_adopted() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let world = world("stranger").await;
    let (_, keys) = world.converge().await?;
    let stranger = Owner { object: "ClientTenant/other".into(), uid: "uid-of-other".into() };
    for (id, want) in of_warehouse(&world, &keys)? {
        let seen = world.account.observe(look_at(&id, &want, &stranger)).await;
        assert!(matches!(&seen, Observed::Foreign { actual: None, .. }), "{id}: {seen:?}");
        let adoptable = world.account.observe(Look { adopt: true, ..look_at(&id, &want, &stranger) }).await;
        assert!(matches!(&adoptable, Observed::Foreign { actual: Some(_), .. }), "{id}: {adoptable:?}");
    }
    Ok(())
}

fn of_warehouse(world: &World, keys: &KeyArns) -> Result<Vec<(ResourceId, Desired)>, serde_json::Error> {
    let ours = |id: &ResourceId| {
        matches!(
            id,
            ResourceId::Cluster(_)
                | ResourceId::ParameterGroup(_)
                | ResourceId::SubnetGroup(_)
                | ResourceId::CopyGrant(_)
                | ResourceId::LogGroup(_)
                | ResourceId::RecoveryKey(_)
        )
    };
    Ok(world.desired(keys)?.into_iter().filter(|(id, _)| ours(id)).collect())
}

#[tokio::test]
async fn no_second_cluster_is_made_beside_one_that_was_renamed() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let world = world("renamed").await;
    let (_, keys) = world.converge().await?;
    let redshift = aws_sdk_redshift::Client::new(&administrator().await?);
    let (name, other) = (world.names.warehouse(), format!("old-{}", world.names.tenant));
    redshift.disable_snapshot_copy().cluster_identifier(&name).send().await?;
    redshift.modify_cluster().cluster_identifier(&name).new_cluster_identifier(&other).send().await?;
    let desired = world.desired(&keys)?;
    let id = world.cluster();
    let seen = world.account.observe(look_at(&id, &desired[&id], &world.owner)).await;
    let what = format!("Redshift cluster was renamed to {other}: name it back");
    assert_eq!(seen, Observed::Changing { what });
    Ok(())
}

#[tokio::test]
async fn a_warehouse_leaves_behind_a_final_snapshot_each_time_and_its_logs() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let mut world = world("final").await;
    let redshift = aws_sdk_redshift::Client::new(&administrator().await?);
    for times in 1..=2 {
        world.deleting = false;
        let (plan, mut keys) = world.converge().await?;
        assert!(plan.is_settled(), "{plan:#?}");
        world.deleting = true;
        while !world.pass(&mut keys).await?.works.is_empty() {}
        let since = Instant::now();
        for (id, want) in of_warehouse(&world, &keys)? {
            let seen = world.account.observe(Look { since, ..look_at(&id, &want, &world.owner) }).await;
            let stays = matches!(id, ResourceId::LogGroup(_) | ResourceId::RecoveryKey(_));
            assert_eq!(matches!(seen, Observed::Present(_)), stays, "{id}: {seen:?}");
            assert!(stays || seen == Observed::Absent, "{id}: {seen:?}");
        }
        let name = world.names.warehouse();
        let request = redshift.describe_cluster_snapshots().cluster_identifier(&name);
        let found = request.snapshot_type("manual").send().await?;
        let ids = found.snapshots().iter().filter_map(|snapshot| snapshot.snapshot_identifier());
        let begin = format!("{name}-final");
        assert_eq!(ids.filter(|id| id.starts_with(&begin)).count(), times);
    }
    Ok(())
}
