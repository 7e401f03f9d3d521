//! What a bucket's copy in the recovery region rests on: the tenant's role and key there.

use cloister_core::bucket::is_copied;
use cloister_core::name::Names;
use cloister_core::resource::ResourceId;
use cloister_core::tenant::COPIES;
use cloister_crds::{ClientTenant, IngestBucket};
use kube::ResourceExt;

use crate::api::Object;

/// Whether and how a bucket is copied now.
pub struct Copying {
    /// The key of its copy, where there is one, or was once.
    pub key: Option<String>,
    /// What arrives is copied.
    pub is_on: bool,
    pub waits_for: Option<String>,
}

impl Copying {
    pub const NONE: Self = Self { key: None, is_on: false, waits_for: None };
}

/// S3 takes no rule for a role that is not there, so role and key are waited for; later on a bucket does not depend on them.
pub fn copying(bucket: &IngestBucket, tenant: &ClientTenant, names: &Names) -> Copying {
    let is_on = is_copied(&bucket.spec, &tenant.spec);
    let key = recovery_key(tenant).filter(|_| has_copy(bucket, names) || is_on && has_role(tenant));
    // One that leaves needs none any more.
    let waits_for = (is_on && key.is_none() && !bucket.is_leaving())
        .then(|| format!("the role and the key for copies of {} are being made", tenant.label()));
    Copying { is_on: is_on && key.is_some(), key, waits_for }
}

/// It has a copy, as far as is known.
pub fn has_copy(bucket: &IngestBucket, names: &Names) -> bool {
    let id = ResourceId::ReplicaBucket(names.replica(&bucket.name_any())).to_string();
    bucket.common().is_some_and(|common| common.arn(&id).is_some())
}

/// The role for copies stands, or is not wholly gone.
pub fn has_role(tenant: &ClientTenant) -> bool {
    let name = Names::new(&tenant.name_any(), &Object::uid(tenant)).role(COPIES);
    let parts = [ResourceId::Role(name.clone()), ResourceId::Policy(name)];
    tenant.common().is_some_and(|common| parts.iter().any(|id| common.arn(&id.to_string()).is_some()))
}

/// What wakes those that wait for it.
pub fn are_possible(tenant: &ClientTenant) -> bool {
    has_role(tenant) && recovery_key(tenant).is_some()
}

fn recovery_key(tenant: &ClientTenant) -> Option<String> {
    super::known_keys(tenant.common()?).recovery
}
