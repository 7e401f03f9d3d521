use cloister_core::document::{Document, Statement};
use cloister_core::plan::Desired;
use cloister_core::resource::{
    BucketStep, Encryption, Guardrail, GuardrailStep, KeyStep, ObjectLock, Ownership, PasswordPolicy,
    PolicyStep, PublicAccessBlock, QueueStep, Resource, ResourceId, RoleStep, SnapshotBlock, Step,
};

use crate::world::{Outcome, World};

#[tokio::test]
async fn what_somebody_changed_is_put_right() -> Outcome {
    let world = World::new("drift").await;
    let (_, mut keys) = world.converge().await?;
    let desired = world.desired(&keys)?;
    for (id, want) in &desired {
        let mut spoilt = want.clone();
        spoil(&mut spoilt.resource);
        let steps = match id {
            ResourceId::Bucket(_) if *id == world.bucket() => vec![
                Step::Bucket(BucketStep::PutOwnership),
                Step::Bucket(BucketStep::PutEncryption),
                Step::Bucket(BucketStep::PutLifecycle),
                Step::Bucket(BucketStep::PutLogging),
                Step::Bucket(BucketStep::PutNotification),
                Step::Bucket(BucketStep::PutPublicAccessBlock),
                Step::Bucket(BucketStep::PutObjectLock),
                Step::Bucket(BucketStep::PutPolicy),
            ],
            ResourceId::Queue(_) => vec![Step::Queue(QueueStep::SetAttributes)],
            ResourceId::Role(_) => vec![Step::Role(RoleStep::SetTrust)],
            ResourceId::Policy(_) => vec![Step::Policy(PolicyStep::SetDocument); 6],
            ResourceId::Guardrail(_) => loosened(want).into_iter().collect(),
            ResourceId::Key(_) => vec![Step::Key(KeyStep::PutPolicy), Step::Key(KeyStep::SetRotation)],
            _ => Vec::new(),
        };
        for step in steps {
            world.step(id, &spoilt, keys.home.as_deref(), &step).await?;
        }
    }
    let plan = world.pass(&mut keys).await?;
    let changed: Vec<&str> = plan.drift.iter().map(cloister_core::drift::Drift::part).collect();
    let parts = [
        "blockPublicPolicy",
        "document",
        "encryption",
        "lifecycle",
        "logging",
        "minimumLength",
        "notifications",
        "objectLock",
        "ownership",
        "policy",
        "publicAccessBlock",
        "redrive",
        "rotation",
        "state",
        "trust",
        "visibilitySeconds",
    ];
    for part in parts {
        assert!(changed.contains(&part), "{part} in {changed:?}");
    }
    assert!(world.pass(&mut keys).await?.is_settled());
    Ok(())
}

/// EBS encryption by default and what detects are only ever turned on here.
fn loosened(want: &Desired) -> Option<Step> {
    let Resource::Guardrail(want) = &want.resource else { return None };
    let loose = match want {
        Guardrail::AccountPublicAccessBlock(_) => {
            Guardrail::AccountPublicAccessBlock(PublicAccessBlock::NONE)
        }
        Guardrail::SnapshotBlock(_) => {
            Guardrail::SnapshotBlock(SnapshotBlock { state: "block-new-sharing".into() })
        }
        Guardrail::PasswordPolicy(policy) => {
            Guardrail::PasswordPolicy(PasswordPolicy { minimum_length: 8, ..policy.clone() })
        }
        Guardrail::EbsEncryption(_) | Guardrail::Detector(_) | Guardrail::Recorder(_) => return None,
    };
    Some(Step::Guardrail(GuardrailStep::Put(loose)))
}

fn spoil(resource: &mut Resource) {
    match resource {
        Resource::Bucket(bucket) => {
            bucket.ownership = Ownership::Other;
            bucket.encryption = Encryption { algorithm: "AES256".into(), kms_key: None, bucket_key: false };
            bucket.lifecycle.clear();
            bucket.logging = None;
            bucket.notifications.clear();
            bucket.public_access_block = PublicAccessBlock::NONE;
            bucket.object_lock = Some(ObjectLock { mode: "GOVERNANCE".into(), days: 1 });
            bucket.policy = None;
        }
        Resource::Queue(queue) => {
            queue.visibility_seconds = 1;
            queue.redrive = None;
        }
        Resource::Role(role) => {
            let trust = Statement::allow(["sts:AssumeRole"]).principal("Service", "ec2.amazonaws.com");
            role.trust = Some(Document::new([("Spoilt", trust)]));
        }
        Resource::Policy(policy) => {
            let all = Statement::allow(["s3:*"]).on(["*"]);
            policy.document = Some(Document::new([("Spoilt", all)]));
        }
        Resource::Key(key) => {
            key.policy.iter_mut().for_each(|policy| drop(policy.0.remove("GuardedAgainstLoss")));
            key.rotation.period_days = 100;
        }
        // Of these the warehouse has its own test.
        _ => {}
    }
}
