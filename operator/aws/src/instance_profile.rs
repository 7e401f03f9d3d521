//! IAM instance profiles. The shared read of the account shows one only by its role, so each is read by itself.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{InstanceProfile, InstanceProfileStep, Resource, Tags};

use crate::account::Account;
use crate::fault::{found, gone, incomplete, refused};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let send = |iam: &Client| iam.get_instance_profile().instance_profile_name(name).send();
    let answer = found(account.iam.call(look.lane, send).await)?;
    let Some(profile) = answer.and_then(|answer| answer.instance_profile) else {
        return Ok(Observed::Absent);
    };
    let tags: Tags = profile.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    let role = profile.roles.into_iter().next().map(|role| role.role_name);
    let resource = Resource::InstanceProfile(InstanceProfile { role, tags: tags.clone() });
    Ok(look.claim(&tags, Actual { resource, arn: profile.arn }))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &InstanceProfile,
    step: &InstanceProfileStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let iam = &account.iam;
    match step {
        InstanceProfileStep::Create => return create(account, name, want, lane).await.map(Some),
        InstanceProfileStep::RemoveRole { role } => {
            let send = |iam: &Client| {
                let request = iam.remove_role_from_instance_profile();
                request.instance_profile_name(name).role_name(role).send()
            };
            gone(iam.call(lane, send).await)?;
        }
        InstanceProfileStep::AddRole => {
            let role =
                want.role.clone().ok_or_else(|| refused("iam", "AddRoleToInstanceProfile", "NoRole"))?;
            let send = |iam: &Client| {
                iam.add_role_to_instance_profile().instance_profile_name(name).role_name(role).send()
            };
            match iam.call(lane, send).await {
                // It has one already: ours, if the answer to an earlier call was lost; the next look tells.
                Err(fault) if fault.class == FaultClass::Quota => {}
                answer => drop(answer?),
            }
        }
        InstanceProfileStep::Tag => {
            let tags = tags(&want.tags)?;
            let send = |iam: &Client| {
                iam.tag_instance_profile().instance_profile_name(name).set_tags(Some(tags)).send()
            };
            iam.call(lane, send).await?;
        }
        InstanceProfileStep::Delete => {
            let send = |iam: &Client| iam.delete_instance_profile().instance_profile_name(name).send();
            gone(iam.call(lane, send).await)?;
        }
    }
    Ok(None)
}

async fn create(account: &Account, name: &str, want: &InstanceProfile, lane: Lane) -> Result<String, Fault> {
    let tags = tags(&want.tags)?;
    let send = |iam: &Client| {
        let request = iam.create_instance_profile().instance_profile_name(name).path("/cloister/");
        request.set_tags(Some(tags)).send()
    };
    let answer = account.iam.call(lane, send).await?;
    Ok(answer.instance_profile.map(|profile| profile.arn).unwrap_or_default())
}

fn tags(want: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    want.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete("iam"))
}
