//! Which file looks at a resource, and changes it.

use cloister_core::fault::Fault;
use cloister_core::observed::Observed;
use cloister_core::ownership::Owner;
use cloister_core::resource::{Resource, ResourceId, Step};

use super::Account;
use crate::limit::Lane;
use crate::look::Look;
use crate::{
    alarm, bucket, event_rule, flow_log, guardrail, instance_profile, key, launch_template, log_group,
    policy, queue, redshift, role, schema, table, trail,
};

impl Account {
    /// What is there, from nothing but AWS's answers.
    pub async fn observe(&self, look: Look<'_>) -> Observed {
        self.look(&look).await.unwrap_or_else(Observed::Unreadable)
    }

    async fn look(&self, look: &Look<'_>) -> Result<Observed, Fault> {
        match (look.id, look.want) {
            (ResourceId::Bucket(name), Resource::Bucket(want)) => {
                bucket::observe(&self.home, look, name, want).await
            }
            (ResourceId::ReplicaBucket(name), Resource::Bucket(want)) => {
                bucket::observe(self.recovery()?, look, name, want).await
            }
            (
                ResourceId::Key(alias) | ResourceId::AuditKey(alias) | ResourceId::SigningKey(alias),
                Resource::Key(want),
            ) => key::observe(&self.home, look, alias, want).await,
            (ResourceId::RecoveryKey(alias), Resource::Key(want)) => {
                key::observe(self.recovery()?, look, alias, want).await
            }
            (ResourceId::Policy(name), Resource::Policy(_)) => policy::observe(self, look, name).await,
            (ResourceId::Role(name), Resource::Role(_)) => role::observe(self, look, name).await,
            (ResourceId::Queue(name), Resource::Queue(want)) => queue::observe(self, look, name, want).await,
            (ResourceId::LogGroup(name), Resource::LogGroup(want)) => {
                log_group::observe(self, look, name, want).await
            }
            (ResourceId::Database(_), Resource::Database(want)) => {
                schema::database::observe(self, look, want).await
            }
            (ResourceId::InstanceProfile(name), Resource::InstanceProfile(_)) => {
                instance_profile::observe(self, look, name).await
            }
            (ResourceId::LaunchTemplate(name), Resource::LaunchTemplate(_)) => {
                launch_template::observe(self, look, name).await
            }
            (ResourceId::Guardrail(id), Resource::Guardrail(_)) => {
                guardrail::observe(self, id.kind, look.lane).await
            }
            (ResourceId::EventRule(name), Resource::EventRule(want)) => {
                event_rule::observe(&self.home, look, name, want).await
            }
            (ResourceId::ForwardingRule { region, name }, Resource::EventRule(want)) => {
                event_rule::observe(self.abroad(region)?, look, name, want).await
            }
            (ResourceId::Schema(_), Resource::Schema(want)) => schema::observe(self, look, want).await,
            (ResourceId::AuditBucket(name), Resource::AuditBucket(want)) => {
                bucket::observe_audit(self.audit()?, look, name, want).await
            }
            (ResourceId::Table(name), Resource::Table(want)) => table::observe(self, look, name, want).await,
            (ResourceId::Alarm(name), Resource::Alarm(want)) => alarm::observe(self, look, name, want).await,
            (ResourceId::Trail(name), Resource::Trail(want)) => trail::observe(self, look, name, want).await,
            (ResourceId::FlowLog(vpc), Resource::FlowLog(want)) => {
                flow_log::observe(self, look, vpc, want).await
            }
            _ => redshift::observe(self, look).await,
        }
    }

    /// Makes one change. `arn` is where the resource is, for those whose name does not say so; a creation
    /// gives back the ARN that it learnt.
    pub async fn perform(
        &self,
        id: &ResourceId,
        want: &Resource,
        owner: &Owner,
        arn: Option<&str>,
        step: &Step,
        lane: Lane,
    ) -> Result<Option<String>, Fault> {
        match (id, want, step) {
            (ResourceId::Bucket(name), Resource::Bucket(want), Step::Bucket(step)) => {
                bucket::perform(&self.home, name, want, step, lane).await
            }
            (ResourceId::ReplicaBucket(name), Resource::Bucket(want), Step::Bucket(step)) => {
                bucket::perform(self.recovery()?, name, want, step, lane).await
            }
            (
                ResourceId::Key(alias) | ResourceId::AuditKey(alias) | ResourceId::SigningKey(alias),
                Resource::Key(want),
                Step::Key(step),
            ) => key::perform(&self.home, alias, (want, owner), arn, step, lane).await,
            (ResourceId::RecoveryKey(alias), Resource::Key(want), Step::Key(step)) => {
                key::perform(self.recovery()?, alias, (want, owner), arn, step, lane).await
            }
            (ResourceId::Policy(name), Resource::Policy(want), Step::Policy(step)) => {
                policy::perform(self, name, (want, owner), step, lane).await
            }
            (ResourceId::Role(name), Resource::Role(want), Step::Role(step)) => {
                role::perform(self, name, want, step, lane).await
            }
            (ResourceId::Queue(name), Resource::Queue(want), Step::Queue(step)) => {
                queue::perform(self, name, want, step, lane).await
            }
            (ResourceId::LogGroup(name), Resource::LogGroup(want), Step::LogGroup(step)) => {
                log_group::perform(self, name, want, step, lane).await
            }
            (ResourceId::Database(_), Resource::Database(want), Step::Database(step)) => {
                schema::database::perform(self, want, &owner.uid, step, lane).await
            }
            (
                ResourceId::InstanceProfile(name),
                Resource::InstanceProfile(want),
                Step::InstanceProfile(step),
            ) => instance_profile::perform(self, name, want, step, lane).await,
            (
                ResourceId::LaunchTemplate(name),
                Resource::LaunchTemplate(want),
                Step::LaunchTemplate(step),
            ) => launch_template::perform(self, name, want, step, lane).await,
            (_, Resource::Guardrail(_), Step::Guardrail(step)) => {
                guardrail::perform(self, arn, step, lane).await.map(|()| None)
            }
            (ResourceId::EventRule(name), Resource::EventRule(want), Step::EventRule(step)) => {
                event_rule::perform(&self.home, name, want, step, lane).await
            }
            (
                ResourceId::ForwardingRule { region, name },
                Resource::EventRule(want),
                Step::EventRule(step),
            ) => event_rule::perform(self.abroad(region)?, name, want, step, lane).await,
            (ResourceId::Schema(_), Resource::Schema(want), Step::Schema(step)) => {
                schema::perform(self, want, step, lane).await
            }
            (ResourceId::AuditBucket(name), Resource::AuditBucket(want), Step::Bucket(step)) => {
                bucket::perform_audit(self.audit()?, name, want, step, lane).await
            }
            (ResourceId::Alarm(name), Resource::Alarm(want), Step::Alarm(step)) => {
                alarm::perform(self, name, want, step, lane).await
            }
            (ResourceId::Table(name), Resource::Table(want), Step::Table(step)) => {
                table::perform(self, name, want, step, lane).await
            }
            (ResourceId::Trail(name), Resource::Trail(want), Step::Trail(step)) => {
                trail::perform(self, name, want, step, lane).await
            }
            (ResourceId::FlowLog(vpc), Resource::FlowLog(want), Step::FlowLog(step)) => {
                flow_log::perform(self, vpc, (want, owner), step, lane).await
            }
            _ => redshift::perform(self, id, (want, owner), step, lane).await,
        }
    }
}
