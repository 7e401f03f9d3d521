use std::fmt;

use serde::Serialize;

use super::{GuardrailId, ObjectId};

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
    /// The copy of a bucket, in the recovery region.
    ReplicaBucket(String),
    /// Of CloudWatch Logs, by name.
    LogGroup(String),
    /// By alias, in the recovery region.
    RecoveryKey(String),
    /// By alias: the key of the Environment's records.
    AuditKey(String),
    /// By alias: the key that the Environment's evidence is signed with.
    SigningKey(String),
    /// Of Redshift, in the recovery region.
    CopyGrant(String),
    ParameterGroup(String),
    SubnetGroup(String),
    Cluster(String),
    /// `CLUSTER/DATABASE`.
    Database(String),
    InstanceProfile(String),
    LaunchTemplate(String),
    /// `CLUSTER/DATABASE.SCHEMA`.
    Schema(String),
    /// In the audit account.
    AuditBucket(String),
    Trail(String),
    /// By the VPC.
    FlowLog(String),
    /// Of CloudWatch, with its metric filter.
    Alarm(String),
    /// Of the account itself.
    Guardrail(GuardrailId),
    /// Of EventBridge's default bus, by name.
    EventRule(String),
    /// The same in another region, from which it sends events home.
    ForwardingRule {
        region: String,
        name: String,
    },
    /// Of DynamoDB, by name.
    Table(String),
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) => write!(f, "kms-key/{name}"),
            Self::Policy(name) => write!(f, "iam-policy/{name}"),
            Self::Role(name) => write!(f, "iam-role/{name}"),
            Self::Queue(name) => write!(f, "sqs-queue/{name}"),
            Self::Bucket(name) => write!(f, "s3-bucket/{name}"),
            Self::ReplicaBucket(name) => write!(f, "replica-bucket/{name}"),
            Self::LogGroup(name) => write!(f, "log-group/{name}"),
            Self::RecoveryKey(name) => write!(f, "recovery-kms-key/{name}"),
            // No safeguard of the other keys is about it: its readers are of another account.
            Self::AuditKey(name) => write!(f, "audit-key/{name}"),
            Self::SigningKey(name) => write!(f, "signing-key/{name}"),
            Self::CopyGrant(name) => write!(f, "redshift-snapshot-copy-grant/{name}"),
            Self::ParameterGroup(name) => write!(f, "redshift-parameter-group/{name}"),
            Self::SubnetGroup(name) => write!(f, "redshift-subnet-group/{name}"),
            Self::Cluster(name) => write!(f, "redshift-cluster/{name}"),
            Self::Database(name) => write!(f, "redshift-database/{name}"),
            Self::InstanceProfile(name) => write!(f, "iam-instance-profile/{name}"),
            Self::LaunchTemplate(name) => write!(f, "ec2-launch-template/{name}"),
            Self::Schema(name) => write!(f, "redshift-schema/{name}"),
            Self::EventRule(name) => write!(f, "eventbridge-rule/{name}"),
            Self::ForwardingRule { name, .. } => write!(f, "forwarding-rule/{name}"),
            Self::AuditBucket(name) => write!(f, "audit-bucket/{name}"),
            Self::Trail(name) => write!(f, "trail/{name}"),
            Self::FlowLog(vpc) => write!(f, "flow-log/{vpc}"),
            Self::Alarm(name) => write!(f, "cloudwatch-alarm/{name}"),
            Self::Table(name) => write!(f, "dynamodb-table/{name}"),
            Self::Guardrail(guardrail) => guardrail.fmt(f),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl Serialize for ResourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
