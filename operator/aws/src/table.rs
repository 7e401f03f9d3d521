//! Tables of DynamoDB.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, ContinuousBackupsDescription, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, ScalarAttributeType, SseSpecification,
    SseType, TableDescription, TableStatus, Tag, TimeToLiveDescription, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Resource, Table, TableStep, Tags};

use crate::account::Account;
use crate::fault::{found, gone, incomplete};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    name: &str,
    want: &Table,
) -> Result<Observed, Fault> {
    let db = &account.dynamodb;
    let arn = account.home.arn("dynamodb", &format!("table/{name}"));
    let (table, expiry, backups, settled) = futures::join!(
        db.call(look.lane, |db| db.describe_table().table_name(name).send()),
        db.call(look.lane, |db| db.describe_time_to_live().table_name(name).send()),
        db.call(look.lane, |db| db.describe_continuous_backups().table_name(name).send()),
        account.home.settled_tags(look, &arn, &want.tags),
    );
    let Some(table) = found(table)?.and_then(|answer| answer.table) else { return Ok(Observed::Absent) };
    if let Some(what) = moving(&table) {
        return Ok(Observed::Changing { what: what.into() });
    }
    let tags = match settled? {
        Some(tags) => tags,
        None => tags_of(account, look, &arn).await?,
    };
    if !look.owner.owns(&tags) && !look.adopt {
        return Ok(look.foreign(&tags, None));
    }
    let expiry = expiry?.time_to_live_description;
    let resource =
        read(&table, expiry.as_ref(), backups?.continuous_backups_description.as_ref(), tags.clone());
    Ok(look.claim(&tags, Actual { resource: Resource::Table(resource), arn }))
}

/// Why nothing can be done about it just now.
fn moving(table: &TableDescription) -> Option<&'static str> {
    match table.table_status()? {
        TableStatus::Creating => Some("DynamoDB makes the table"),
        TableStatus::Updating => Some("DynamoDB changes the table"),
        TableStatus::Deleting => Some("DynamoDB deletes the table"),
        TableStatus::InaccessibleEncryptionCredentials | TableStatus::Archiving | TableStatus::Archived => {
            Some("DynamoDB cannot use the table's key: look at the key's state and policy")
        }
        _ => None,
    }
}

fn read(
    table: &TableDescription,
    expiry: Option<&TimeToLiveDescription>,
    backups: Option<&ContinuousBackupsDescription>,
    tags: Tags,
) -> Table {
    let kind = |name: &str| table.attribute_definitions().iter().find(|a| a.attribute_name() == name);
    let key = table.key_schema().iter().map(|part| {
        let kind = kind(part.attribute_name()).map_or("", |a| a.attribute_type().as_str());
        format!("{}:{kind}", part.attribute_name())
    });
    // What is being turned off is as good as off.
    let is_on =
        |status: &TimeToLiveStatus| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling);
    let expiry = expiry.filter(|expiry| expiry.time_to_live_status().is_some_and(is_on));
    let recovery = backups.and_then(|backups| backups.point_in_time_recovery_description());
    let recovery = recovery.and_then(|recovery| recovery.point_in_time_recovery_status());
    let billing = table.billing_mode_summary().and_then(|summary| summary.billing_mode());
    Table {
        key: key.collect::<Vec<_>>().join(","),
        // Of the key that DynamoDB owns nothing is told.
        kms_key: table.sse_description().and_then(|sse| sse.kms_master_key_arn()).map(str::to_owned),
        // A table that was always provisioned has none.
        billing: billing.unwrap_or(&BillingMode::Provisioned).as_str().to_owned(),
        expires: expiry.and_then(|expiry| expiry.attribute_name()).map(str::to_owned),
        deletion_protection: table.deletion_protection_enabled().unwrap_or_default(),
        point_in_time_recovery: recovery == Some(&PointInTimeRecoveryStatus::Enabled),
        tags,
    }
}

async fn tags_of(account: &Account, look: &Look<'_>, arn: &str) -> Result<Tags, Fault> {
    let (mut tags, mut token) = (Tags::new(), None);
    loop {
        let send =
            |db: &Client| db.list_tags_of_resource().resource_arn(arn).set_next_token(token.take()).send();
        let answer = account.dynamodb.call(look.lane, send).await?;
        tags.extend(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        token = answer.next_token;
        if token.is_none() {
            return Ok(tags);
        }
    }
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &Table,
    step: &TableStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let db = &account.dynamodb;
    let arn = account.home.arn("dynamodb", &format!("table/{name}"));
    match step {
        TableStep::Create => {
            create(account, name, want, lane).await?;
            return Ok(Some(arn));
        }
        TableStep::Tag => {
            let tags = sdk_tags(&want.tags)?;
            db.call(lane, |db| db.tag_resource().resource_arn(&arn).set_tags(Some(tags)).send()).await?;
        }
        TableStep::SetExpiry => set_expiry(account, name, want, lane).await?,
        TableStep::SetRecovery => {
            let on = want.point_in_time_recovery;
            let recovery =
                PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(on).build();
            let recovery = recovery.map_err(incomplete("dynamodb"))?;
            let send = |db: &Client| {
                let request = db.update_continuous_backups().table_name(name);
                request.point_in_time_recovery_specification(recovery).send()
            };
            db.call(lane, send).await?;
        }
        TableStep::SetEncryption => {
            let send = |db: &Client| db.update_table().table_name(name).sse_specification(sse(want)).send();
            db.call(lane, send).await?;
        }
        TableStep::SetBilling => {
            let billing = BillingMode::from(want.billing.as_str());
            db.call(lane, |db| db.update_table().table_name(name).billing_mode(billing).send()).await?;
        }
        TableStep::SetProtection => protect(account, name, want.deletion_protection, lane).await?,
        TableStep::Unprotect => protect(account, name, false, lane).await?,
        TableStep::Delete => {
            gone(db.call(lane, |db| db.delete_table().table_name(name).send()).await)?;
        }
    }
    Ok(None)
}

async fn create(account: &Account, name: &str, want: &Table, lane: Lane) -> Result<(), Fault> {
    let (key, kind) = want.key.split_once(':').unwrap_or((&want.key, "S"));
    let element = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash).build();
    let attribute = AttributeDefinition::builder().attribute_name(key);
    let attribute = attribute.attribute_type(ScalarAttributeType::from(kind)).build();
    let (element, attribute) =
        (element.map_err(incomplete("dynamodb"))?, attribute.map_err(incomplete("dynamodb"))?);
    let tags = sdk_tags(&want.tags)?;
    let send = |db: &Client| {
        let request = db.create_table().table_name(name).key_schema(element).attribute_definitions(attribute);
        let request =
            request.billing_mode(BillingMode::from(want.billing.as_str())).sse_specification(sse(want));
        request.deletion_protection_enabled(want.deletion_protection).set_tags(Some(tags)).send()
    };
    account.dynamodb.call(lane, send).await.map(|_| ())
}

fn sse(want: &Table) -> SseSpecification {
    let builder = SseSpecification::builder().enabled(want.kms_key.is_some());
    let kind = want.kms_key.as_ref().map(|_| SseType::Kms);
    builder.set_sse_type(kind).set_kms_master_key_id(want.kms_key.clone()).build()
}

/// For an hour after a change of it DynamoDB takes no other: "ValidationException".
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html>
async fn set_expiry(account: &Account, name: &str, want: &Table, lane: Lane) -> Result<(), Fault> {
    let Some(attribute) = &want.expires else { return Ok(()) };
    let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
    let expiry = expiry.map_err(incomplete("dynamodb"))?;
    let send =
        |db: &Client| db.update_time_to_live().table_name(name).time_to_live_specification(expiry).send();
    let answer = account.dynamodb.call(lane, send).await;
    answer.map(|_| ()).map_err(|fault| match fault.code.as_str() {
        "ValidationException" => Fault { class: FaultClass::Conflict, ..fault },
        _ => fault,
    })
}

async fn protect(account: &Account, name: &str, on: bool, lane: Lane) -> Result<(), Fault> {
    let send = |db: &Client| db.update_table().table_name(name).deletion_protection_enabled(on).send();
    account.dynamodb.call(lane, send).await.map(|_| ())
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter().map(tag).collect::<Result<Vec<_>, _>>().map_err(incomplete("dynamodb"))
}
