//! One account, in the environment's region and where its copies go: its clients, its limits, and what many looks share.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use cloister_core::conclude::Emptied;
use cloister_core::environment::partition;
use cloister_core::fault::Fault;
use cloister_core::observed::Observed;
use cloister_core::ownership::{OWNER_UID, Owner};
use cloister_core::resource::{Resource, ResourceId, Step};
use tokio::time::Instant;

use crate::client::Target;
use crate::credentials::AssumedRole;
use crate::fault::refused;
use crate::limit::{Lane, Paced, Service};
use crate::look::Look;
use crate::place::{Place, paced};
use crate::record::Recorder;
use crate::shared::Shared;
use crate::snapshot::iam::Identities;
use crate::vault::Vault;
use crate::{
    bucket, event_rule, fleet, guardrail, instance_profile, key, launch_template, log_group, network, policy,
    queue, redshift, role, schema, snapshot, trail,
};

/// One AWS account of one environment, as the operator's role there sees it.
pub struct Account {
    pub(crate) id: String,
    pub(crate) home: Place,
    /// Where copies of snapshots go.
    recovery: Option<Place>,
    /// Where its records go.
    audit: Option<Vault>,
    pub(crate) cloudtrail: Paced<aws_sdk_cloudtrail::Client>,
    pub(crate) ec2: Paced<aws_sdk_ec2::Client>,
    pub(crate) events: Paced<aws_sdk_eventbridge::Client>,
    pub(crate) iam: Paced<aws_sdk_iam::Client>,
    pub(crate) logs: Paced<aws_sdk_cloudwatchlogs::Client>,
    pub(crate) s3: Paced<aws_sdk_s3::Client>,
    pub(crate) s3control: Paced<aws_sdk_s3control::Client>,
    pub(crate) sqs: Paced<aws_sdk_sqs::Client>,
    /// For calls that wait for messages, and hold their place meanwhile.
    pub(crate) listening: Paced<aws_sdk_sqs::Client>,
    pub(crate) sts: Paced<aws_sdk_sts::Client>,
    pub(crate) queue_urls: Mutex<HashMap<String, String>>,
    pub(crate) warehouses: redshift::Listings,
    /// Of clusters, and of the environment itself.
    pub(crate) log_groups: Shared<log_group::Listing>,
    pub(crate) own_log_groups: Shared<log_group::Listing>,
    pub(crate) ledgers: schema::Ledgers,
    pub(crate) templates: Shared<launch_template::Listing>,
    pub(crate) fleets: fleet::Listings,
    identities: Shared<Identities>,
}

impl Account {
    pub(crate) fn open(base: &SdkConfig, target: &Target, recorder: &Arc<dyn Recorder>) -> Self {
        let here = base.to_builder().region(Region::new(target.region.clone())).build();
        let there = enter(here, target, recorder);
        let recovery = target.recovery_region.clone().map(|region| {
            let config = there.to_builder().region(Region::new(region.clone())).build();
            Place::open(&config, &Target { region, ..target.clone() }, recorder)
        });
        Self {
            id: target.account_id.clone(),
            home: Place::open(&there, target, recorder),
            recovery,
            audit: target.audit.as_ref().map(|audit| Vault::open(base, target, audit, recorder)),
            cloudtrail: paced!(aws_sdk_cloudtrail, Service::CloudTrail, &there, target, recorder),
            ec2: paced!(aws_sdk_ec2, Service::Ec2, &there, target, recorder),
            events: paced!(aws_sdk_eventbridge, Service::Events, &there, target, recorder),
            iam: paced!(aws_sdk_iam, Service::Iam, &there, target, recorder),
            logs: paced!(aws_sdk_cloudwatchlogs, Service::Logs, &there, target, recorder),
            s3: paced!(aws_sdk_s3, Service::S3, &there, target, recorder),
            s3control: paced!(aws_sdk_s3control, Service::S3Control, &there, target, recorder),
            sqs: paced!(aws_sdk_sqs, Service::Sqs, &there, target, recorder),
            listening: paced!(aws_sdk_sqs, Service::Sqs, &there, target, recorder),
            sts: paced!(aws_sdk_sts, Service::Sts, &there, target, recorder),
            queue_urls: Mutex::default(),
            warehouses: redshift::Listings::default(),
            log_groups: Shared::new(),
            own_log_groups: Shared::new(),
            ledgers: schema::Ledgers::default(),
            templates: Shared::new(),
            fleets: fleet::Listings::default(),
            identities: Shared::new(),
        }
    }

    /// Who the operator is there: the ARN of its session.
    pub async fn identity(&self) -> Result<String, Fault> {
        let answer = self.sts.call(Lane::User, |sts| sts.get_caller_identity().send()).await?;
        Ok(answer.arn.unwrap_or_default())
    }

    /// What is wrong with a network that was made elsewhere, a sentence each; empty where all is well.
    pub async fn missing_network(
        &self,
        vpc: &str,
        subnets: &[String],
        groups: &[String],
    ) -> Result<Vec<String>, Fault> {
        network::missing(self, vpc, subnets, groups).await
    }

    /// What is there, from nothing but AWS's answers.
    pub async fn observe(&self, look: Look<'_>) -> Observed {
        self.look(&look).await.unwrap_or_else(Observed::Unreadable)
    }

    async fn look(&self, look: &Look<'_>) -> Result<Observed, Fault> {
        match (look.id, look.want) {
            (ResourceId::Bucket(name), Resource::Bucket(want)) => {
                bucket::observe(self, look, name, want).await
            }
            (ResourceId::Key(alias) | ResourceId::AuditKey(alias), Resource::Key(want)) => {
                key::observe(&self.home, look, alias, want).await
            }
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
                event_rule::observe(self, look, name, want).await
            }
            (ResourceId::Schema(_), Resource::Schema(want)) => schema::observe(self, look, want).await,
            (ResourceId::AuditBucket(name), Resource::AuditBucket(want)) => {
                bucket::observe_audit(self.audit()?, look, name, want).await
            }
            (ResourceId::Trail(name), Resource::Trail(want)) => trail::observe(self, look, name, want).await,
            _ => redshift::observe(self, look).await,
        }
    }

    /// Buckets and queues that carry an owner's tags, by the listing of tags, which lags.
    pub async fn owned(&self, owner_uid: &str, since: Instant) -> Result<BTreeSet<ResourceId>, Fault> {
        let listed = self.home.tags(since).await?;
        let ours = listed.iter().filter(|(_, tags)| tags.get(OWNER_UID).is_some_and(|uid| uid == owner_uid));
        let id = |arn: &String| {
            let mut parts = arn.splitn(6, ':').skip(2);
            let (service, name) = (parts.next()?, parts.nth(2)?.to_owned());
            match service {
                "s3" => Some(ResourceId::Bucket(name)),
                "sqs" => Some(ResourceId::Queue(name)),
                _ => None,
            }
        };
        Ok(ours.filter_map(|(arn, _)| id(arn)).collect())
    }

    /// Deletes what is in a bucket of that owner, as far as one pass goes.
    pub async fn empty(
        &self,
        bucket: &str,
        owner_uid: &str,
        may_go_on: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Emptied, Fault> {
        bucket::empty(self, bucket, owner_uid, may_go_on).await
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
                bucket::perform(self, name, want, step, lane).await
            }
            (ResourceId::Key(alias) | ResourceId::AuditKey(alias), Resource::Key(want), Step::Key(step)) => {
                key::perform(&self.home, alias, (want, owner), arn, step, lane).await
            }
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
                guardrail::perform(self, step, lane).await.map(|()| None)
            }
            (ResourceId::EventRule(name), Resource::EventRule(want), Step::EventRule(step)) => {
                event_rule::perform(self, name, want, step, lane).await
            }
            (ResourceId::Schema(_), Resource::Schema(want), Step::Schema(step)) => {
                schema::perform(self, want, step, lane).await
            }
            (ResourceId::AuditBucket(name), Resource::AuditBucket(want), Step::Bucket(step)) => {
                bucket::perform_audit(self.audit()?, name, want, step, lane).await
            }
            (ResourceId::Trail(name), Resource::Trail(want), Step::Trail(step)) => {
                trail::perform(self, name, want, step, lane).await
            }
            _ => redshift::perform(self, id, (want, owner), step, lane).await,
        }
    }

    pub(crate) fn recovery(&self) -> Result<&Place, Fault> {
        self.recovery.as_ref().ok_or_else(|| refused("aws", "Recover", "NoRecoveryRegion"))
    }

    fn audit(&self) -> Result<&Vault, Fault> {
        self.audit.as_ref().ok_or_else(|| refused("aws", "Audit", "NoAuditRole"))
    }

    /// Of something without a region; of S3's, without an account too: `arn("s3", "", name)`.
    pub(crate) fn arn(&self, service: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{account}:{resource}", partition(&self.home.region))
    }

    pub(crate) async fn identities(&self, since: Instant) -> Result<Arc<Identities>, Fault> {
        self.identities.since(since, || snapshot::iam::fetch(self)).await
    }
}

/// What calls go with: the credentials of the role that leads into the account.
pub(crate) fn enter(here: SdkConfig, target: &Target, recorder: &Arc<dyn Recorder>) -> SdkConfig {
    let role = AssumedRole {
        sts: paced!(aws_sdk_sts, Service::Sts, &here, target, recorder),
        target: target.clone(),
        refused: Mutex::default(),
    };
    // One cache for all clients of the account: a session lasts an hour and is renewed in good time.
    let cache = aws_config::identity::IdentityCache::lazy().buffer_time(Duration::from_mins(5));
    let provider = SharedCredentialsProvider::new(role);
    here.into_builder().credentials_provider(provider).identity_cache(cache.build()).build()
}
