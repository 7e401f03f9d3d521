//! The resources that Cloister manages. A struct here holds just the managed fields: what it has is
//! compared, repaired and tested field by field; what it lacks is left to others.

mod alarm;
mod audit_bucket;
mod bucket;
mod cluster;
mod copy_grant;
mod database;
mod detector;
mod event_rule;
mod filled_in;
mod flow_log;
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
mod quantity;
mod queue;
mod recorder;
mod role;
mod schema;
mod step;
mod steps;
mod subnet_group;
mod table;
mod trail;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use alarm::{Alarm, AlarmStep, MetricFilter, Watch};
pub use audit_bucket::{ACCESS_LOGS, GUARD, delivery, door_delivery, doors, flow_delivery};
pub use bucket::{
    Bucket, BucketStep, Encryption, LifecycleRule, Logging, ObjectLock, Ownership, PublicAccessBlock,
    QUARANTINE, QueueNotification, Replication, ReplicationRule, Transition, Versioning,
};
pub use cluster::{Cluster, ClusterEncryption, ClusterStep, Nodes, Reboot, SnapshotCopy};
pub use copy_grant::{CopyGrant, CopyGrantStep};
pub use database::{DatabaseStep, WarehouseDatabase};
pub use detector::Detector;
pub use event_rule::{EventRule, EventRuleStep, EventTarget};
pub use filled_in::{LOAD_BALANCER, filled_in};
pub use flow_log::{FlowLog, FlowLogStep};
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
pub use quantity::{cores, memory, quantity};
pub use queue::{Queue, QueueStep, Redrive};
pub use recorder::{Channel, RECORDER, Recorder};
pub use role::{Role, RoleStep};
pub use schema::{Database, Schema, SchemaStep};
pub use step::Step;
pub use subnet_group::{SubnetGroup, SubnetGroupStep};
pub use table::{Table, TableStep};
pub use trail::{Selector, Trail, TrailLogs, TrailStep};

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
    FlowLog(FlowLog),
    Alarm(Box<Alarm>),
    Table(Table),
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
            Self::Table(r) => Some(&r.tags),
            Self::Bucket(r) | Self::AuditBucket(r) => Some(&r.tags),
            Self::Trail(r) => Some(&r.tags),
            Self::Alarm(r) => Some(&r.tags),
            Self::LogGroup(r) => Some(&r.tags),
            Self::CopyGrant(r) => Some(&r.tags),
            Self::ParameterGroup(r) => Some(&r.tags),
            Self::SubnetGroup(r) => Some(&r.tags),
            Self::Cluster(r) => Some(&r.tags),
            Self::Policy(_)
            | Self::Database(_)
            | Self::Schema(_)
            | Self::Guardrail(_)
            | Self::FlowLog(_)
            | Self::Object(_) => None,
            Self::InstanceProfile(r) => Some(&r.tags),
            Self::LaunchTemplate(r) => Some(&r.tags),
            Self::EventRule(r) => Some(&r.tags),
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
            (Self::Object(want), Self::Object(have)) => Cow::Owned(Self::Object(filled_in(want, have))),
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
