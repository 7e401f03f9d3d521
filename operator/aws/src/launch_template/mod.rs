//! EC2 launch templates: the default version counts. All tenants share one listing of them and one of versions.

mod convert;
mod prune;

use std::collections::HashMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    LaunchTemplate as Listed, ResourceType, ResponseLaunchTemplateData, Tag, TagSpecification,
};
use cloister_core::fault::Fault;
use cloister_core::name::digits;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::MANAGED_BY;
use cloister_core::resource::{LaunchTemplate, LaunchTemplateStep, Resource, Tags};

use crate::account::Account;
use crate::fault::gone;
use crate::limit::Lane;
use crate::look::Look;

/// Templates by name.
pub(crate) type Listing = HashMap<String, Found>;

#[derive(Debug)]
pub(crate) struct Found {
    id: String,
    /// The default one.
    pub version: i64,
    data: Option<ResponseLaunchTemplateData>,
    tags: Tags,
}

pub(crate) async fn observe(account: &Account, look: &Look<'_>, name: &str) -> Result<Observed, Fault> {
    let listed = account.templates.since(look.since, || fetch(account)).await?;
    let Some(found) = listed.get(name) else { return Ok(Observed::Absent) };
    let Some(data) = &found.data else {
        return Ok(Observed::Changing { what: "its default version is not listed yet".into() });
    };
    let template = convert::read(data, &account.home, found.tags.clone());
    let arn = account.home.arn("ec2", &format!("launch-template/{}", found.id));
    let actual = Actual { resource: Resource::LaunchTemplate(Box::new(template)), arn };
    Ok(look.claim(&found.tags, actual))
}

pub(crate) async fn fetch(account: &Account) -> Result<Listing, Fault> {
    let (templates, versions) = futures::try_join!(templates(account), defaults(account))?;
    let mut versions = versions;
    let read = templates.into_iter().map(|template| {
        let id = template.launch_template_id.unwrap_or_default();
        let version = template.default_version_number.unwrap_or_default();
        let data = versions.remove(&(id.clone(), version));
        (
            template.launch_template_name.unwrap_or_default(),
            Found { id, version, data, tags: tags_of(template.tags) },
        )
    });
    let ours =
        |name: &str, found: &Found| name.starts_with("cloister-") || found.tags.contains_key(MANAGED_BY);
    Ok(read.filter(|(name, found)| ours(name, found)).collect())
}

async fn templates(account: &Account) -> Result<Vec<Listed>, Fault> {
    let mut all = Vec::new();
    let mut token = None;
    loop {
        // People may be waiting for it, whoever came first.
        let page = account.ec2.call(Lane::User, |ec2| {
            ec2.describe_launch_templates().max_results(200).set_next_token(token.take()).send()
        });
        let page = page.await?;
        all.extend(page.launch_templates.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// By template and number.
async fn defaults(account: &Account) -> Result<HashMap<(String, i64), ResponseLaunchTemplateData>, Fault> {
    let mut all = HashMap::new();
    let mut token = None;
    loop {
        let page = account.ec2.call(Lane::User, |ec2| {
            let request = ec2.describe_launch_template_versions().versions("$Default");
            request.max_results(200).set_next_token(token.take()).send()
        });
        let page = page.await?;
        for version in page.launch_template_versions.unwrap_or_default() {
            let key =
                (version.launch_template_id.unwrap_or_default(), version.version_number.unwrap_or_default());
            all.insert(key, version.launch_template_data.unwrap_or_else(empty));
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

fn empty() -> ResponseLaunchTemplateData {
    ResponseLaunchTemplateData::builder().build()
}

pub(crate) async fn perform(
    account: &Account,
    name: &str,
    want: &LaunchTemplate,
    step: &LaunchTemplateStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match step {
        LaunchTemplateStep::Create => {
            let data = convert::request(want);
            let tags = specification(ResourceType::LaunchTemplate, &want.tags);
            let send = |ec2: &Client| {
                let request = ec2.create_launch_template().launch_template_name(name);
                request.launch_template_data(data).tag_specifications(tags).send()
            };
            let made = account.ec2.call(lane, send).await?.launch_template;
            let id = made.and_then(|template| template.launch_template_id).unwrap_or_default();
            return Ok(Some(account.home.arn("ec2", &format!("launch-template/{id}"))));
        }
        LaunchTemplateStep::SetVersion => set_version(account, name, want, lane).await?,
        LaunchTemplateStep::Tag => {
            let listed = account.templates.since(tokio::time::Instant::now(), || fetch(account)).await?;
            let id = listed.get(name).map(|found| found.id.clone()).unwrap_or_default();
            let send =
                |ec2: &Client| ec2.create_tags().resources(id).set_tags(Some(tag_list(&want.tags))).send();
            account.ec2.call(lane, send).await?;
        }
        LaunchTemplateStep::Delete => {
            let send = |ec2: &Client| ec2.delete_launch_template().launch_template_name(name).send();
            gone(account.ec2.call(lane, send).await)?;
        }
    }
    Ok(None)
}

/// The token keeps a repeated attempt from leaving one version after the other; with the version that is replaced in
/// it, what was declared before can be declared again.
async fn set_version(account: &Account, name: &str, want: &LaunchTemplate, lane: Lane) -> Result<(), Fault> {
    let data = convert::request(want);
    let listed = account.templates.since(tokio::time::Instant::now(), || fetch(account)).await?;
    let before = listed.get(name).map(|found| found.version).unwrap_or_default();
    let token = digits(&format!("{name}/{before}/{want:?}"), 32);
    let send = |ec2: &Client| {
        let request = ec2.create_launch_template_version().launch_template_name(name);
        request.client_token(token).launch_template_data(data).send()
    };
    let made = account.ec2.call(lane, send).await?.launch_template_version;
    let number = made.and_then(|version| version.version_number).unwrap_or_default().to_string();
    let send =
        |ec2: &Client| ec2.modify_launch_template().launch_template_name(name).default_version(number).send();
    account.ec2.call(lane, send).await.map(drop)
}

pub(crate) fn tags_of(tags: Option<Vec<Tag>>) -> Tags {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.unwrap_or_default().into_iter().filter_map(pair).collect()
}

pub(crate) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(crate) fn specification(kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).set_tags(Some(tag_list(tags))).build()
}
