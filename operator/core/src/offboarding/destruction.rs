use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Fate;
use crate::resource::{
    Bucket, Encryption, Ownership, Policy, PublicAccessBlock, Queue, Resource, ResourceId, Role, Table, Tags,
    Versioning,
};

/// What is destroyed in this pass beside what the tenant's declaration names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destruction {
    /// Everything else is gone: the keys go too.
    pub keys: bool,
    /// Buckets, queues, tables, roles and policies that carry the tenant's tags, whoever declared them, once or now.
    pub owned: BTreeSet<ResourceId>,
    /// Buckets of which only what Object Lock holds is left.
    pub locked: BTreeSet<ResourceId>,
}

impl Destruction {
    #[must_use]
    pub(crate) fn fate(&self, id: &ResourceId) -> Fate {
        match id {
            // Audit data outlives what it is about (45 CFR 164.316(b)(2)(i)).
            ResourceId::LogGroup(_) => Fate::Retain,
            ResourceId::Key(_) | ResourceId::RecoveryKey(_) if !self.keys => Fate::Retain,
            id if self.locked.contains(id) => Fate::Retain,
            _ => Fate::Destroy,
        }
    }
}

/// What is looked for where nothing is wanted but that it is gone; none for what is not looked for by its tags.
#[must_use]
pub fn doomed(id: &ResourceId) -> Option<Resource> {
    match id {
        ResourceId::Bucket(_) | ResourceId::ReplicaBucket(_) => Some(Resource::Bucket(Box::new(Bucket {
            policy: None,
            public_access_block: PublicAccessBlock::ALL,
            ownership: Ownership::BucketOwnerEnforced,
            encryption: Encryption { algorithm: "aws:kms".into(), kms_key: None, bucket_key: true },
            versioning: Versioning::Enabled,
            object_lock: None,
            logging: None,
            lifecycle: BTreeMap::new(),
            notifications: BTreeMap::new(),
            replication: None,
            tags: Tags::new(),
        }))),
        ResourceId::Queue(_) => Some(Resource::Queue(Queue {
            kms_key: String::new(),
            data_key_reuse_seconds: 0,
            retention_seconds: 0,
            visibility_seconds: 0,
            policy: None,
            redrive: None,
            tags: Tags::new(),
        })),
        ResourceId::Table(_) => Some(Resource::Table(Table {
            key: String::new(),
            kms_key: None,
            billing: String::new(),
            expires: None,
            deletion_protection: false,
            point_in_time_recovery: false,
            tags: Tags::new(),
        })),
        ResourceId::Role(_) => Some(Resource::Role(Role {
            trust: None,
            boundary: String::new(),
            attached: BTreeSet::new(),
            inline: BTreeSet::new(),
            tags: Tags::new(),
        })),
        ResourceId::Policy(_) => Some(Resource::Policy(Policy { document: None })),
        _ => None,
    }
}
