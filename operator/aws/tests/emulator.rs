//! What this crate says and does, against the emulator. Run with AWS_ENDPOINT_URL and the operator's
//! credentials set: `cargo test -p cloister-aws -- --ignored`.

mod world;

use std::collections::BTreeMap;

use cloister_aws::Aws;
use cloister_core::fault::FaultClass;
use cloister_core::observed::Observed;
use cloister_core::ownership::Owner;
use cloister_core::resource::{
    BucketStep, KeyStep, Ownership, QueueStep, Resource, ResourceId, RoleStep, Step, Versioning,
};
use world::{ACCOUNT, Calls, Outcome, World, target};

#[tokio::test]
#[ignore = "needs the emulator"]
async fn a_tenant_converges_and_then_is_only_read() -> Outcome {
    let world = World::new("steady").await;
    let (plan, key) = world.converge().await?;
    assert!(plan.is_settled(), "{plan:#?}");
    world.calls.take();
    let plan = world.pass(&mut Some(key)).await?;
    assert!(plan.is_settled(), "{plan:#?}");
    assert_eq!(world.calls.mutating(), 0);
    let mut calls = world.calls.take();
    // As many pages as the account has hundreds of resources.
    calls.remove("tagging:GetResources");
    // Two buckets: the environment's logs, which log nowhere and tell nobody, and the tenant's.
    let want = BTreeMap::from([
        ("iam:GetAccountAuthorizationDetails", 1),
        ("kms:DescribeKey", 1),
        ("kms:GetKeyPolicy", 1),
        ("kms:GetKeyRotationStatus", 1),
        ("s3:GetBucketEncryption", 2),
        ("s3:GetBucketLifecycleConfiguration", 2),
        ("s3:GetBucketLogging", 1),
        ("s3:GetBucketNotificationConfiguration", 1),
        ("s3:GetBucketOwnershipControls", 2),
        ("s3:GetBucketPolicy", 2),
        ("s3:GetBucketVersioning", 1),
        ("s3:GetObjectLockConfiguration", 1),
        ("s3:GetPublicAccessBlock", 2),
        ("sqs:GetQueueAttributes", 2),
    ]);
    let want: BTreeMap<String, u32> = want.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    assert_eq!(calls, want);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the emulator"]
async fn what_somebody_changed_is_put_right() -> Outcome {
    let world = World::new("drift").await;
    let (_, key) = world.converge().await?;
    let desired = world.desired(Some(&key))?;
    for (id, want) in &desired {
        let step = match id {
            ResourceId::Bucket(_) if *id == world.bucket() => Step::Bucket(BucketStep::PutOwnership),
            ResourceId::Queue(_) => Step::Queue(QueueStep::SetAttributes),
            ResourceId::Role(_) => Step::Role(RoleStep::SetTrust),
            ResourceId::Key(_) => Step::Key(KeyStep::PutPolicy),
            _ => continue,
        };
        let want = World::altered(want, |resource| match resource {
            Resource::Bucket(bucket) => bucket.ownership = Ownership::Other,
            Resource::Queue(queue) => queue.visibility_seconds = 1,
            Resource::Role(role) => role.trust = Some(desired_trust(&desired, id)),
            Resource::Key(key) => drop(key.policy.as_mut().map(|p| p.0.remove("GuardedAgainstLoss"))),
            Resource::Policy(_) | Resource::Object(_) => {}
        });
        world.step(id, &want, Some(&key), &step).await?;
    }
    let plan = world.pass(&mut Some(key.clone())).await?;
    let changed: Vec<&str> = plan.drift.iter().map(cloister_core::drift::Drift::part).collect();
    for part in ["ownership", "visibilitySeconds", "trust", "policy"] {
        assert!(changed.contains(&part), "{part} in {changed:?}");
    }
    assert!(world.pass(&mut Some(key)).await?.is_settled());
    Ok(())
}

/// The trust of another role of the tenant.
fn desired_trust(
    desired: &cloister_core::plan::DesiredSet,
    not: &ResourceId,
) -> cloister_core::document::Document {
    let other = desired.iter().filter(|(id, _)| *id != not).find_map(|(_, want)| match &want.resource {
        Resource::Role(role) => role.trust.clone(),
        _ => None,
    });
    other.unwrap_or_default()
}

#[tokio::test]
#[ignore = "needs the emulator"]
async fn a_key_is_found_without_its_alias() -> Outcome {
    let world = World::new("alias").await;
    let (_, key) = world.converge().await?;
    let desired = world.desired(Some(&key))?;
    let want = &desired[&world.key()];
    world.step(&world.key(), want, None, &Step::Key(KeyStep::DeleteAlias)).await?;
    let observed = world.look(&world.key(), want, &world.owner, false).await;
    assert_eq!(observed.arn(), Some(key.as_str()));
    let plan = world.pass(&mut Some(key.clone())).await?;
    assert_eq!(plan.drift.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ["alias"]);
    assert!(world.pass(&mut Some(key)).await?.is_settled());
    Ok(())
}

#[tokio::test]
#[ignore = "needs the emulator"]
async fn what_is_not_ours_is_foreign_and_is_read_only_to_be_adopted() -> Outcome {
    let world = World::new("foreign").await;
    let (_, key) = world.converge().await?;
    let stranger = Owner { object: "ClientTenant/other".into(), uid: "uid-of-other".into() };
    for (id, want) in &world.desired(Some(&key))? {
        match world.look(id, want, &stranger, false).await {
            Observed::Foreign { owner, actual: None } => {
                assert!(owner.contains("with uid") || owner.contains("uid "))
            }
            other => panic!("{id}: {other:?}"),
        }
        let adoptable = world.look(id, want, &stranger, true).await;
        let is_policy = matches!(id, ResourceId::Policy(_));
        assert!(
            matches!(&adoptable, Observed::Foreign { actual, .. } if actual.is_none() == is_policy),
            "{id}: {adoptable:?}"
        );
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the emulator"]
async fn a_bucket_that_somebody_suspended_is_seen_through_its_lock_being_off() -> Outcome {
    let world = World::new("versions").await;
    let (_, key) = world.converge().await?;
    let desired = world.desired(Some(&key))?;
    let logs = desired.iter().find(|(id, _)| matches!(id, ResourceId::Bucket(_)) && **id != world.bucket());
    let (id, want) = logs.ok_or("no log bucket")?;
    let suspend = World::altered(want, |resource| {
        if let Resource::Bucket(bucket) = resource {
            bucket.versioning = Versioning::Suspended;
        }
    });
    world.step(id, &suspend, None, &Step::Bucket(BucketStep::PutVersioning)).await?;
    let Observed::Present(actual) = world.look(id, want, &world.owner_of(want), false).await else {
        panic!("the log bucket is there");
    };
    let Resource::Bucket(bucket) = actual.resource else { panic!("a bucket") };
    assert_eq!(bucket.versioning, Versioning::Suspended);
    world.step(id, want, None, &Step::Bucket(BucketStep::PutVersioning)).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs the emulator"]
async fn a_tenant_that_leaves_is_gone_but_for_its_key() -> Outcome {
    let mut world = World::new("leaving").await;
    let (_, key) = world.converge().await?;
    world.deleting = true;
    let mut key = Some(key);
    while !world.pass(&mut key).await?.works.is_empty() {}
    for (id, want) in &world.desired(key.as_deref())? {
        let observed = world.look(id, want, &world.owner_of(want), false).await;
        let ours = world.owner_of(want) == world.owner;
        let left = !ours || *id == world.key();
        assert_eq!(matches!(observed, Observed::Present(_)), left, "{id}: {observed:?}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the emulator"]
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
#[ignore = "needs the emulator"]
async fn a_network_is_checked_whole() -> Outcome {
    let world = World::new("network").await;
    let subnets = ["subnet-0c10157e2000000a1", "subnet-0c10157e2000000b1"].map(str::to_owned);
    let groups = ["sg-0c10157e200000001".to_owned()];
    let wrong = world.account.missing_network("vpc-0c10157e200000001", &subnets, &groups).await?;
    assert_eq!(wrong, Vec::<String>::new());
    let missing = ["subnet-00000000000000000".to_owned()];
    let wrong = world.account.missing_network("vpc-00000000000000000", &missing, &groups).await?;
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    Ok(())
}
