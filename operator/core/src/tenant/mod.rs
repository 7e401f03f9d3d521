//! `ClientTenant`: from one declaration to everything that one client needs.

mod copies;
mod guards;
mod karpenter;
mod key;
mod nodes;
mod roles;
mod uploader;
mod warehouse;

pub use crate::warehouse::ADMIN;
pub use copies::{COPIES, Copying, copies};
pub use guards::INLINE;
pub use karpenter::karpenter;
pub(crate) use roles::PURPOSES;
pub use uploader::{API, MANIFEST, PURPOSE, RECORDS, source_identity};
pub use warehouse::database;

use std::collections::BTreeSet;

use cloister_crds::ClientTenantSpec;
use cloister_crds::bucket::DeletionPolicy;
use cloister_crds::nodes::Tenancy;
use cloister_crds::offboarding::Stage;

use crate::environment::Account;
use crate::name::Names;
use crate::offboarding::{Destruction, doomed};
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
    pub keys: &'a KeyArns,
    /// Buckets of this tenant that have a name of their own.
    pub named_buckets: &'a BTreeSet<String>,
    /// Whether anything in its buckets is copied to the recovery region.
    pub copying: Copying,
    /// Load balancers that its applications have.
    pub load_balancers: usize,
    /// IngestBuckets, RedshiftSchemas, EtlPipelines and AnalyticsApps that this tenant once declared inline and no longer does.
    pub dropped_children: &'a BTreeSet<(ObjectKind, String)>,
    pub deleting: bool,
    /// Its offboarding has come to where everything goes; with `deleting`.
    pub destruction: Option<&'a Destruction>,
    /// How far its offboarding has come, while that is asked for.
    pub stage: Option<Stage>,
    /// A tenant that leaves still has instances: what they rest on stays until they are gone.
    pub nodes_left: bool,
    /// Minutes since Monday, 00:00 UTC.
    pub minute: i32,
}

/// What only KMS can tell, unknown until it has made the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyArns {
    /// Of the tenant's key.
    pub home: Option<String>,
    /// Of its key in the recovery region.
    pub recovery: Option<String>,
    /// Of the key of an Environment's records.
    pub audit: Option<String>,
}

impl KeyArns {
    /// The place for the ARN of a key; none for what is no key.
    pub fn of(&mut self, id: &ResourceId) -> Option<&mut Option<String>> {
        match id {
            ResourceId::Key(_) => Some(&mut self.home),
            ResourceId::RecoveryKey(_) => Some(&mut self.recovery),
            ResourceId::AuditKey(_) => Some(&mut self.audit),
            _ => None,
        }
    }
}

impl Inputs<'_> {
    fn key_arn(&self) -> &str {
        self.keys.home.as_deref().unwrap_or(KEY_NOT_KNOWN_YET)
    }

    fn tags(&self, resource_name: &str) -> Tags {
        let mut tags = self.owner.tags(resource_name);
        tags.insert(TENANT.into(), self.names.tenant.clone());
        tags.insert(ENVIRONMENT.into(), self.account.environment.clone());
        tags
    }

    /// Its key may be deleted.
    fn is_going(&self) -> bool {
        self.destruction.is_some_and(|destruction| destruction.keys)
    }

    /// The tables of its warehouse are being unloaded.
    fn unloads(&self) -> bool {
        self.stage == Some(Stage::Exporting) && self.spec.warehouse.is_some()
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
    let key = format!("kms-key/alias/cloister/{name}");
    let roles: Vec<String> =
        roles::PURPOSES.iter().map(|p| format!("iam-role/cloister-{name}-{p}")).collect();
    for (i, id) in spec.adopt.iter().enumerate() {
        if *id != key && !roles.contains(id) && !is_own_database(id, name, spec) {
            let known = format!("{key}, {}", roles.join(", "));
            let hint = format!("{id} is not one of this tenant's resources; write one of {known}");
            found.push(Violation::new(format!("spec.adopt[{i}]"), hint));
        }
    }
    if let Some(warehouse) = &spec.warehouse {
        found.extend(crate::warehouse::validate(&warehouse.cluster));
    }
    if spec.warehouse.is_none() && !spec.schemas.is_empty() {
        let hint = "schemas need a warehouse to be in: add spec.warehouse, such as warehouse: {size: Small}";
        found.push(Violation::new("spec.schemas", hint));
    }
    for (i, pipeline) in spec.pipelines.iter().enumerate() {
        let path = format!("spec.pipelines[{i}]");
        found.extend(crate::pipeline::validate(&path, &pipeline.name, &pipeline.spec));
    }
    for (i, bucket) in spec.ingest_buckets.iter().enumerate() {
        let path = format!("spec.ingestBuckets[{i}]");
        found.extend(crate::bucket::validate(&path, &bucket.spec, &spec.retention));
    }
    found
}

/// Whether an id to be adopted is that of the tenant's database in a shared cluster.
fn is_own_database(id: &str, name: &str, spec: &ClientTenantSpec) -> bool {
    let shared = spec.warehouse.as_ref().filter(|warehouse| warehouse.shared);
    let own = shared.map(|warehouse| format!("/{}", database(name, warehouse)));
    id.starts_with("redshift-database/") && own.is_some_and(|own| id.ends_with(&own))
}

/// What the tenant's account cannot give it.
#[must_use]
pub fn validate_home(spec: &ClientTenantSpec, account: &Account) -> Vec<Violation> {
    [warehouse_lacks(spec, account), nodes_lack(spec, account), copies::lacks(spec, account)]
        .into_iter()
        .flatten()
        .collect()
}

fn warehouse_lacks(spec: &ClientTenantSpec, account: &Account) -> Option<Violation> {
    let warehouse = spec.warehouse.as_ref()?;
    let (environment, lacking) = (&account.environment, account.recovery_region.is_none());
    let hint = match (warehouse.shared, lacking, account.has_warehouse) {
        (true, _, false) => format!(
            "Environment {environment} has no warehouse to share: set spec.warehouse of the Environment, such as \
             {{size: Medium}}, or leave shared out for a cluster of the tenant's own"
        ),
        (false, true, _) => format!(
            "a warehouse copies its snapshots to a second region, and Environment {environment} names none: \
             set spec.recoveryRegion of the Environment, such as us-west-2"
        ),
        _ => return None,
    };
    Some(Violation::new("spec.warehouse", hint))
}

fn nodes_lack(spec: &ClientTenantSpec, account: &Account) -> Option<Violation> {
    let no_image = format!(
        "nodes need an image and a cluster to join, and Environment {} names none: set spec.nodes of the \
         Environment, with imageId and cluster",
        account.environment
    );
    let (nodes, Some(source)) = (spec.nodes.as_ref()?, &account.nodes) else {
        return spec.nodes.is_some().then(|| Violation::new("spec.nodes", no_image));
    };
    // https://github.com/aws/karpenter-provider-aws/issues/3182
    let hint = format!(
        "Karpenter, which launches the nodes of Environment {}, uses no Dedicated Hosts: write DedicatedInstance, or          name an Environment without spec.nodes.karpenter",
        account.environment
    );
    let hosts = source.karpenter.is_some() && nodes.tenancy == Tenancy::DedicatedHost;
    hosts.then(|| Violation::new("spec.nodes.tenancy", hint))
}

/// Everything that the tenant needs, in AWS and in Kubernetes.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let mut set = DesiredSet::new();
    key::desire(inputs, &mut set);
    roles::desire(inputs, &mut set);
    guards::desire(inputs, &mut set);
    warehouse::desire(inputs, &mut set);
    copies::desire(inputs, &mut set);
    nodes::desire(inputs, &mut set);
    if let Some(destruction) = inputs.destruction {
        add_doomed(destruction, &mut set);
    }
    for (id, want) in &mut set {
        want.adopt = inputs.spec.adopt.contains(&id.to_string());
        if inputs.deleting {
            want.fate = fate_of_the_leaving(id, inputs);
        }
    }
    if inputs.deleting { leaving_order(inputs, &mut set) } else { set }
}

/// What is left of what the tenant's objects stood for. A policy goes after the roles that have it.
fn add_doomed(destruction: &Destruction, set: &mut DesiredSet) {
    let policies = || destruction.owned.iter().filter(|id| matches!(id, ResourceId::Policy(_))).cloned();
    for id in &destruction.owned {
        if let (Some(resource), false) = (doomed(id), set.contains_key(id)) {
            let is_role = matches!(id, ResourceId::Role(_));
            set.insert(id.clone(), want(resource, policies().filter(|_| is_role)));
        }
    }
}

/// Access goes at once. PHI, and what it cannot be read without, goes by an offboarding alone.
fn fate_of_the_leaving(id: &ResourceId, inputs: &Inputs<'_>) -> Fate {
    if inputs.nodes_left && carries_nodes(inputs, id) {
        return Fate::Retain;
    }
    if let Some(destruction) = inputs.destruction {
        return destruction.fate(id);
    }
    match (id, inputs.spec.deletion_policy) {
        (ResourceId::LogGroup(_) | ResourceId::Key(_) | ResourceId::RecoveryKey(_), _) => Fate::Retain,
        (id, DeletionPolicy::Retain) if holds_phi(id) => Fate::Retain,
        (_, DeletionPolicy::Delete | DeletionPolicy::Retain) => Fate::Vanish,
    }
}

/// What instances that still run rest on.
fn carries_nodes(inputs: &Inputs<'_>, id: &ResourceId) -> bool {
    let (node, boundary) = (inputs.names.role("node"), inputs.names.role("boundary"));
    match id {
        ResourceId::Key(_) | ResourceId::LaunchTemplate(_) | ResourceId::InstanceProfile(_) => true,
        ResourceId::Role(name) | ResourceId::Policy(name) => *name == node || *name == boundary,
        _ => false,
    }
}

/// The warehouse, and what it cannot be without. A cluster goes with a final snapshot, a database only when it is empty.
fn holds_phi(id: &ResourceId) -> bool {
    matches!(
        id,
        ResourceId::CopyGrant(_)
            | ResourceId::ParameterGroup(_)
            | ResourceId::SubnetGroup(_)
            | ResourceId::Cluster(_)
            | ResourceId::Database(_)
    )
}

/// The buckets go first, then the namespace with all of its guards; the rest waits for that, since the
/// buckets' own finalizers still work under the key.
fn leaving_order(inputs: &Inputs<'_>, set: &mut DesiredSet) -> DesiredSet {
    let namespace = inputs.namespace_id();
    set.retain(|id, _| match id {
        ResourceId::Object(object) => matches!(
            object.kind,
            ObjectKind::Namespace
                | ObjectKind::IngestBucket
                | ObjectKind::RedshiftSchema
                | ObjectKind::EtlPipeline
                | ObjectKind::AnalyticsApp
        ),
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
