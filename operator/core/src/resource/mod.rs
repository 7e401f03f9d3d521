//! The resources that Cloister manages. A struct here holds just the managed fields: what it has is
//! compared, repaired and tested field by field; what it lacks is left to others.

mod bucket;
mod key;
mod object;
mod policy;
mod queue;
mod role;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

pub use bucket::{
    Bucket, BucketStep, Encryption, LifecycleRule, Logging, ObjectLock, Ownership, PublicAccessBlock,
    QUARANTINE, QueueNotification, Transition, Versioning,
};
pub use key::{Key, KeyState, KeyStep, Rotation};
pub use object::{ObjectId, ObjectKind, ObjectStep};
pub use policy::{Policy, PolicyStep};
pub use queue::{Queue, QueueStep, Redrive};
pub use role::{Role, RoleStep};

use crate::drift::Drift;
use crate::plan::Safety;

pub type Tags = BTreeMap<String, String>;

/// Which resource. The name is deterministic, so that a crash can never make a second one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceId {
    Object(ObjectId),
    /// By alias, `alias/cloister/NAME`.
    Key(String),
    /// Customer-managed IAM policy, by name.
    Policy(String),
    Role(String),
    Queue(String),
    Bucket(String),
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) => write!(f, "kms-key/{name}"),
            Self::Policy(name) => write!(f, "iam-policy/{name}"),
            Self::Role(name) => write!(f, "iam-role/{name}"),
            Self::Queue(name) => write!(f, "sqs-queue/{name}"),
            Self::Bucket(name) => write!(f, "s3-bucket/{name}"),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl Serialize for ResourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A resource as declared or as found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Resource {
    Key(Key),
    Policy(Policy),
    Role(Role),
    Queue(Queue),
    Bucket(Box<Bucket>),
    Object(Value),
}

/// One call that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Step {
    Key(KeyStep),
    Policy(PolicyStep),
    Role(RoleStep),
    Queue(QueueStep),
    Bucket(BucketStep),
    Object(ObjectStep),
}

impl Step {
    #[must_use]
    pub fn safety(&self) -> Safety {
        match self {
            Self::Key(KeyStep::ScheduleDeletion { .. })
            | Self::Bucket(BucketStep::Delete)
            | Self::Queue(QueueStep::Delete) => Safety::Destructive,
            Self::Bucket(BucketStep::Quarantine)
            | Self::Policy(PolicyStep::Delete)
            | Self::Role(RoleStep::Delete)
            | Self::Object(ObjectStep::Delete) => Safety::Disruptive,
            Self::Key(_)
            | Self::Policy(_)
            | Self::Role(_)
            | Self::Queue(_)
            | Self::Bucket(_)
            | Self::Object(_) => Safety::Safe,
        }
    }
}

/// What stands for the tenant's key in a document until AWS has given its ARN.
pub const KEY_NOT_KNOWN_YET: &str = "(known once the key exists)";

impl Resource {
    #[must_use]
    pub fn tags(&self) -> Option<&Tags> {
        match self {
            Self::Key(r) => Some(&r.tags),
            Self::Role(r) => Some(&r.tags),
            Self::Queue(r) => Some(&r.tags),
            Self::Bucket(r) => Some(&r.tags),
            Self::Policy(_) | Self::Object(_) => None,
        }
    }

    /// The steps that make this resource out of nothing, in a safe order.
    #[must_use]
    pub fn create(&self) -> Vec<Step> {
        match self {
            Self::Key(_) => Key::create().into_iter().map(Step::Key).collect(),
            Self::Policy(_) => vec![Step::Policy(PolicyStep::Create)],
            Self::Role(want) => want.create().into_iter().map(Step::Role).collect(),
            Self::Queue(_) => vec![Step::Queue(QueueStep::Create)],
            Self::Bucket(want) => want.create().into_iter().map(Step::Bucket).collect(),
            Self::Object(_) => vec![Step::Object(ObjectStep::Create)],
        }
    }

    /// The steps that mend these differences, in a safe order.
    #[must_use]
    pub fn repair(&self, have: &Self, drift: &[Drift]) -> Vec<Step> {
        let parts: BTreeSet<&str> = drift.iter().filter(|d| d.is_correctable()).map(Drift::part).collect();
        if parts.is_empty() {
            return Vec::new();
        }
        match (self, have) {
            (Self::Key(_), Self::Key(have)) => Key::repair(have, &parts).into_iter().map(Step::Key).collect(),
            (Self::Policy(_), Self::Policy(_)) => {
                Policy::repair(&parts).into_iter().map(Step::Policy).collect()
            }
            (Self::Role(want), Self::Role(have)) => {
                want.repair(have, &parts).into_iter().map(Step::Role).collect()
            }
            (Self::Queue(_), Self::Queue(_)) => Queue::repair(&parts).into_iter().map(Step::Queue).collect(),
            (Self::Bucket(_), Self::Bucket(_)) => {
                Bucket::repair(&parts).into_iter().map(Step::Bucket).collect()
            }
            (Self::Object(_), Self::Object(_)) => vec![Step::Object(ObjectStep::Apply)],
            // An id names one kind only, so two kinds never meet.
            _ => Vec::new(),
        }
    }

    /// The steps that remove it.
    #[must_use]
    pub fn delete(have: &Self) -> Vec<Step> {
        match have {
            Self::Key(have) => have.delete().into_iter().map(Step::Key).collect(),
            Self::Policy(_) => vec![Step::Policy(PolicyStep::Delete)],
            Self::Role(have) => have.delete().into_iter().map(Step::Role).collect(),
            Self::Queue(_) => vec![Step::Queue(QueueStep::Delete)],
            Self::Bucket(_) => vec![Step::Bucket(BucketStep::Delete)],
            Self::Object(_) => vec![Step::Object(ObjectStep::Delete)],
        }
    }

    /// The step that puts ownership tags on something that is to be adopted.
    #[must_use]
    pub fn adopt(have: &Self) -> Option<Step> {
        match have {
            Self::Key(_) => Some(Step::Key(KeyStep::Tag)),
            Self::Role(_) => Some(Step::Role(RoleStep::Tag)),
            Self::Queue(_) => Some(Step::Queue(QueueStep::Tag)),
            Self::Bucket(_) => Some(Step::Bucket(BucketStep::PutTagging)),
            // Whose these are cannot be changed afterwards.
            Self::Policy(_) | Self::Object(_) => None,
        }
    }
}
