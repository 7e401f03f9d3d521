//! `ClientTenant`: from one declaration to everything that one client needs.

mod guards;
mod key;
mod roles;

pub use guards::INLINE;

use std::collections::BTreeSet;

use cloister_crds::ClientTenantSpec;
use cloister_crds::bucket::DeletionPolicy;

use crate::environment::Account;
use crate::name::Names;
use crate::ownership::{ENVIRONMENT, Owner, TENANT};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{KEY_NOT_KNOWN_YET, ObjectId, ObjectKind, ResourceId, Tags};
use crate::violation::Violation;

/// What a tenant is made from.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    pub spec: &'a ClientTenantSpec,
    pub owner: &'a Owner,
    pub names: &'a Names,
    pub account: &'a Account,
    /// Unknown until KMS has made the key.
    pub key_arn: Option<&'a str>,
    /// Buckets of this tenant that have a name of their own.
    pub named_buckets: &'a BTreeSet<String>,
    /// IngestBuckets that this tenant once declared inline and no longer does.
    pub dropped_buckets: &'a BTreeSet<String>,
    pub deleting: bool,
}

impl Inputs<'_> {
    fn key_arn(&self) -> &str {
        self.key_arn.unwrap_or(KEY_NOT_KNOWN_YET)
    }

    fn tags(&self, resource_name: &str) -> Tags {
        let mut tags = self.owner.tags(resource_name);
        tags.insert(TENANT.into(), self.names.tenant.clone());
        tags.insert(ENVIRONMENT.into(), self.account.environment.clone());
        tags
    }

    fn key_id(&self) -> ResourceId {
        ResourceId::Key(self.names.key_alias())
    }

    fn namespace_id(&self) -> ResourceId {
        self.object_id(ObjectKind::Namespace, &self.names.tenant)
    }

    fn object_id(&self, kind: ObjectKind, name: &str) -> ResourceId {
        let namespaced = kind != ObjectKind::Namespace;
        let namespace = if namespaced { self.names.tenant.clone() } else { String::new() };
        ResourceId::Object(ObjectId { kind, namespace, name: name.to_owned() })
    }

    /// Every bucket that the tenant's roles may touch, as ARN patterns.
    fn bucket_arns(&self) -> Vec<String> {
        let pattern = self.names.bucket_pattern();
        let names = std::iter::once(&pattern).chain(self.named_buckets);
        names.map(|name| self.account.bucket_arn(name)).collect()
    }
}

/// What CEL cannot say: how fields and other objects fit together.
#[must_use]
pub fn validate(name: &str, spec: &ClientTenantSpec) -> Vec<Violation> {
    let mut found = Vec::new();
    let namespace = format!("kms-key/alias/cloister/{name}");
    let roles: Vec<String> =
        roles::PURPOSES.iter().map(|p| format!("iam-role/cloister-{name}-{p}")).collect();
    for (i, id) in spec.adopt.iter().enumerate() {
        if *id != namespace && !roles.contains(id) {
            let known = format!("{namespace}, {}", roles.join(", "));
            let hint = format!("{id} is not one of this tenant's resources; write one of {known}");
            found.push(Violation::new(format!("spec.adopt[{i}]"), hint));
        }
    }
    for (i, bucket) in spec.ingest_buckets.iter().enumerate() {
        let path = format!("spec.ingestBuckets[{i}]");
        found.extend(crate::bucket::validate(&path, &bucket.spec, &spec.retention));
    }
    found
}

/// Everything that the tenant needs, in AWS and in Kubernetes.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let mut set = DesiredSet::new();
    key::desire(inputs, &mut set);
    roles::desire(inputs, &mut set);
    guards::desire(inputs, &mut set);
    for (id, want) in &mut set {
        want.adopt = inputs.spec.adopt.contains(&id.to_string());
        if inputs.deleting {
            want.fate = fate_of_the_leaving(id, inputs.spec.deletion_policy);
        }
    }
    if inputs.deleting { leaving_order(inputs, &mut set) } else { set }
}

/// Access goes at once. What makes PHI readable stays unless the manifest says otherwise.
fn fate_of_the_leaving(id: &ResourceId, policy: DeletionPolicy) -> Fate {
    match (id, policy) {
        (ResourceId::Key(_), DeletionPolicy::Retain) => Fate::Retain,
        _ => Fate::Vanish,
    }
}

/// The buckets go first, then the namespace with all of its guards; the rest waits for that, since the
/// buckets' own finalizers still work under the key.
fn leaving_order(inputs: &Inputs<'_>, set: &mut DesiredSet) -> DesiredSet {
    let namespace = inputs.namespace_id();
    set.retain(|id, _| match id {
        ResourceId::Object(object) => matches!(object.kind, ObjectKind::Namespace | ObjectKind::IngestBucket),
        _ => true,
    });
    let others: BTreeSet<ResourceId> =
        set.keys().filter(|id| !matches!(id, ResourceId::Object(_))).cloned().collect();
    if let Some(want) = set.get_mut(&namespace) {
        want.needs = others;
    }
    std::mem::take(set)
}

fn want(resource: crate::resource::Resource, needs: impl IntoIterator<Item = ResourceId>) -> Desired {
    Desired { resource, fate: Fate::Exist, needs: needs.into_iter().collect(), adopt: false }
}
