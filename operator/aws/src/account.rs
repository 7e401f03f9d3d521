//! One account and region: its clients, its limits, and what many looks share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use cloister_core::environment::partition;
use cloister_core::fault::Fault;
use cloister_core::observed::Observed;
use cloister_core::ownership::Owner;
use cloister_core::resource::{Resource, ResourceId, Step, Tags};
use tokio::time::Instant;

use crate::client::Target;
use crate::credentials::AssumedRole;
use crate::fault::refused;
use crate::limit::{Lane, Limiter, Paced, Service};
use crate::look::Look;
use crate::record::{Recorder, Witness};
use crate::shared::Shared;
use crate::snapshot::iam::Identities;
use crate::{bucket, key, network, policy, queue, role, snapshot};

/// One AWS account in one region, as the operator's role there sees it.
pub struct Account {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) ec2: Paced<aws_sdk_ec2::Client>,
    pub(crate) iam: Paced<aws_sdk_iam::Client>,
    pub(crate) kms: Paced<aws_sdk_kms::Client>,
    pub(crate) s3: Paced<aws_sdk_s3::Client>,
    pub(crate) sqs: Paced<aws_sdk_sqs::Client>,
    pub(crate) sts: Paced<aws_sdk_sts::Client>,
    pub(crate) tagging: Paced<aws_sdk_resourcegroupstagging::Client>,
    pub(crate) queue_urls: Mutex<HashMap<String, String>>,
    identities: Shared<Identities>,
    tags: Shared<HashMap<String, Tags>>,
}

/// A client with its own limiter, witness and retry quota, so that trouble in one account or service
/// leaves the others alone.
macro_rules! paced {
    ($sdk:ident, $service:expr, $config:expr, $target:expr, $recorder:expr) => {{
        let limiter = Limiter::new($service, Arc::clone($recorder));
        let witness = Witness {
            account: $target.account_id.clone(),
            region: $target.region.clone(),
            limiter: Arc::clone(&limiter),
            recorder: Arc::clone($recorder),
        };
        let partition = format!("{}/{}/{}", $target.account_id, $target.region, $service.name());
        let config = $sdk::config::Builder::from($config)
            .interceptor(witness)
            .retry_partition($sdk::config::retry::RetryPartition::new(partition))
            .build();
        Paced::new($sdk::Client::from_conf(config), limiter)
    }};
}

impl Account {
    pub(crate) fn open(base: &SdkConfig, target: &Target, recorder: &Arc<dyn Recorder>) -> Self {
        let here = base.to_builder().region(Region::new(target.region.clone())).build();
        let role = AssumedRole {
            sts: paced!(aws_sdk_sts, Service::Sts, &here, target, recorder),
            target: target.clone(),
            refused: Mutex::default(),
        };
        // One cache for all clients of the account: a session lasts an hour and is renewed in good time.
        let cache = aws_config::identity::IdentityCache::lazy().buffer_time(Duration::from_mins(5));
        let there = here
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(role))
            .identity_cache(cache.build())
            .build();
        Self {
            id: target.account_id.clone(),
            region: target.region.clone(),
            ec2: paced!(aws_sdk_ec2, Service::Ec2, &there, target, recorder),
            iam: paced!(aws_sdk_iam, Service::Iam, &there, target, recorder),
            kms: paced!(aws_sdk_kms, Service::Kms, &there, target, recorder),
            s3: paced!(aws_sdk_s3, Service::S3, &there, target, recorder),
            sqs: paced!(aws_sdk_sqs, Service::Sqs, &there, target, recorder),
            sts: paced!(aws_sdk_sts, Service::Sts, &there, target, recorder),
            tagging: paced!(aws_sdk_resourcegroupstagging, Service::Tagging, &there, target, recorder),
            queue_urls: Mutex::default(),
            identities: Shared::new(),
            tags: Shared::new(),
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
        let observed = match (look.id, look.want) {
            (ResourceId::Bucket(name), Resource::Bucket(want)) => {
                bucket::observe(self, &look, name, want).await
            }
            (ResourceId::Key(alias), Resource::Key(want)) => key::observe(self, &look, alias, want).await,
            (ResourceId::Policy(name), Resource::Policy(_)) => policy::observe(self, &look, name).await,
            (ResourceId::Role(name), Resource::Role(_)) => role::observe(self, &look, name).await,
            (ResourceId::Queue(name), Resource::Queue(want)) => queue::observe(self, &look, name, want).await,
            _ => return Observed::Changing { what: format!("{} is not looked for in AWS", look.id) },
        };
        observed.unwrap_or_else(Observed::Unreadable)
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
            (ResourceId::Key(alias), Resource::Key(want), Step::Key(step)) => {
                key::perform(self, alias, (want, owner), arn, step, lane).await
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
            _ => Err(refused("aws", "Perform", "NoSuchStep")),
        }
    }

    /// `service` may need no region or account: `arn("s3", "", "", name)`.
    pub(crate) fn arn(&self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account}:{resource}", partition(&self.region))
    }

    pub(crate) async fn identities(&self, since: Instant) -> Result<Arc<Identities>, Fault> {
        self.identities.since(since, || snapshot::iam::fetch(self)).await
    }

    pub(crate) async fn tags(&self, since: Instant) -> Result<Arc<HashMap<String, Tags>>, Fault> {
        self.tags.since(since, || snapshot::tags::fetch(self)).await
    }

    /// The tags by the shared listing, but only where they show nothing to do: the listing lags behind
    /// the services, so whatever differs is asked of the service itself.
    pub(crate) async fn settled_tags(
        &self,
        look: &Look<'_>,
        arn: &str,
        want: &Tags,
    ) -> Result<Option<Tags>, Fault> {
        let listed = self.tags(look.since).await?;
        let settled = |tags: &&Tags| {
            look.owner.owns(tags) && want.iter().all(|(key, value)| tags.get(key) == Some(value))
        };
        Ok(listed.get(arn).filter(settled).cloned())
    }
}
