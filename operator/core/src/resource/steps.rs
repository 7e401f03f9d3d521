//! Which steps bring a resource to what is wanted of it.

use std::collections::BTreeSet;

use super::{
    Alarm, AlarmStep, Bucket, BucketStep, Cluster, ClusterStep, CopyGrant, CopyGrantStep, DatabaseStep,
    EventRule, EventRuleStep, FlowLogStep, InstanceProfile, InstanceProfileStep, Key, KeyStep,
    LaunchTemplate, LaunchTemplateStep, LogGroup, LogGroupStep, ObjectStep, ParameterGroup,
    ParameterGroupStep, Policy, PolicyStep, Queue, QueueStep, Resource, RoleStep, Step, SubnetGroup,
    SubnetGroupStep, Table, TableStep, Trail, TrailStep, audit_bucket,
};
use crate::drift::Drift;

impl Resource {
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
            Self::FlowLog(_) => vec![Step::FlowLog(FlowLogStep::Create)],
            Self::Alarm(_) => Alarm::create().into_iter().map(Step::Alarm).collect(),
            Self::Table(_) => vec![Step::Table(TableStep::Create)],
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
            (Self::Alarm(_), Self::Alarm(_)) => Alarm::repair(&parts).into_iter().map(Step::Alarm).collect(),
            (Self::Guardrail(want), Self::Guardrail(_)) => vec![Step::Guardrail(want.put())],
            (Self::EventRule(want), Self::EventRule(have)) => {
                want.repair(have, &parts).into_iter().map(Step::EventRule).collect()
            }
            // What is in one that was made immutable cannot be put right.
            (Self::Object(_), Self::Object(have))
                if have["kind"] == "ConfigMap" && have["immutable"] == true =>
            {
                [ObjectStep::Delete, ObjectStep::Create].map(Step::Object).into()
            }
            (Self::Table(_), Self::Table(_)) => Table::repair(&parts).into_iter().map(Step::Table).collect(),
            (Self::Object(_), Self::Object(_)) => vec![Step::Object(ObjectStep::Apply)],
            // Of a flow log nothing can differ, see there; an id names one kind only, so two kinds never meet.
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
            | Self::FlowLog(_)
            | Self::Alarm(_)
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
            Self::Table(have) => vec![Step::Table(have.delete())],
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
            Self::Alarm(_) => Some(Step::Alarm(AlarmStep::Tag)),
            Self::LogGroup(_) => Some(Step::LogGroup(LogGroupStep::Tag)),
            Self::CopyGrant(_) => Some(Step::CopyGrant(CopyGrantStep::Tag)),
            Self::ParameterGroup(_) => Some(Step::ParameterGroup(ParameterGroupStep::Tag)),
            Self::SubnetGroup(_) => Some(Step::SubnetGroup(SubnetGroupStep::Tag)),
            Self::Cluster(_) => Some(Step::Cluster(ClusterStep::Tag)),
            Self::Database(_) => Some(Step::Database(DatabaseStep::Adopt)),
            Self::InstanceProfile(_) => Some(Step::InstanceProfile(InstanceProfileStep::Tag)),
            Self::LaunchTemplate(_) => Some(Step::LaunchTemplate(LaunchTemplateStep::Tag)),
            Self::EventRule(_) => Some(Step::EventRule(EventRuleStep::Tag)),
            Self::Table(_) => Some(Step::Table(TableStep::Tag)),
            // Whose these are cannot be changed afterwards, or they are nobody's.
            Self::Policy(_) | Self::Schema(_) | Self::Guardrail(_) | Self::FlowLog(_) | Self::Object(_) => {
                None
            }
        }
    }
}
