//! S3 buckets.

mod convert;
mod empty;
mod lifecycle;
mod notification;
mod read;
mod replication;
mod write;

use aws_sdk_s3::Client;
use cloister_core::environment::{AUDIT_BUCKET, partition};
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::{MANAGED_BY, ROLE, describe};
use cloister_core::resource::{Bucket, BucketStep, Resource, Tags};

use crate::limit::{Lane, Paced};
use crate::look::Look;
use crate::place::Place;
use crate::vault::Vault;

/// One bucket. Every call names the account that must own it, since bucket names are the world's.
struct At<'a> {
    s3: &'a Paced<Client>,
    owner: &'a str,
    region: &'a str,
    name: &'a str,
    lane: Lane,
}

/// Calls one operation on the bucket: `ask!(at, put_bucket_policy, policy(text))`.
macro_rules! ask {
    ($at:expr, $operation:ident $(, $part:ident($value:expr))*) => {
        $at.s3.call($at.lane, |s3| {
            s3.$operation().bucket($at.name).expected_bucket_owner($at.owner)$(.$part($value))*.send()
        }).await
    };
}
use ask;

impl<'a> At<'a> {
    fn new(place: &'a Place, name: &'a str, lane: Lane) -> Self {
        Self { s3: &place.s3, owner: &place.account_id, region: &place.region, name, lane }
    }

    fn audit(vault: &'a Vault, name: &'a str, lane: Lane) -> Self {
        Self { s3: &vault.s3, owner: &vault.account_id, region: &vault.region, name, lane }
    }

    fn arn(&self) -> String {
        format!("arn:{}:s3:::{}", partition(self.region), self.name)
    }
}

pub(crate) async fn observe(
    place: &Place,
    look: &Look<'_>,
    name: &str,
    want: &Bucket,
) -> Result<Observed, Fault> {
    let at = At::new(place, name, look.lane);
    let arn = at.arn();
    let tags = match place.settled_tags(look, &arn, &want.tags).await? {
        Some(tags) => Ok(tags),
        None => at.tags().await,
    };
    let tags = match tags {
        Ok(tags) => tags,
        Err(fault) => return unowned(fault),
    };
    if !look.owner.owns(&tags) && !look.adopt {
        return Ok(look.foreign(&tags, None));
    }
    match at.settings(want, tags.clone()).await {
        Ok(bucket) => {
            let resource = Resource::Bucket(Box::new(bucket));
            Ok(look.claim(&tags, Actual { resource, arn }))
        }
        Err(fault) => unowned(fault),
    }
}

/// Its tags are read of itself, since a listing of them would be one more call in that account.
pub(crate) async fn observe_audit(
    vault: &Vault,
    look: &Look<'_>,
    name: &str,
    want: &Bucket,
) -> Result<Observed, Fault> {
    let at = At::audit(vault, name, look.lane);
    let tags = match at.tags().await {
        Ok(tags) => tags,
        Err(fault) => return unowned(fault),
    };
    // No Environment owns it: all of Cloister's that write into it keep it.
    let is_ours = tags.get(MANAGED_BY).is_some_and(|by| by == "cloister")
        && tags.get(ROLE).is_some_and(|role| role == AUDIT_BUCKET);
    let foreign = |actual| Ok(Observed::Foreign { owner: describe(&tags), actual });
    if !is_ours && !look.adopt {
        return foreign(None);
    }
    match at.settings(want, tags.clone()).await {
        Ok(bucket) => {
            let actual = Actual { resource: Resource::AuditBucket(Box::new(bucket)), arn: at.arn() };
            if is_ours { Ok(Observed::Present(actual)) } else { foreign(Some(actual)) }
        }
        Err(fault) => unowned(fault),
    }
}

pub(crate) async fn perform_audit(
    vault: &Vault,
    name: &str,
    want: &Bucket,
    step: &BucketStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let at = At::audit(vault, name, lane);
    at.change(want, step).await?;
    Ok((*step == BucketStep::Create).then(|| at.arn()))
}

/// What a fault says of a bucket: only a few of them say anything.
fn unowned(fault: Fault) -> Result<Observed, Fault> {
    let foreign = |owner: &str| Ok(Observed::Foreign { owner: owner.to_owned(), actual: None });
    match (fault.operation, fault.code.as_str()) {
        (_, "NoSuchBucket") => Ok(Observed::Absent),
        // Whoever holds it does not let us in: this is what ExpectedBucketOwner makes S3 answer.
        ("GetBucketTagging", "AccessDenied") => foreign("another AWS account"),
        ("GetBucketTagging", "PermanentRedirect") => foreign("this or another AWS account in another region"),
        _ => Err(fault),
    }
}

pub(crate) async fn perform(
    place: &Place,
    name: &str,
    want: &Bucket,
    step: &BucketStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let at = At::new(place, name, lane);
    at.change(want, step).await?;
    Ok((*step == BucketStep::Create).then(|| at.arn()))
}

pub(crate) use empty::empty;

impl At<'_> {
    async fn tags(&self) -> Result<Tags, Fault> {
        match ask!(self, get_bucket_tagging) {
            Ok(answer) => Ok(convert::read_tags(answer.tag_set)),
            Err(fault) if fault.code == "NoSuchTagSet" => Ok(Tags::new()),
            Err(fault) => Err(fault),
        }
    }
}
