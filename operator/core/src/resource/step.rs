use serde::Serialize;

use super::{
    AlarmStep, BucketStep, ClusterStep, CopyGrantStep, DatabaseStep, EventRuleStep, FlowLogStep,
    GuardrailStep, InstanceProfileStep, KeyStep, LaunchTemplateStep, LogGroupStep, ObjectStep,
    ParameterGroupStep, PolicyStep, QueueStep, RoleStep, SchemaStep, SubnetGroupStep, TableStep, TrailStep,
};
use crate::plan::Safety;

/// One call that changes something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Step {
    Key(KeyStep),
    Policy(PolicyStep),
    Role(RoleStep),
    Queue(QueueStep),
    Bucket(BucketStep),
    LogGroup(LogGroupStep),
    CopyGrant(CopyGrantStep),
    ParameterGroup(ParameterGroupStep),
    SubnetGroup(SubnetGroupStep),
    Cluster(ClusterStep),
    Database(DatabaseStep),
    InstanceProfile(InstanceProfileStep),
    LaunchTemplate(LaunchTemplateStep),
    Schema(SchemaStep),
    Guardrail(GuardrailStep),
    EventRule(EventRuleStep),
    Trail(TrailStep),
    FlowLog(FlowLogStep),
    Alarm(AlarmStep),
    Table(TableStep),
    Object(ObjectStep),
}

impl Step {
    /// What a log may say of it: of a transaction not its statements, which hold values from the manifest.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Schema(transaction) => transaction.title.clone(),
            Self::Bucket(BucketStep::PutDocument(_)) => "PutPolicy".to_owned(),
            step => format!("{step:?}"),
        }
    }

    #[must_use]
    pub fn safety(&self) -> Safety {
        match self {
            Self::Schema(transaction) => transaction.safety,
            Self::Database(step) => step.safety(),
            Self::Key(KeyStep::ScheduleDeletion { .. })
            | Self::Bucket(BucketStep::Empty | BucketStep::Delete)
            | Self::Cluster(
                ClusterStep::Delete | ClusterStep::DeleteSnapshots | ClusterStep::DeleteForGood,
            )
            | Self::Table(TableStep::Delete)
            | Self::Queue(QueueStep::Delete) => Safety::Destructive,
            Self::Bucket(BucketStep::Quarantine)
            | Self::Policy(PolicyStep::Delete)
            | Self::Role(RoleStep::Delete)
            | Self::Cluster(ClusterStep::Resize | ClusterStep::Reboot)
            | Self::Object(ObjectStep::Delete) => Safety::Disruptive,
            Self::Key(_)
            | Self::Policy(_)
            | Self::Role(_)
            | Self::Queue(_)
            | Self::Bucket(_)
            | Self::LogGroup(_)
            | Self::CopyGrant(_)
            | Self::ParameterGroup(_)
            | Self::SubnetGroup(_)
            | Self::Cluster(_)
            | Self::InstanceProfile(_)
            | Self::LaunchTemplate(_)
            | Self::Guardrail(_)
            | Self::EventRule(_)
            | Self::Trail(_)
            | Self::FlowLog(_)
            | Self::Alarm(_)
            | Self::Table(_)
            | Self::Object(_) => Safety::Safe,
        }
    }
}
