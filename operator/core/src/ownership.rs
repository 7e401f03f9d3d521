//! Whose a resource is. Only what carries our tags is ever changed.

use crate::resource::Tags;

pub const MANAGED_BY: &str = "cloister.dev/managed-by";
pub const OWNER: &str = "cloister.dev/owner";
pub const OWNER_UID: &str = "cloister.dev/owner-uid";
pub const RESOURCE_NAME: &str = "cloister.dev/resource-name";
pub const TENANT: &str = "cloister.dev/tenant";
pub const ENVIRONMENT: &str = "cloister.dev/environment";
pub const ROLE: &str = "cloister.dev/role";

/// The object that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// `ClientTenant/acme-health`.
    pub object: String,
    /// Unique over all clusters and times, so it tells a tenant from its namesake.
    pub uid: String,
}

impl Owner {
    /// The tags that prove ownership, and name the resource within its owner.
    #[must_use]
    pub fn tags(&self, resource_name: &str) -> Tags {
        Tags::from([
            (MANAGED_BY.into(), "cloister".into()),
            (OWNER.into(), self.object.clone()),
            (OWNER_UID.into(), self.uid.clone()),
            (RESOURCE_NAME.into(), resource_name.into()),
        ])
    }

    /// The description that proves whose an IAM policy is.
    #[must_use]
    pub fn description(&self) -> String {
        format!("Managed by Cloister for {}; owner-uid {}", self.object, self.uid)
    }

    #[must_use]
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(OWNER_UID) == Some(&self.uid)
    }
}

/// How a stranger's resource is described.
#[must_use]
pub fn describe(tags: &Tags) -> String {
    match (tags.get(OWNER), tags.get(OWNER_UID)) {
        (Some(owner), Some(uid)) => format!("{owner} with uid {uid}"),
        (None, Some(uid)) => format!("the object with uid {uid}"),
        _ => "nobody that Cloister knows".to_owned(),
    }
}
