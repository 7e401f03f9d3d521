//! One account, in the environment's region and where its copies go: its clients, its limits, and what many looks share.

mod archive;
mod dispatch;
mod leaving;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use cloister_core::environment::{event_regions, partition};
use cloister_core::fault::Fault;
use tokio::time::Instant;

use crate::client::Target;
use crate::credentials::AssumedRole;
use crate::fault::refused;
use crate::limit::{Lane, Paced, Service};
use crate::place::{Place, paced};
use crate::record::Recorder;
use crate::shared::Shared;
use crate::snapshot::iam::Identities;
use crate::vault::Vault;
use crate::{alarm, fleet, launch_template, log_group, network, redshift, schema, snapshot};

/// One AWS account of one environment, as the operator's role there sees it.
pub struct Account {
    pub(crate) id: String,
    pub(crate) home: Place,
    /// Where copies of snapshots go, if anywhere, and where else something happens that touches it; by region.
    abroad: BTreeMap<String, Place>,
    recovery_region: Option<String>,
    /// Where its records go.
    audit: Option<Vault>,
    pub(crate) cloudtrail: Paced<aws_sdk_cloudtrail::Client>,
    pub(crate) config: Paced<aws_sdk_config::Client>,
    pub(crate) dynamodb: Paced<aws_sdk_dynamodb::Client>,
    pub(crate) ec2: Paced<aws_sdk_ec2::Client>,
    pub(crate) guardduty: Paced<aws_sdk_guardduty::Client>,
    pub(crate) iam: Paced<aws_sdk_iam::Client>,
    pub(crate) monitoring: Paced<aws_sdk_cloudwatch::Client>,
    pub(crate) logs: Paced<aws_sdk_cloudwatchlogs::Client>,
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
    pub(crate) alarms: alarm::Listings,
    pub(crate) ledgers: schema::Ledgers,
    pub(crate) templates: Shared<launch_template::Listing>,
    pub(crate) fleets: fleet::Listings,
    identities: Shared<Identities>,
}

impl Account {
    pub(crate) fn open(base: &SdkConfig, target: &Target, recorder: &Arc<dyn Recorder>) -> Self {
        let here = base.to_builder().region(Region::new(target.region.clone())).build();
        let there = enter(here, target, recorder);
        let open = |region: String| {
            let config = there.to_builder().region(Region::new(region.clone())).build();
            let place = Place::open(&config, &Target { region: region.clone(), ..target.clone() }, recorder);
            (region, place)
        };
        let abroad = event_regions(&target.region, target.recovery_region.as_deref());
        Self {
            id: target.account_id.clone(),
            home: Place::open(&there, target, recorder),
            abroad: abroad.into_iter().map(open).collect(),
            recovery_region: target.recovery_region.clone(),
            audit: target.audit.as_ref().map(|audit| Vault::open(base, target, audit, recorder)),
            cloudtrail: paced!(aws_sdk_cloudtrail, Service::CloudTrail, &there, target, recorder),
            config: paced!(aws_sdk_config, Service::Config, &there, target, recorder),
            dynamodb: paced!(aws_sdk_dynamodb, Service::DynamoDb, &there, target, recorder),
            ec2: paced!(aws_sdk_ec2, Service::Ec2, &there, target, recorder),
            guardduty: paced!(aws_sdk_guardduty, Service::GuardDuty, &there, target, recorder),
            iam: paced!(aws_sdk_iam, Service::Iam, &there, target, recorder),
            monitoring: paced!(aws_sdk_cloudwatch, Service::CloudWatch, &there, target, recorder),
            logs: paced!(aws_sdk_cloudwatchlogs, Service::Logs, &there, target, recorder),
            s3control: paced!(aws_sdk_s3control, Service::S3Control, &there, target, recorder),
            sqs: paced!(aws_sdk_sqs, Service::Sqs, &there, target, recorder),
            listening: paced!(aws_sdk_sqs, Service::Sqs, &there, target, recorder),
            sts: paced!(aws_sdk_sts, Service::Sts, &there, target, recorder),
            queue_urls: Mutex::default(),
            warehouses: redshift::Listings::default(),
            log_groups: Shared::new(),
            own_log_groups: Shared::new(),
            alarms: alarm::Listings::default(),
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

    pub(crate) fn recovery(&self) -> Result<&Place, Fault> {
        let place = self.recovery_region.as_ref().and_then(|region| self.abroad.get(region));
        place.ok_or_else(|| refused("aws", "Recover", "NoRecoveryRegion"))
    }

    pub(crate) fn abroad(&self, region: &str) -> Result<&Place, Fault> {
        self.abroad.get(region).ok_or_else(|| refused("aws", "Forward", "NoSuchRegion"))
    }

    pub(crate) fn audit(&self) -> Result<&Vault, Fault> {
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
