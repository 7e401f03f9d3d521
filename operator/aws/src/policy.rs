//! Customer-managed IAM policies.

use aws_sdk_iam::types::{PolicyVersion, Tag};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::Owner;
use cloister_core::resource::{Policy, PolicyStep, Resource};

use crate::account::Account;
use crate::fault::{found, gone, incomplete, refused};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let identities = account.identities(look.since).await?;
    let Some(found) = identities.policies.get(&name.to_ascii_lowercase()) else {
        return Ok(Observed::Absent);
    };
    if found.arn == arn(account, name) && found.description == look.owner.description() {
        let resource = Resource::Policy(found.policy());
        return Ok(Observed::Present(Actual { resource, arn: found.arn.clone() }));
    }
    // Whose it is can never be changed, so it cannot be adopted either.
    Ok(Observed::Foreign { owner: stranger(&found.description), actual: None })
}

/// Descriptions are anybody's text; only one of Cloister's own making is shown.
fn stranger(description: &str) -> String {
    let cloister = description.strip_prefix("Managed by Cloister for ");
    cloister.map_or_else(|| cloister_core::ownership::describe(&[].into()), str::to_owned)
}

fn arn(account: &Account, name: &str) -> String {
    account.arn("iam", &account.id, &format!("policy/cloister/{name}"))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    (want, owner): (&Policy, &Owner),
    step: &PolicyStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match step {
        PolicyStep::Create => return create(account, name, (want, owner), lane).await.map(Some),
        PolicyStep::SetDocument => set_document(account, &arn(account, name), want, lane).await?,
        PolicyStep::Delete => delete(account, &arn(account, name), lane).await?,
    }
    Ok(None)
}

fn document(want: &Policy) -> Result<String, Fault> {
    let document = want.document.as_ref().ok_or_else(|| refused("iam", "CreatePolicy", "NoDocument"))?;
    Ok(document.render())
}

async fn create(
    account: &Account,
    name: &str,
    (want, owner): (&Policy, &Owner),
    lane: Lane,
) -> Result<String, Fault> {
    let document = document(want)?;
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = owner.tags(name).into_iter().map(tag).collect();
    let tags = tags.map_err(incomplete("iam"))?;
    let send = |iam: &aws_sdk_iam::Client| {
        let request = iam.create_policy().policy_name(name).path("/cloister/");
        request.policy_document(document).description(owner.description()).set_tags(Some(tags)).send()
    };
    account.iam.call(lane, send).await?;
    Ok(arn(account, name))
}

/// IAM keeps five versions; the oldest makes room.
async fn set_document(account: &Account, arn: &str, want: &Policy, lane: Lane) -> Result<(), Fault> {
    let document = document(want)?;
    let set = || {
        account.iam.call(lane, |iam| {
            let request = iam.create_policy_version().policy_arn(arn).policy_document(&document);
            request.set_as_default(true).send()
        })
    };
    match set().await {
        Err(full) if full.class == FaultClass::Quota => {
            let old = old_versions(account, arn, lane).await?;
            let oldest = old.into_iter().min_by_key(|version| version.create_date);
            if let Some(id) = oldest.and_then(|version| version.version_id) {
                delete_version(account, arn, &id, lane).await?;
            }
            set().await.map(|_| ())
        }
        answer => answer.map(|_| ()),
    }
}

/// IAM refuses to delete a policy that has versions besides the default.
async fn delete(account: &Account, arn: &str, lane: Lane) -> Result<(), Fault> {
    for version in old_versions(account, arn, lane).await? {
        if let Some(id) = version.version_id {
            delete_version(account, arn, &id, lane).await?;
        }
    }
    gone(account.iam.call(lane, |iam| iam.delete_policy().policy_arn(arn).send()).await)
}

/// Five at most, so one page.
async fn old_versions(account: &Account, arn: &str, lane: Lane) -> Result<Vec<PolicyVersion>, Fault> {
    let answer = account.iam.call(lane, |iam| iam.list_policy_versions().policy_arn(arn).send()).await;
    let versions = found(answer)?.and_then(|answer| answer.versions).unwrap_or_default();
    Ok(versions.into_iter().filter(|version| !version.is_default_version).collect())
}

async fn delete_version(account: &Account, arn: &str, id: &str, lane: Lane) -> Result<(), Fault> {
    let send = |iam: &aws_sdk_iam::Client| iam.delete_policy_version().policy_arn(arn).version_id(id).send();
    gone(account.iam.call(lane, send).await)
}
