//! The roles and customer-managed policies of an account that have to do with Cloister.

use std::collections::HashMap;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail};
use cloister_core::document::Document;
use cloister_core::fault::Fault;
use cloister_core::ownership::OWNER_UID;
use cloister_core::resource::{Policy, ResourceId, Role, Tags};
use percent_encoding::percent_decode_str;

use crate::account::Account;
use crate::limit::Lane;

const PATH: &str = "/cloister/";
const PREFIX: &str = "cloister-";
/// Of at most 1,000: a page is held whole while it is read.
const PAGE: i32 = 400;

/// By name in lower case: IAM's names are unique in an account whatever their path, and without regard
/// to case.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    pub roles: HashMap<String, FoundRole>,
    pub policies: HashMap<String, FoundPolicy>,
}

/// Documents stay text, as IAM encodes them, until somebody looks: parsed they take five times the memory.
#[derive(Debug)]
pub(crate) struct FoundRole {
    pub arn: String,
    trust: Box<str>,
    boundary: String,
    attached: Vec<String>,
    inline: Vec<String>,
    pub tags: Tags,
}

#[derive(Debug)]
pub(crate) struct FoundPolicy {
    pub arn: String,
    pub description: String,
    document: Box<str>,
}

impl FoundRole {
    pub fn role(&self) -> Role {
        Role {
            trust: document(&self.trust),
            boundary: self.boundary.clone(),
            attached: self.attached.iter().cloned().collect(),
            inline: self.inline.iter().cloned().collect(),
            tags: self.tags.clone(),
        }
    }
}

impl FoundPolicy {
    pub fn policy(&self) -> Policy {
        Policy { document: document(&self.document) }
    }
}

pub(crate) async fn fetch(account: &Account) -> Result<Identities, Fault> {
    let mut found = Identities::default();
    let mut marker = None;
    loop {
        // People may be waiting for it, whoever came first.
        let page = account.iam.call(Lane::User, |iam| {
            let request = iam.get_account_authorization_details();
            let request = request.filter(EntityType::Role).filter(EntityType::LocalManagedPolicy);
            request.max_items(PAGE).set_marker(marker.take()).send()
        });
        let mut page = page.await?;
        let next = page.marker.take().filter(|_| page.is_truncated);
        found.add(page);
        marker = next;
        if marker.is_none() {
            return Ok(found);
        }
    }
}

impl Identities {
    /// Whose a role is, its tags say; of a policy its description.
    pub fn owned(&self, owner_uid: &str) -> impl Iterator<Item = ResourceId> {
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
        let roles = self.roles.values().filter(move |role| {
            role.arn.contains(":role/cloister/")
                && role.tags.get(OWNER_UID).is_some_and(|uid| uid == owner_uid)
        });
        let ending = format!("; owner-uid {owner_uid}");
        let policies = self.policies.values().filter(move |policy| policy.description.ends_with(&ending));
        let roles = roles.map(move |role| ResourceId::Role(name(&role.arn)));
        roles.chain(policies.map(move |policy| ResourceId::Policy(name(&policy.arn))))
    }

    fn add(&mut self, page: GetAccountAuthorizationDetailsOutput) {
        for role in page.role_detail_list.unwrap_or_default() {
            if let Some(name) = ours(role.role_name.as_deref(), role.path.as_deref()) {
                self.roles.insert(name, read_role(role));
            }
        }
        for policy in page.policies.unwrap_or_default() {
            if let Some(name) = ours(policy.policy_name.as_deref(), policy.path.as_deref()) {
                self.policies.insert(name, read_policy(policy));
            }
        }
    }
}

/// The name, where it is one that Cloister has or could want.
fn ours(name: Option<&str>, path: Option<&str>) -> Option<String> {
    let name = name?.to_ascii_lowercase();
    (path == Some(PATH) || name.starts_with(PREFIX)).then_some(name)
}

fn read_role(role: RoleDetail) -> FoundRole {
    let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
    let attached = role.attached_managed_policies.unwrap_or_default();
    let inline = role.role_policy_list.unwrap_or_default();
    FoundRole {
        arn: role.arn.unwrap_or_default(),
        trust: role.assume_role_policy_document.unwrap_or_default().into(),
        boundary: boundary.unwrap_or_default(),
        attached: attached.into_iter().filter_map(|policy| policy.policy_arn).collect(),
        inline: inline.into_iter().filter_map(|policy| policy.policy_name).collect(),
        tags: role.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
    }
}

fn read_policy(policy: ManagedPolicyDetail) -> FoundPolicy {
    let versions = policy.policy_version_list.unwrap_or_default();
    let default = versions.into_iter().find(|version| version.is_default_version);
    FoundPolicy {
        arn: policy.arn.unwrap_or_default(),
        description: policy.description.unwrap_or_default(),
        document: default.and_then(|version| version.document).unwrap_or_default().into(),
    }
}

/// IAM gives documents URL-encoded, as RFC 3986 says.
fn document(encoded: &str) -> Option<Document> {
    Document::parse(&percent_decode_str(encoded).decode_utf8().ok()?)
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::PolicyVersion;
    use cloister_core::document::Statement;

    use super::*;

    #[test]
    fn a_document_is_decoded_and_a_plus_stays_a_plus() {
        let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Sid%22%3A%22A%22%2C\
            %22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22a+b%22%7D%5D%7D";
        let want = Document::new([("A", Statement::allow(["s3:GetObject"]).on(["a+b"]))]);
        assert_eq!(document(encoded), Some(want));
        assert_eq!(document("%ff"), None);
    }

    #[test]
    fn names_of_ours_are_kept_under_any_path_and_in_any_case() {
        assert_eq!(ours(Some("Cloister-acme-etl"), Some("/")).as_deref(), Some("cloister-acme-etl"));
        assert_eq!(ours(Some("other"), Some("/cloister/")).as_deref(), Some("other"));
        assert_eq!(ours(Some("other"), Some("/")), None);
    }

    #[test]
    fn of_a_policy_the_default_version_counts() {
        let version = |document: &str, default: bool| {
            PolicyVersion::builder().document(document).is_default_version(default).build()
        };
        let detail = ManagedPolicyDetail::builder()
            .policy_version_list(version("%7B%22Statement%22%3A%5B%5D%7D", true))
            .policy_version_list(version("old", false))
            .build();
        assert_eq!(read_policy(detail).policy().document, Some(Document::default()));
    }
}
