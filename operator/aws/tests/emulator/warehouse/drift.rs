use std::collections::BTreeSet;
use std::error::Error;

use cloister_core::ownership::{MANAGED_BY, TENANT};
use cloister_core::resource::{
    ClusterStep, CopyGrantStep, LogGroupStep, ParameterGroupStep, Resource, ResourceId, SnapshotCopy, Step,
    SubnetGroupStep,
};

use super::{ONE_AT_A_TIME, world};
use crate::control::{administrator, clusters_take};
use crate::world::{Outcome, VPC};

#[tokio::test]
async fn what_somebody_changed_of_a_warehouse_is_put_right() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let world = world("vandal").await;
    let (_, mut keys) = world.converge().await?;
    let (other_group, other_key) = (default_security_group().await?, another_key().await?);
    for (id, want) in &world.desired(&keys)? {
        let mut spoilt = want.clone();
        spoil(&mut spoilt.resource, &other_group, &other_key);
        for step in spoiling(id) {
            world.step(id, &spoilt, None, &step).await?;
        }
    }
    set_password(&world.names.warehouse()).await?;
    let plan = world.pass(&mut keys).await?;
    let drift = |id: &ResourceId| {
        let of = plan.drift.iter().filter(|drift| drift.resource == *id);
        of.map(|drift| drift.path.as_str()).collect::<BTreeSet<_>>()
    };
    let tag = "tags.cloister.dev/tenant";
    let cluster = [
        "adminSecretKey",
        "allowVersionUpgrade",
        "encryption.kmsKey",
        "enhancedVpcRouting",
        "logExports",
        "maintenanceWindow",
        "nodes.count",
        "nodes.type",
        "parameterGroup",
        "parametersInEffect",
        "publiclyAccessible",
        "roles",
        "securityGroups",
        "snapshotCopy.grant",
        "snapshotCopy.region",
        "snapshotCopy.retentionDays",
        "snapshotRetentionDays",
        tag,
    ];
    assert_eq!(drift(&world.cluster()), cluster.into());
    let name = world.names.warehouse();
    assert_eq!(drift(&ResourceId::SubnetGroup(name.clone())), ["subnets", tag].into());
    let parameters = ["parameters.enable_user_activity_logging", "parameters.require_ssl", tag];
    assert_eq!(drift(&ResourceId::ParameterGroup(name.clone())), parameters.into());
    assert_eq!(drift(&ResourceId::CopyGrant(name.clone())), [tag].into());
    let log = ResourceId::LogGroup(format!("/aws/redshift/cluster/{name}/userlog"));
    assert_eq!(drift(&log), ["retentionDays", tag].into());
    assert!(world.settle(&mut keys).await?.is_settled());
    Ok(())
}

/// The administrator's password is no longer Redshift's to keep.
async fn set_password(cluster: &str) -> Outcome {
    let redshift = aws_sdk_redshift::Client::new(&administrator().await?);
    let request = redshift.modify_cluster().cluster_identifier(cluster).manage_master_password(false);
    request.master_user_password("Correct-Horse-9").send().await?;
    Ok(())
}

/// The security group that every VPC has.
async fn default_security_group() -> Result<String, Box<dyn Error>> {
    use aws_sdk_ec2::types::Filter;
    let ec2 = aws_sdk_ec2::Client::new(&administrator().await?);
    let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
    let request = ec2.describe_security_groups().filters(filter("vpc-id", VPC));
    let found = request.filters(filter("group-name", "default")).send().await?;
    Ok(found.security_groups().first().and_then(|group| group.group_id()).ok_or("no group")?.to_owned())
}

async fn another_key() -> Result<String, Box<dyn Error>> {
    use aws_sdk_kms::types::Tag;
    let kms = aws_sdk_kms::Client::new(&administrator().await?);
    let tag = Tag::builder().tag_key(MANAGED_BY).tag_value("cloister").build()?;
    let made = kms.create_key().tags(tag).send().await?;
    Ok(made.key_metadata.and_then(|key| key.arn).ok_or("no key")?)
}

fn spoiling(id: &ResourceId) -> Vec<Step> {
    match id {
        ResourceId::Cluster(_) => vec![
            // Redshift does not encrypt anew while it copies.
            Step::Cluster(ClusterStep::Encrypt),
            Step::Cluster(ClusterStep::SetSnapshotCopy),
            Step::Cluster(ClusterStep::EnableLogging),
            Step::Cluster(ClusterStep::Tag),
            Step::Cluster(ClusterStep::SetRoles),
            Step::Cluster(ClusterStep::Resize),
            Step::Cluster(ClusterStep::Modify { parts: MODIFIED.map(str::to_owned).into() }),
        ],
        ResourceId::SubnetGroup(_) => {
            vec![Step::SubnetGroup(SubnetGroupStep::SetSubnets), Step::SubnetGroup(SubnetGroupStep::Tag)]
        }
        ResourceId::ParameterGroup(_) => vec![
            Step::ParameterGroup(ParameterGroupStep::SetParameters),
            Step::ParameterGroup(ParameterGroupStep::Tag),
        ],
        ResourceId::CopyGrant(_) => vec![Step::CopyGrant(CopyGrantStep::Tag)],
        ResourceId::LogGroup(_) => {
            vec![Step::LogGroup(LogGroupStep::SetRetention), Step::LogGroup(LogGroupStep::Tag)]
        }
        _ => Vec::new(),
    }
}

const MODIFIED: [&str; 7] = [
    "allowVersionUpgrade",
    "enhancedVpcRouting",
    "maintenanceWindow",
    "parameterGroup",
    "publiclyAccessible",
    "securityGroups",
    "snapshotRetentionDays",
];

/// Every managed field that can be changed at all.
fn spoil(resource: &mut Resource, other_group: &str, other_key: &str) {
    let tags = match resource {
        Resource::Cluster(cluster) => {
            cluster.nodes.type_ = "ra3.xlplus".into();
            cluster.nodes.count = 3;
            cluster.encryption.kms_key = Some(other_key.to_owned());
            cluster.publicly_accessible = true;
            cluster.enhanced_vpc_routing = false;
            cluster.security_groups = [other_group.to_owned()].into();
            cluster.parameter_group = "default.redshift-2.0".into();
            cluster.snapshot_retention_days = 1;
            cluster.maintenance_window = "mon:01:00-mon:02:00".into();
            cluster.allow_version_upgrade = false;
            cluster.roles.clear();
            cluster.log_exports = ["userlog".to_owned()].into();
            let (region, grant) = ("eu-west-1".into(), String::new());
            cluster.snapshot_copy = Some(SnapshotCopy { region, retention_days: 1, grant });
            &mut cluster.tags
        }
        Resource::SubnetGroup(group) => {
            group.subnets.pop_last();
            &mut group.tags
        }
        Resource::ParameterGroup(group) => {
            group.parameters.values_mut().for_each(|value| *value = "false".into());
            &mut group.tags
        }
        Resource::CopyGrant(grant) => &mut grant.tags,
        Resource::LogGroup(group) => {
            group.retention_days = Some(1);
            &mut group.tags
        }
        _ => return,
    };
    tags.insert(TENANT.into(), "somebody-else".into());
}

#[tokio::test]
async fn logs_lose_their_key_and_copies_their_length_and_get_them_back() -> Outcome {
    let _alone = ONE_AT_A_TIME.lock().await;
    clusters_take(0)?;
    let world = world("partly").await;
    let (_, mut keys) = world.converge().await?;
    let desired = world.desired(&keys)?;
    let mut want = desired[&world.cluster()].clone();
    let Resource::Cluster(cluster) = &mut want.resource else { return Err("no cluster".into()) };
    cluster.snapshot_copy.iter_mut().for_each(|copy| copy.retention_days = 1);
    world.step(&world.cluster(), &want, None, &Step::Cluster(ClusterStep::SetCopyRetention)).await?;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&administrator().await?);
    let group = format!("/aws/redshift/cluster/{}/userlog", world.names.warehouse());
    logs.disassociate_kms_key().log_group_name(&group).send().await?;
    logs.delete_retention_policy().log_group_name(&group).send().await?;
    let plan = world.pass(&mut keys).await?;
    let drift: Vec<&str> = plan.drift.iter().map(|drift| drift.path.as_str()).collect();
    assert_eq!(drift, ["kmsKey", "retentionDays", "snapshotCopy.retentionDays"]);
    assert!(world.pass(&mut keys).await?.is_settled());
    Ok(())
}
