//! The resources that Cloister manages. A struct here holds just the managed fields: what it has is
//! compared, repaired and tested field by field; what it lacks is left to others.

mod audit_bucket;
mod bucket;
mod cluster;
mod copy_grant;
mod database;
mod event_rule;
mod guardrail;
mod id;
mod instance_profile;
mod key;
mod launch_template;
mod log_group;
mod object;
mod parameter_group;
mod password_policy;
mod policy;
mod queue;
mod role;
mod schema;
mod step;
mod subnet_group;
mod trail;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use audit_bucket::{GUARD, delivery};
pub use bucket::{
    Bucket, BucketStep, Encryption, LifecycleRule, Logging, ObjectLock, Ownership, PublicAccessBlock,
    QUARANTINE, QueueNotification, Transition, Versioning,
};
pub use cluster::{Cluster, ClusterEncryption, ClusterStep, Nodes, Reboot, SnapshotCopy};
pub use copy_grant::{CopyGrant, CopyGrantStep};
pub use database::{DatabaseStep, WarehouseDatabase};
pub use event_rule::{EventRule, EventRuleStep};
pub use guardrail::{EbsEncryption, Guardrail, GuardrailId, GuardrailKind, GuardrailStep, SnapshotBlock};
pub use id::ResourceId;
pub use instance_profile::{InstanceProfile, InstanceProfileStep};
pub use key::{Key, KeyState, KeyStep, Rotation};
pub use launch_template::{LaunchTemplate, LaunchTemplateStep, MetadataOptions, Volume};
pub use log_group::{LogGroup, LogGroupStep};
pub use object::{ObjectId, ObjectKind, ObjectStep};
pub use parameter_group::{ParameterGroup, ParameterGroupStep};
pub use password_policy::PasswordPolicy;
pub use policy::{Policy, PolicyStep};
pub use queue::{Queue, QueueStep, Redrive};
pub use role::{Role, RoleStep};
pub use schema::{Database, Schema, SchemaStep};
pub use step::Step;
pub use subnet_group::{SubnetGroup, SubnetGroupStep};
pub use trail::{Selector, Trail, TrailLogs, TrailStep};

use crate::drift::Drift;

pub type Tags = BTreeMap<String, String>;

/// A resource as declared or as found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Resource {
    Key(Key),
    Policy(Policy),
    Role(Role),
    Queue(Queue),
    Bucket(Box<Bucket>),
    LogGroup(LogGroup),
    CopyGrant(CopyGrant),
    ParameterGroup(ParameterGroup),
    SubnetGroup(SubnetGroup),
    Cluster(Box<Cluster>),
    Database(Box<WarehouseDatabase>),
    InstanceProfile(InstanceProfile),
    LaunchTemplate(Box<LaunchTemplate>),
    Schema(Box<Schema>),
    Guardrail(Guardrail),
    EventRule(EventRule),
    /// It is none's alone.
    AuditBucket(Box<Bucket>),
    Trail(Box<Trail>),
    Object(Value),
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
            Self::Bucket(r) | Self::AuditBucket(r) => Some(&r.tags),
            Self::Trail(r) => Some(&r.tags),
            Self::LogGroup(r) => Some(&r.tags),
            Self::CopyGrant(r) => Some(&r.tags),
            Self::ParameterGroup(r) => Some(&r.tags),
            Self::SubnetGroup(r) => Some(&r.tags),
            Self::Cluster(r) => Some(&r.tags),
            Self::Policy(_) | Self::Database(_) | Self::Schema(_) | Self::Guardrail(_) | Self::Object(_) => {
                None
            }
            Self::InstanceProfile(r) => Some(&r.tags),
            Self::LaunchTemplate(r) => Some(&r.tags),
            Self::EventRule(r) => Some(&r.tags),
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
            Self::LogGroup(_) => LogGroup::create().into_iter().map(Step::LogGroup).collect(),
            Self::CopyGrant(_) => vec![Step::CopyGrant(CopyGrantStep::Create)],
            Self::ParameterGroup(_) => {
                ParameterGroup::create().into_iter().map(Step::ParameterGroup).collect()
            }
            Self::SubnetGroup(_) => vec![Step::SubnetGroup(SubnetGroupStep::Create)],
            Self::Cluster(_) => Cluster::create().into_iter().map(Step::Cluster).collect(),
            Self::Database(want) => want.create().into_iter().map(Step::Database).collect(),
            Self::InstanceProfile(_) => {
                InstanceProfile::create().into_iter().map(Step::InstanceProfile).collect()
            }
            Self::LaunchTemplate(_) => vec![Step::LaunchTemplate(LaunchTemplateStep::Create)],
            // Even a schema that is not there is planned by what its database holds.
            Self::Schema(_) => Vec::new(),
            Self::Guardrail(want) => vec![Step::Guardrail(want.put())],
            Self::EventRule(_) => EventRule::create().into_iter().map(Step::EventRule).collect(),
            Self::AuditBucket(want) => audit_bucket::create(want),
            Self::Trail(_) => Trail::create(),
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
            (Self::LogGroup(_), Self::LogGroup(_)) => {
                LogGroup::repair(&parts).into_iter().map(Step::LogGroup).collect()
            }
            (Self::CopyGrant(_), Self::CopyGrant(_)) => {
                CopyGrant::repair(&parts).into_iter().map(Step::CopyGrant).collect()
            }
            (Self::ParameterGroup(_), Self::ParameterGroup(_)) => {
                ParameterGroup::repair(&parts).into_iter().map(Step::ParameterGroup).collect()
            }
            (Self::SubnetGroup(_), Self::SubnetGroup(_)) => {
                SubnetGroup::repair(&parts).into_iter().map(Step::SubnetGroup).collect()
            }
            (Self::Cluster(want), Self::Cluster(have)) => {
                want.repair(have, &parts).into_iter().map(Step::Cluster).collect()
            }
            (Self::Database(want), Self::Database(have)) => {
                want.repair(have).into_iter().map(Step::Database).collect()
            }
            (Self::InstanceProfile(_), Self::InstanceProfile(have)) => {
                InstanceProfile::repair(have, &parts).into_iter().map(Step::InstanceProfile).collect()
            }
            (Self::LaunchTemplate(_), Self::LaunchTemplate(_)) => {
                LaunchTemplate::repair(&parts).into_iter().map(Step::LaunchTemplate).collect()
            }
            (Self::AuditBucket(want), Self::AuditBucket(_)) => audit_bucket::repair(want, &parts),
            (Self::Trail(_), Self::Trail(_)) => Trail::repair(&parts),
            (Self::Guardrail(want), Self::Guardrail(_)) => vec![Step::Guardrail(want.put())],
            (Self::EventRule(want), Self::EventRule(have)) => {
                want.repair(have, &parts).into_iter().map(Step::EventRule).collect()
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
            // Audit data outlives what it is about (45 CFR 164.316(b)(2)(i)); a schema plans for itself; an account
            // is no less safe without us.
            Self::LogGroup(_)
            | Self::AuditBucket(_)
            | Self::Trail(_)
            | Self::Schema(_)
            | Self::Guardrail(_) => Vec::new(),
            Self::CopyGrant(_) => vec![Step::CopyGrant(CopyGrantStep::Delete)],
            Self::ParameterGroup(_) => vec![Step::ParameterGroup(ParameterGroupStep::Delete)],
            Self::SubnetGroup(_) => vec![Step::SubnetGroup(SubnetGroupStep::Delete)],
            Self::Cluster(_) => vec![Step::Cluster(ClusterStep::Delete)],
            Self::Database(_) => vec![Step::Database(DatabaseStep::Drop)],
            Self::InstanceProfile(have) => have.delete().into_iter().map(Step::InstanceProfile).collect(),
            Self::LaunchTemplate(_) => vec![Step::LaunchTemplate(LaunchTemplateStep::Delete)],
            Self::EventRule(have) => have.delete().into_iter().map(Step::EventRule).collect(),
            Self::Object(_) => vec![Step::Object(ObjectStep::Delete)],
        }
    }

    /// The steps that remove it with all that is in it, which nothing but an offboarding wants.
    #[must_use]
    pub fn destroy(have: &Self) -> Vec<Step> {
        match have {
            Self::Bucket(_) => [BucketStep::Empty, BucketStep::Delete].map(Step::Bucket).into(),
            Self::Cluster(_) => {
                [ClusterStep::DeleteSnapshots, ClusterStep::DeleteForGood].map(Step::Cluster).into()
            }
            other => Self::delete(other),
        }
    }

    /// The step that puts ownership tags on something that is to be adopted.
    #[must_use]
    pub fn adopt(have: &Self) -> Option<Step> {
        match have {
            Self::Key(_) => Some(Step::Key(KeyStep::Tag)),
            Self::Role(_) => Some(Step::Role(RoleStep::Tag)),
            Self::Queue(_) => Some(Step::Queue(QueueStep::Tag)),
            Self::Bucket(_) | Self::AuditBucket(_) => Some(Step::Bucket(BucketStep::PutTagging)),
            Self::Trail(_) => Some(Step::Trail(TrailStep::Tag)),
            Self::LogGroup(_) => Some(Step::LogGroup(LogGroupStep::Tag)),
            Self::CopyGrant(_) => Some(Step::CopyGrant(CopyGrantStep::Tag)),
            Self::ParameterGroup(_) => Some(Step::ParameterGroup(ParameterGroupStep::Tag)),
            Self::SubnetGroup(_) => Some(Step::SubnetGroup(SubnetGroupStep::Tag)),
            Self::Cluster(_) => Some(Step::Cluster(ClusterStep::Tag)),
            Self::Database(_) => Some(Step::Database(DatabaseStep::Adopt)),
            Self::InstanceProfile(_) => Some(Step::InstanceProfile(InstanceProfileStep::Tag)),
            Self::LaunchTemplate(_) => Some(Step::LaunchTemplate(LaunchTemplateStep::Tag)),
            Self::EventRule(_) => Some(Step::EventRule(EventRuleStep::Tag)),
            // Whose these are cannot be changed afterwards, or they are nobody's.
            Self::Policy(_) | Self::Schema(_) | Self::Guardrail(_) | Self::Object(_) => None,
        }
    }

    /// What is wanted, given what was found.
    #[must_use]
    pub fn given<'a>(&'a self, have: &Self) -> Cow<'a, Self> {
        match (self, have) {
            (Self::Database(want), Self::Database(have)) => {
                Cow::Owned(Self::Database(Box::new(want.given(have))))
            }
            (Self::AuditBucket(want), Self::AuditBucket(have)) => {
                Cow::Owned(Self::AuditBucket(Box::new(audit_bucket::given(want, have))))
            }
            (Self::Guardrail(want), Self::Guardrail(have)) => Cow::Owned(Self::Guardrail(want.given(have))),
            _ => Cow::Borrowed(self),
        }
    }

    /// Why it cannot be removed as it was found.
    #[must_use]
    pub fn stays(&self) -> Option<String> {
        match self {
            Self::Database(have) => have.stays(),
            _ => None,
        }
    }

    /// Why a difference that could be mended is left for now.
    #[must_use]
    pub fn deferred(&self) -> Option<String> {
        match self {
            Self::Cluster(want) => want.deferred(),
            _ => None,
        }
    }
}
