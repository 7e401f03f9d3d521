use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, Tag};
use cloister_core::document::Document;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::ownership::Owner;
use cloister_core::resource::{Key, KeyStep, Tags};

use crate::fault::{gone, incomplete, refused};
use crate::limit::Lane;
use crate::place::Place;

pub(crate) async fn perform(
    place: &Place,
    alias: &str,
    (want, owner): (&Key, &Owner),
    arn: Option<&str>,
    step: &KeyStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match step {
        KeyStep::Create => return create(place, want, owner, lane).await.map(Some),
        KeyStep::DeleteAlias => {
            let send = |kms: &Client| kms.delete_alias().alias_name(alias).send();
            gone(place.kms.call(lane, send).await)?;
        }
        _ => {
            // Never by alias: it may lead to a stranger's key by now.
            let arn = arn.ok_or_else(|| refused("kms", "Perform", "NoKeyArn"))?;
            change(place, alias, want, arn, step, lane).await?;
        }
    }
    Ok(None)
}

/// KMS has no idempotency token: sent twice, this makes two keys. So it is sent once, and an unclear
/// answer is looked into before it is sent again.
async fn create(place: &Place, want: &Key, owner: &Owner, lane: Lane) -> Result<String, Fault> {
    let (policy, tags) = (policy(want)?, tags(&want.tags)?);
    let once = aws_sdk_kms::config::Builder::new().retry_config(RetryConfig::disabled());
    let send = |kms: &Client| {
        let request = kms.create_key().description(owner.description()).policy(policy).set_tags(Some(tags));
        let request = match want.spec.as_deref() {
            Some(spec) => request.key_spec(KeySpec::from(spec)).key_usage(KeyUsageType::SignVerify),
            None => request,
        };
        request.customize().config_override(once).send()
    };
    let answer = place.kms.call(lane, send).await?;
    let arn = answer.key_metadata.and_then(|metadata| metadata.arn);
    arn.ok_or_else(|| refused("kms", "CreateKey", "NoKeyArn"))
}

async fn change(
    place: &Place,
    alias: &str,
    want: &Key,
    arn: &str,
    step: &KeyStep,
    lane: Lane,
) -> Result<(), Fault> {
    let kms = &place.kms;
    match step {
        // Not of an existing key, and done by the caller.
        KeyStep::Create | KeyStep::DeleteAlias => {}
        KeyStep::CreateAlias => create_alias(place, alias, arn, lane).await?,
        KeyStep::PointAlias => {
            let send = |kms: &Client| kms.update_alias().alias_name(alias).target_key_id(arn).send();
            match kms.call(lane, send).await {
                // It was deleted, not moved.
                Err(fault) if fault.class == FaultClass::NotFound => {
                    create_alias(place, alias, arn, lane).await?;
                }
                answer => drop(answer?),
            }
        }
        KeyStep::CancelDeletion => {
            kms.call(lane, |kms| kms.cancel_key_deletion().key_id(arn).send()).await?;
        }
        KeyStep::Enable => drop(kms.call(lane, |kms| kms.enable_key().key_id(arn).send()).await?),
        KeyStep::PutPolicy => {
            let policy = policy(want)?;
            let send =
                |kms: &Client| kms.put_key_policy().key_id(arn).policy_name("default").policy(policy).send();
            kms.call(lane, send).await?;
        }
        KeyStep::SetRotation => set_rotation(place, want, arn, lane).await?,
        KeyStep::Tag => {
            let tags = tags(&want.tags)?;
            kms.call(lane, |kms| kms.tag_resource().key_id(arn).set_tags(Some(tags)).send()).await?;
        }
        KeyStep::ScheduleDeletion { days } => {
            let send =
                |kms: &Client| kms.schedule_key_deletion().key_id(arn).pending_window_in_days(*days).send();
            kms.call(lane, send).await?;
        }
    }
    Ok(())
}

async fn create_alias(place: &Place, alias: &str, arn: &str, lane: Lane) -> Result<(), Fault> {
    let send = |kms: &Client| kms.create_alias().alias_name(alias).target_key_id(arn).send();
    place.kms.call(lane, send).await.map(drop)
}

async fn set_rotation(place: &Place, want: &Key, arn: &str, lane: Lane) -> Result<(), Fault> {
    let days = want.rotation.period_days;
    if want.rotation.enabled {
        let send = |kms: &Client| kms.enable_key_rotation().key_id(arn).rotation_period_in_days(days).send();
        place.kms.call(lane, send).await.map(drop)
    } else {
        place.kms.call(lane, |kms| kms.disable_key_rotation().key_id(arn).send()).await.map(drop)
    }
}

fn policy(want: &Key) -> Result<String, Fault> {
    let policy = want.policy.as_ref().map(Document::render);
    policy.ok_or_else(|| refused("kms", "PutKeyPolicy", "NoDocument"))
}

fn tags(want: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value)| Tag::builder().tag_key(key).tag_value(value).build();
    want.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete("kms"))
}
