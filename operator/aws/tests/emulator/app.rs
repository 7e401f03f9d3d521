//! What an application has in AWS: its table of sessions, and what its two roles may do and not do.

use std::error::Error;
use std::time::Duration;

use aws_sdk_dynamodb::Client as Db;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::Client as S3;
use aws_sdk_s3::types::ServerSideEncryption;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use cloister_core::observed::Observed;
use cloister_core::resource::{Resource, ResourceId, Table};
use cloister_core::tenant::KeyArns;

use crate::control::{administrator, session};
use crate::world::{AUDIT_BUCKET, Outcome, World, look_at};

/// What came of a call: the code, where it was refused.
fn code<T, E: ProvideErrorMetadata>(answer: Result<T, E>) -> String {
    answer.map_or_else(|error| error.code().unwrap_or("NoCode").to_owned(), |_| "Done".to_owned())
}

fn name(id: ResourceId) -> String {
    match id {
        ResourceId::Table(name) => name,
        other => other.to_string(),
    }
}

async fn table(world: &World, keys: &KeyArns) -> Result<Table, Box<dyn Error>> {
    let desired = world.desired(keys)?;
    let (id, owner) = (world.table(), &world.owner);
    match world.account.observe(look_at(&id, &desired[&id], owner)).await {
        Observed::Present(actual) => match actual.resource {
            Resource::Table(table) => Ok(table),
            other => Err(format!("{other:?}").into()),
        },
        other => Err(format!("{other:?}").into()),
    }
}

#[tokio::test]
async fn a_table_of_sessions_is_mended_whatever_somebody_changed() -> Outcome {
    let world = World::with_app("sessions").await;
    let (plan, mut keys) = world.converge().await?;
    assert!(plan.is_settled(), "{plan:#?}");
    let good = table(&world, &keys).await?;
    assert_eq!((good.expires.as_deref(), &good.kms_key), (Some("expires"), &keys.home));
    world.calls.take();
    assert!(world.pass(&mut keys).await?.is_settled());
    assert_eq!(world.calls.mutating(), 0);
    let calls = world.calls.take();
    let calls: Vec<&str> =
        calls.keys().map(String::as_str).filter(|call| call.starts_with("dynamodb:")).collect();
    let looks =
        ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"];
    assert_eq!(calls, looks);

    // DynamoDB takes one change of the expiry at a time.
    let settled = || tokio::time::sleep(Duration::from_millis(2200));
    settled().await;
    spoil(&Db::new(&administrator().await?), &name(world.table())).await?;
    settled().await;
    let plan = world.pass(&mut keys).await?;
    let changed: Vec<&str> = plan.drift.iter().map(cloister_core::drift::Drift::part).collect();
    assert_eq!(changed, ["deletionProtection", "expires", "kmsKey", "pointInTimeRecovery"]);
    assert!(world.settle(&mut keys).await?.is_settled());
    assert_eq!(table(&world, &keys).await?, good);

    let db = Db::new(&administrator().await?);
    db.delete_table().table_name(name(world.table())).send().await?;
    assert!(world.settle(&mut keys).await?.is_settled());
    assert_eq!(table(&world, &keys).await?, good);
    Ok(())
}

/// Expiry off, DynamoDB's own key, backups that bring back ended sessions, and a table that nobody can delete.
async fn spoil(db: &Db, name: &str) -> Outcome {
    use aws_sdk_dynamodb::types::{
        PointInTimeRecoverySpecification, SseSpecification, TimeToLiveSpecification,
    };
    let expiry = TimeToLiveSpecification::builder().enabled(false).attribute_name("expires").build()?;
    db.update_time_to_live().table_name(name).time_to_live_specification(expiry).send().await?;
    let recovery =
        PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build()?;
    let request = db.update_continuous_backups().table_name(name);
    request.point_in_time_recovery_specification(recovery).send().await?;
    let own = SseSpecification::builder().enabled(false).build();
    let request = db.update_table().table_name(name).sse_specification(own);
    request.deletion_protection_enabled(true).send().await?;
    Ok(())
}

#[tokio::test]
async fn an_application_that_goes_leaves_nothing_in_aws() -> Outcome {
    let mut world = World::with_app("gone").await;
    let (_, mut keys) = world.converge().await?;
    let roles = ["app-claims", "door-claims"].map(|role| ResourceId::Role(world.names.role(role)));
    let owned = world.account.owned(&world.owner.uid, tokio::time::Instant::now()).await?;
    assert!(roles.iter().all(|role| owned.contains(role)) && owned.contains(&world.table()), "{owned:?}");
    let policies = owned.iter().filter(|id| matches!(id, ResourceId::Policy(_))).count();
    assert_eq!(policies, 6, "{owned:?}");
    world.deleting = true;
    while !world.pass(&mut keys).await?.works.is_empty() {}
    tokio::time::sleep(Duration::from_millis(400)).await;
    let owned = world.account.owned(&world.owner.uid, tokio::time::Instant::now()).await?;
    assert!(owned.is_empty(), "{owned:?}");
    Ok(())
}

#[tokio::test]
async fn a_door_keeps_its_own_sessions_and_nobody_elses() -> Outcome {
    let (world, neighbour) = (World::with_app("door").await, World::with_app("neighbour").await);
    world.converge().await?;
    neighbour.converge().await?;
    let (own, others) = (name(world.table()), name(neighbour.table()));
    let id = || AttributeValue::S("s#0123".into());
    let db = Db::new(&session(&world.names.role("door-claims")).await?);
    db.put_item().table_name(&own).item("id", id()).send().await?;
    let seen = db.update_item().table_name(&own).key("id", id()).update_expression("SET seen = :now");
    seen.expression_attribute_values(":now", AttributeValue::N("1".into())).send().await?;
    let found = db.get_item().table_name(&own).key("id", id()).send().await?;
    assert_eq!(found.item.and_then(|item| item.get("seen").cloned()), Some(AttributeValue::N("1".into())));
    db.delete_item().table_name(&own).key("id", id()).send().await?;

    let refused = [
        code(db.scan().table_name(&own).send().await),
        code(db.delete_table().table_name(&own).send().await),
        code(db.get_item().table_name(&others).key("id", id()).send().await),
        code(db.put_item().table_name(&others).item("id", id()).send().await),
    ];
    assert_eq!(refused, ["AccessDeniedException"; 4]);
    // The application shares the pod, and no session.
    let app = Db::new(&session(&world.names.role("app-claims")).await?);
    let answer = app.get_item().table_name(&own).key("id", id()).send().await;
    assert_eq!(code(answer), "AccessDeniedException");
    Ok(())
}

#[tokio::test]
async fn a_door_adds_to_its_own_log_and_neither_reads_nor_changes_what_is_there() -> Outcome {
    let (world, neighbour) = (World::with_app("log").await, World::with_app("reader").await);
    let (_, keys) = world.converge().await?;
    neighbour.converge().await?;
    let door = S3::new(&session(&world.names.role("door-claims")).await?);
    let put = |key: &str| {
        let request = door.put_object().bucket(AUDIT_BUCKET).key(key);
        request.body(b"{}".to_vec().into())
    };
    let under = format!("app-access/{}/claims/2026/11/29", world.names.tenant);
    let (first, second) = (format!("{under}/a.jsonl.gz"), format!("{under}/b.jsonl.gz"));
    let put_once = |key: &str| put(key).if_none_match("*");
    put_once(&first).send().await?;
    let kms = || ServerSideEncryption::AwsKms;
    let audit = keys.audit.clone().ok_or("no audit key")?;
    put_once(&second).server_side_encryption(kms()).ssekms_key_id(audit).send().await?;
    assert_eq!(code(put_once(&first).send().await), "PreconditionFailed");

    let home = keys.home.clone().ok_or("no key")?;
    let elsewhere = [
        format!("app-access/{}/claims/c", neighbour.names.tenant),
        format!("app-access/{}/other/c", world.names.tenant),
        format!("cloister/{}", world.names.tenant),
        "AWSLogs/c".to_owned(),
    ];
    let mut refused = vec![
        code(put(&first).send().await),
        code(put_once(&format!("{under}/c")).server_side_encryption(kms()).send().await),
        code(put_once(&format!("{under}/d")).server_side_encryption(kms()).ssekms_key_id(home).send().await),
        code(door.get_object().bucket(AUDIT_BUCKET).key(&first).send().await),
        code(door.delete_object().bucket(AUDIT_BUCKET).key(&first).send().await),
        code(door.list_objects_v2().bucket(AUDIT_BUCKET).send().await),
    ];
    for key in elsewhere {
        refused.push(code(put_once(&key).send().await));
    }
    let app = S3::new(&session(&world.names.role("app-claims")).await?);
    let request = app.put_object().bucket(AUDIT_BUCKET).key(format!("{under}/e")).if_none_match("*");
    refused.push(code(request.send().await));
    assert_eq!(refused, vec!["AccessDenied"; 11]);
    Ok(())
}
