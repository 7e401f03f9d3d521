//! IAM roles.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use cloister_core::document::Document;
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Resource, Role, RoleStep, Tags};

use crate::account::Account;
use crate::fault::{gone, incomplete, refused};
use crate::limit::Lane;
use crate::look::Look;

pub(crate) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let identities = account.identities(look.since).await?;
    let Some(found) = identities.roles.get(&name.to_ascii_lowercase()) else {
        return Ok(Observed::Absent);
    };
    let actual = Actual { resource: Resource::Role(found.role()), arn: found.arn.clone() };
    Ok(look.claim(&found.tags, actual))
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &Role,
    step: &RoleStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let iam = &account.iam;
    match step {
        RoleStep::Create => return create(account, name, want, lane).await.map(Some),
        RoleStep::SetTrust => {
            let trust = trust(want)?;
            let send =
                |iam: &Client| iam.update_assume_role_policy().role_name(name).policy_document(trust).send();
            iam.call(lane, send).await?;
        }
        RoleStep::SetBoundary => {
            let send = |iam: &Client| {
                let request = iam.put_role_permissions_boundary().role_name(name);
                request.permissions_boundary(&want.boundary).send()
            };
            iam.call(lane, send).await?;
        }
        RoleStep::Attach { policy } => {
            let send = |iam: &Client| iam.attach_role_policy().role_name(name).policy_arn(policy).send();
            iam.call(lane, send).await?;
        }
        RoleStep::Detach { policy } => {
            let send = |iam: &Client| iam.detach_role_policy().role_name(name).policy_arn(policy).send();
            gone(iam.call(lane, send).await)?;
        }
        RoleStep::DeleteInline { name: inline } => {
            let send = |iam: &Client| iam.delete_role_policy().role_name(name).policy_name(inline).send();
            gone(iam.call(lane, send).await)?;
        }
        RoleStep::Tag => {
            let tags = tags(&want.tags)?;
            iam.call(lane, |iam| iam.tag_role().role_name(name).set_tags(Some(tags)).send()).await?;
        }
        RoleStep::Delete => gone(iam.call(lane, |iam| iam.delete_role().role_name(name).send()).await)?,
    }
    Ok(None)
}

async fn create(account: &Account, name: &str, want: &Role, lane: Lane) -> Result<String, Fault> {
    let (trust, tags) = (trust(want)?, tags(&want.tags)?);
    let send = |iam: &Client| {
        let request = iam.create_role().role_name(name).path("/cloister/").assume_role_policy_document(trust);
        request.permissions_boundary(&want.boundary).set_tags(Some(tags)).send()
    };
    let answer = account.iam.call(lane, send).await?;
    Ok(answer.role.map(|role| role.arn).unwrap_or_default())
}

fn trust(want: &Role) -> Result<String, Fault> {
    let trust = want.trust.as_ref().map(Document::render);
    trust.ok_or_else(|| refused("iam", "CreateRole", "NoDocument"))
}

fn tags(want: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    want.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete("iam"))
}
