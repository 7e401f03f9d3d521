//! What this crate says and does, against the emulator. `tests/contract` starts that and runs these; by hand,
//! after `make up && source .local/env`: `cargo test --workspace --test emulator`.

mod app;
mod calls;
mod control;
mod drift;
mod passes;
mod warehouse;
mod world;

use std::collections::BTreeMap;

use cloister_aws::{Aws, Look};
use cloister_core::fault::FaultClass;
use cloister_core::observed::Observed;
use cloister_core::ownership::Owner;
use cloister_core::resource::{KeyStep, ResourceId, Step};
use cloister_core::tenant::KeyArns;
use tokio::time::Instant;

use calls::Calls;
use world::{ACCOUNT, Outcome, VPC, World, look_at, target};

#[tokio::test]
async fn a_tenant_converges_and_then_is_only_read() -> Outcome {
    let world = World::new("steady").await;
    let (plan, mut keys) = world.converge().await?;
    assert!(plan.is_settled(), "{plan:#?}");
    world.calls.take();
    let plan = world.pass(&mut keys).await?;
    assert!(plan.is_settled(), "{plan:#?}");
    assert_eq!(world.calls.mutating(), 0);
    let mut calls = world.calls.take();
    // As many pages as the account has hundreds of resources.
    calls.remove("tagging:GetResources");
    // Two buckets: the environment's logs, which log nowhere and tell nobody, and the tenant's.
    let want = BTreeMap::from([
        ("config:DescribeConfigurationRecorderStatus", 1),
        ("config:DescribeConfigurationRecorders", 1),
        ("config:DescribeDeliveryChannels", 1),
        ("ec2:GetEbsEncryptionByDefault", 1),
        ("ec2:GetSnapshotBlockPublicAccessState", 1),
        ("guardduty:GetAdministratorAccount", 1),
        ("guardduty:GetDetector", 1),
        ("guardduty:ListDetectors", 1),
        ("iam:GetAccountAuthorizationDetails", 1),
        ("iam:GetAccountPasswordPolicy", 1),
        ("kms:DescribeKey", 1),
        ("kms:GetKeyPolicy", 1),
        ("kms:GetKeyRotationStatus", 1),
        ("s3:GetBucketEncryption", 2),
        ("s3:GetBucketLifecycleConfiguration", 2),
        ("s3:GetBucketLogging", 1),
        ("s3:GetBucketNotificationConfiguration", 1),
        ("s3:GetBucketOwnershipControls", 2),
        ("s3:GetBucketPolicy", 2),
        ("s3:GetBucketReplication", 1),
        ("s3:GetBucketVersioning", 1),
        ("s3:GetObjectLockConfiguration", 1),
        ("s3:GetPublicAccessBlock", 2),
        ("s3control:GetPublicAccessBlock", 1),
        ("sqs:GetQueueAttributes", 2),
    ]);
    let want: BTreeMap<String, u32> = want.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    assert_eq!(calls, want);
    Ok(())
}

#[tokio::test]
async fn a_key_is_found_without_its_alias() -> Outcome {
    let world = World::new("alias").await;
    let (_, mut keys) = world.converge().await?;
    let desired = world.desired(&keys)?;
    let want = &desired[&world.key()];
    world.step(&world.key(), want, None, &Step::Key(KeyStep::DeleteAlias)).await?;
    let observed = world.account.observe(look_at(&world.key(), want, &world.owner)).await;
    assert_eq!(observed.arn(), keys.home.as_deref());
    let plan = world.pass(&mut keys).await?;
    assert_eq!(plan.drift.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ["alias"]);
    assert!(world.pass(&mut keys).await?.is_settled());
    Ok(())
}

#[tokio::test]
async fn a_key_whose_making_was_cut_short_is_found() -> Outcome {
    let world = World::new("intent").await;
    let desired = world.desired(&KeyArns::default())?;
    let (id, want) = (world.key(), &desired[&world.key()]);
    let owner = &world.owner;
    let look = Look { intent_open: true, ..look_at(&id, want, owner) };
    assert_eq!(world.account.observe(look).await, Observed::Absent);
    let made = world.step(&id, want, None, &Step::Key(KeyStep::Create)).await?;
    let look = Look { since: Instant::now(), ..look };
    assert_eq!(world.account.observe(look).await.arn(), made.as_deref());
    Ok(())
}

#[tokio::test]
async fn what_is_not_ours_is_foreign_and_is_read_only_to_be_adopted() -> Outcome {
    let world = World::new("foreign").await;
    let (_, keys) = world.converge().await?;
    let stranger = Owner { object: "ClientTenant/other".into(), uid: "uid-of-other".into() };
    let mut desired = world.desired(&keys)?;
    // Those are nobody's.
    desired.retain(|id, _| !matches!(id, ResourceId::Guardrail(_)));
    for (id, want) in &desired {
        let seen = world.account.observe(look_at(id, want, &stranger)).await;
        let told = matches!(&seen, Observed::Foreign { owner, actual: None } if owner.contains("uid"));
        assert!(told, "{id}: {seen:?}");
        let adoptable = world.account.observe(Look { adopt: true, ..look_at(id, want, &stranger) }).await;
        let is_policy = matches!(id, ResourceId::Policy(_));
        assert!(
            matches!(&adoptable, Observed::Foreign { actual, .. } if actual.is_none() == is_policy),
            "{id}: {adoptable:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_tenant_that_leaves_is_gone_but_for_its_key() -> Outcome {
    let mut world = World::new("leaving").await;
    let (_, mut keys) = world.converge().await?;
    world.deleting = true;
    while !world.pass(&mut keys).await?.works.is_empty() {}
    for (id, want) in &world.desired(&keys)? {
        let observed = world.account.observe(look_at(id, want, &world.owner_of(want))).await;
        let ours = world.owner_of(want) == world.owner;
        let left = !ours || *id == world.key();
        assert_eq!(matches!(observed, Observed::Present(_)), left, "{id}: {observed:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_role_is_assumed_once_and_a_refusal_is_told() -> Outcome {
    let world = World::new("session").await;
    let looks = (0..20).map(|_| world.account.identity());
    for identity in futures::future::join_all(looks).await {
        assert!(identity?.contains(&format!("{ACCOUNT}:assumed-role/CloisterProvisioner/cloister")));
    }
    world.converge().await?;
    assert_eq!(world.calls.take().get("sts:AssumeRole"), Some(&1));

    let calls = std::sync::Arc::new(Calls::default());
    let aws = Aws::from_env(calls.clone()).await;
    let mut wrong = target();
    wrong.external_id = "somebody-else".into();
    let account = aws.account(&wrong);
    let answers = futures::future::join_all((0..20).map(|_| account.identity())).await;
    for answer in answers {
        let fault = answer.err().ok_or("it was let in")?;
        assert_eq!((fault.operation, fault.class), ("AssumeRole", FaultClass::Denied));
    }
    assert_eq!(calls.take().get("sts:AssumeRole"), Some(&1));
    Ok(())
}

#[tokio::test]
async fn a_network_is_checked_whole() -> Outcome {
    let world = World::new("network").await;
    let subnets = ["subnet-0c10157e2000000a1", "subnet-0c10157e2000000b1"].map(str::to_owned);
    let groups = ["sg-0c10157e200000001".to_owned()];
    let wrong = world.account.missing_network(VPC, &subnets, &groups).await?;
    assert_eq!(wrong, Vec::<String>::new());
    let missing = ["subnet-00000000000000000".to_owned()];
    let wrong = world.account.missing_network("vpc-00000000000000000", &missing, &groups).await?;
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    Ok(())
}
