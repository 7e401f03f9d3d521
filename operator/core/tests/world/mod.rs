//! A world in memory that obeys the steps: what AWS and the API server would hold.

#![allow(clippy::expect_used, clippy::panic)] // it is part of tests only

pub mod database;
mod nodes;
mod table;
mod warehouse;

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::observed::{Actual, Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{Desired, DesiredSet, Fate, Plan};
use cloister_core::resource::{
    Bucket, BucketStep, ClusterStep, CopyGrantStep, DatabaseStep, Encryption, InstanceProfileStep, Key,
    KeyState, KeyStep, LaunchTemplateStep, ObjectStep, ParameterGroupStep, Policy, PolicyStep,
    PublicAccessBlock, Queue, QueueStep, Replication, Resource, ResourceId, Role, RoleStep, Rotation, Step,
    SubnetGroupStep, TableStep, Versioning,
};
use cloister_core::tenant::{Copying, KeyArns};
use cloister_core::{app, bucket, tenant};
use cloister_crds::warehouse::Reboots;
use cloister_crds::{ClientTenant, Environment, Warehouse, WarehouseCluster};

pub const KEY_ARN: &str = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555";

const SOURCE: &str = "{imageId: ami-0123456789abcdef0, cluster: {name: platform, apiServerEndpoint: 'https://api', \
                      certificateAuthority: LS0t, cidr: 10.100.0.0/16}}";

/// Everything that the example tenant wants: its own part, and its bucket's.
pub struct Example {
    pub tenant: ClientTenant,
    pub account: Account,
    pub owner: Owner,
    pub names: Names,
    pub copying: Copying,
}

impl Example {
    pub fn new() -> Self {
        let mut tenant: ClientTenant = parse(include_str!("../../../../examples/acme-health.yaml"));
        let mut home: Environment = parse(include_str!("../../../../examples/environment-production.yaml"));
        let cluster = WarehouseCluster { reboots: Reboots::AtOnce, ..Default::default() };
        tenant.spec.warehouse = Some(Warehouse { cluster, ..Default::default() });
        tenant.spec.nodes = Some(cloister_crds::Nodes::default());
        home.spec.nodes = Some(parse(SOURCE));
        let uid = "5b0e1a52-0000-4000-8000-000000000001".to_owned();
        let owner = Owner { object: "ClientTenant/acme-health".into(), uid: uid.clone() };
        let names = Names::new("acme-health", &uid);
        let account = Account::new("production", &home.spec);
        Self { tenant, account, owner, names, copying: Copying::On }
    }

    /// The same tenant in a database of the environment's cluster.
    pub fn shared() -> Self {
        let mut example = Self::new();
        example.tenant.spec.warehouse = Some(Warehouse { shared: true, ..Default::default() });
        example.account.shared_cluster = Some("cloister-shared-production-00000000".into());
        example
    }

    pub fn desired(&self, keys: &KeyArns, deleting: bool) -> DesiredSet {
        let empty = std::collections::BTreeSet::new();
        let mut all = tenant::desire(&tenant::Inputs {
            spec: &self.tenant.spec,
            owner: &self.owner,
            names: &self.names,
            account: &self.account,
            keys,
            named_buckets: &empty,
            copying: self.copying,
            load_balancers: 0,
            dropped_children: &BTreeSet::new(),
            deleting,
            destruction: None,
            stage: None,
            nodes_left: false,
            minute: 0,
        });
        if let Some(key_arn) = &keys.home {
            let fate = if deleting { Fate::Vanish } else { Fate::Exist };
            all.extend(self.bucket((key_arn, keys.recovery.as_deref()), fate));
            all.extend(self.app(key_arn, fate));
        }
        all
    }

    fn app(&self, key_arn: &str, fate: Fate) -> DesiredSet {
        app::aws::desire(&app::aws::Inputs {
            name: "claims",
            tenant: &self.owner,
            names: &self.names,
            account: &self.account,
            key_arn,
            warehouse: Some(("cloister-acme-health-00000000", "acme_health")),
            fate,
        })
    }

    fn bucket(&self, (key_arn, copy_key): (&str, Option<&str>), fate: Fate) -> DesiredSet {
        let inline = &self.tenant.spec.ingest_buckets[0];
        bucket::desire(&bucket::Inputs {
            name: &inline.name,
            spec: &inline.spec,
            retention: &self.tenant.spec.retention,
            tenant: &self.owner,
            names: &self.names,
            account: &self.account,
            key_arn,
            copy_key,
            copied: self.copying == Copying::On,
            fate,
            intake: None,
        })
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_saphyr::from_str(text).expect("the example is valid")
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub held: BTreeMap<ResourceId, Actual>,
    /// Steps that may still succeed; the next one fails.
    pub patience: Option<usize>,
}

impl World {
    pub fn observe(&self, desired: &DesiredSet) -> ObservedSet {
        let look = |id: &ResourceId| self.held.get(id).cloned().map_or(Observed::Absent, Observed::Present);
        desired.keys().map(|id| (id.clone(), look(id))).collect()
    }

    pub fn keys(&self) -> KeyArns {
        let mut keys = KeyArns::default();
        for id in self.held.keys() {
            if let Some(arn) = keys.of(id) {
                *arn = Some(KEY_ARN.to_owned());
            }
        }
        keys
    }

    /// Carries out the works in their order, and stops at the step at which patience ends.
    pub fn act(&mut self, desire: impl Fn(&KeyArns) -> DesiredSet, plan: &Plan) {
        let mut left: Vec<_> = plan.works.iter().collect();
        let mut done = Vec::new();
        let mut desired = desire(&self.keys());
        while let Some(at) = left.iter().position(|w| w.after.iter().all(|id| done.contains(id))) {
            let work = left.remove(at);
            for step in &work.steps {
                if self.patience.is_some_and(|left| left == 0) {
                    return;
                }
                self.patience = self.patience.map(|left| left - 1);
                self.perform(&work.id, &desired[&work.id], step);
            }
            done.push(work.id.clone());
            // As soon as there is a key, what names it is wanted with its ARN.
            if matches!(work.id, ResourceId::Key(_) | ResourceId::RecoveryKey(_)) {
                desired = desire(&self.keys());
            }
        }
        assert!(left.is_empty(), "works wait for each other: {left:?}");
    }

    fn perform(&mut self, id: &ResourceId, want: &Desired, step: &Step) {
        let held = &mut self.held;
        match (step, &want.resource) {
            (
                Step::Policy(PolicyStep::Delete)
                | Step::Role(RoleStep::Delete)
                | Step::Queue(QueueStep::Delete)
                | Step::Table(TableStep::Delete)
                | Step::Bucket(BucketStep::Delete)
                | Step::CopyGrant(CopyGrantStep::Delete)
                | Step::ParameterGroup(ParameterGroupStep::Delete)
                | Step::SubnetGroup(SubnetGroupStep::Delete)
                | Step::Cluster(ClusterStep::Delete)
                | Step::Database(DatabaseStep::Drop)
                | Step::InstanceProfile(InstanceProfileStep::Delete)
                | Step::LaunchTemplate(LaunchTemplateStep::Delete)
                | Step::Object(ObjectStep::Delete),
                _,
            ) => drop(held.remove(id)),
            (Step::Key(step), Resource::Key(want)) => perform_key(held, id, want, step),
            (Step::Role(step), Resource::Role(want)) => perform_role(held, id, want, step),
            (Step::Bucket(step), Resource::Bucket(want)) => perform_bucket(held, id, want, step),
            (Step::Policy(_) | Step::Queue(_) | Step::Object(_), want) => put(held, id, want.clone()),
            (Step::Table(step), Resource::Table(want)) => table::perform(held, id, want, step),
            (step, want) if nodes::perform(held, id, want, step) => {}
            (step, want) => assert!(warehouse::perform(held, id, want, step), "{id} cannot take {step:?}"),
        }
    }
}

type Held = BTreeMap<ResourceId, Actual>;

fn put(held: &mut Held, id: &ResourceId, resource: Resource) {
    let arn = if matches!(resource, Resource::Key(_)) { KEY_ARN.to_owned() } else { format!("arn/{id}") };
    held.insert(id.clone(), Actual { resource, arn });
}

fn perform_key(held: &mut Held, id: &ResourceId, want: &Key, step: &KeyStep) {
    if *step == KeyStep::Create {
        assert!(!held.contains_key(id), "a second key");
        let rotation = Rotation { enabled: false, period_days: 0 };
        return put(held, id, Resource::Key(Key { alias: false, rotation, ..want.clone() }));
    }
    let Some(Resource::Key(key)) = held.get_mut(id).map(|a| &mut a.resource) else {
        panic!("{step:?} on no key")
    };
    match step {
        KeyStep::Create => {}
        KeyStep::CreateAlias | KeyStep::PointAlias => key.alias = true,
        KeyStep::CancelDeletion => key.state = KeyState::Disabled,
        KeyStep::Enable => key.state = KeyState::Enabled,
        KeyStep::PutPolicy => key.policy.clone_from(&want.policy),
        KeyStep::SetRotation => key.rotation = want.rotation,
        KeyStep::Tag => key.tags.clone_from(&want.tags),
        KeyStep::DeleteAlias => key.alias = false,
        KeyStep::ScheduleDeletion { .. } => key.state = KeyState::PendingDeletion,
    }
}

fn perform_role(held: &mut Held, id: &ResourceId, want: &Role, step: &RoleStep) {
    if *step == RoleStep::Create {
        return put(
            held,
            id,
            Resource::Role(Role { attached: std::collections::BTreeSet::new(), ..want.clone() }),
        );
    }
    let Some(Resource::Role(role)) = held.get_mut(id).map(|a| &mut a.resource) else {
        panic!("{step:?} on no role")
    };
    match step {
        RoleStep::Create | RoleStep::Delete => {}
        RoleStep::SetTrust => role.trust.clone_from(&want.trust),
        RoleStep::SetBoundary => role.boundary.clone_from(&want.boundary),
        RoleStep::Attach { policy } => drop(role.attached.insert(policy.clone())),
        RoleStep::Detach { policy } => drop(role.attached.remove(policy)),
        RoleStep::DeleteInline { name } => drop(role.inline.remove(name)),
        RoleStep::Tag => role.tags.clone_from(&want.tags),
    }
}

fn perform_bucket(held: &mut Held, id: &ResourceId, want: &Bucket, step: &BucketStep) {
    if *step == BucketStep::Create {
        return put(held, id, Resource::Bucket(Box::new(newborn(want))));
    }
    let Some(Resource::Bucket(bucket)) = held.get_mut(id).map(|a| &mut a.resource) else {
        panic!("{step:?} on no bucket")
    };
    match step {
        BucketStep::Create | BucketStep::Empty | BucketStep::Delete | BucketStep::PutDocument(_) => {}
        BucketStep::Quarantine => {
            let (ResourceId::Bucket(name) | ResourceId::ReplicaBucket(name)) = id else {
                panic!("{id} is no bucket")
            };
            bucket.policy = Some(Bucket::quarantine("aws", name));
        }
        BucketStep::PutPublicAccessBlock => bucket.public_access_block = want.public_access_block,
        BucketStep::PutOwnership => bucket.ownership = want.ownership,
        BucketStep::PutEncryption => bucket.encryption.clone_from(&want.encryption),
        BucketStep::PutVersioning => bucket.versioning = want.versioning,
        BucketStep::PutObjectLock => bucket.object_lock.clone_from(&want.object_lock),
        BucketStep::PutLogging => bucket.logging.clone_from(&want.logging),
        BucketStep::PutLifecycle => bucket.lifecycle.clone_from(&want.lifecycle),
        BucketStep::PutNotification => bucket.notifications.clone_from(&want.notifications),
        BucketStep::PutTagging => bucket.tags.clone_from(&want.tags),
        BucketStep::PutReplication => bucket.replication.clone_from(&want.replication),
        BucketStep::PutPolicy => {
            bucket.policy.clone_from(&want.policy);
            let closed = Bucket { replication: bucket.replication.clone(), ..want.clone() };
            assert_eq!(**bucket, closed, "the bucket was opened before all of its safeguards held");
        }
    }
}

/// What AWS gives a new bucket.
fn newborn(want: &Bucket) -> Bucket {
    Bucket {
        policy: None,
        public_access_block: PublicAccessBlock::ALL,
        encryption: Encryption { algorithm: "AES256".into(), kms_key: None, bucket_key: false },
        versioning: Versioning::Off,
        object_lock: None,
        logging: None,
        lifecycle: BTreeMap::new(),
        notifications: BTreeMap::new(),
        replication: None,
        ..want.clone()
    }
}

/// Damages one part of a resource; which one `n` tells. Nothing where the resource has no such part.
pub fn damage(resource: &mut Resource, n: usize) {
    match resource {
        Resource::Key(key) => match n % 5 {
            0 => key.state = KeyState::PendingDeletion,
            1 => key.state = KeyState::Disabled,
            2 => key.alias = false,
            3 => key.policy = None,
            _ => key.rotation.enabled = false,
        },
        Resource::Policy(Policy { document }) => *document = None,
        Resource::Role(role) => match n % 4 {
            0 => role.trust = None,
            1 => role.boundary.clear(),
            2 => drop(role.inline.insert("backdoor".into())),
            _ => role.attached = [String::from("arn:aws:iam::aws:policy/AdministratorAccess")].into(),
        },
        Resource::Queue(Queue { policy, kms_key, .. }) => {
            if n.is_multiple_of(2) {
                *policy = None;
            } else {
                kms_key.clear();
            }
        }
        Resource::Bucket(bucket) => match n % 9 {
            0 => bucket.policy = None,
            1 => bucket.public_access_block = PublicAccessBlock::NONE,
            2 => bucket.encryption.algorithm = "AES256".into(),
            3 => bucket.versioning = Versioning::Suspended,
            4 => bucket.logging = None,
            5 => bucket.lifecycle.clear(),
            6 => bucket.notifications.clear(),
            // A rule is off, or one leads away.
            7 => match &mut bucket.replication {
                Some(replication) => replication.rules.values_mut().for_each(|rule| rule.enabled = false),
                none => *none = Some(Replication { role: "stranger".into(), rules: BTreeMap::new() }),
            },
            _ => bucket.ownership = cloister_core::resource::Ownership::Other,
        },
        Resource::Table(table) => table::damage(table, n),
        Resource::LogGroup(_)
        | Resource::CopyGrant(_)
        | Resource::ParameterGroup(_)
        | Resource::SubnetGroup(_)
        | Resource::Cluster(_)
        | Resource::Database(_) => warehouse::damage(resource, n),
        Resource::InstanceProfile(_) | Resource::LaunchTemplate(_) => nodes::damage(resource, n),
        // They have tests of their own.
        Resource::Schema(_)
        | Resource::Guardrail(_)
        | Resource::EventRule(_)
        | Resource::AuditBucket(_)
        | Resource::Trail(_)
        | Resource::FlowLog(_)
        | Resource::Alarm(_) => {}
        Resource::Object(object) => {
            if let Some(spec) = object.get_mut("spec").and_then(|s| s.as_object_mut()) {
                spec.insert("extra".into(), n.into());
            }
        }
    }
}
