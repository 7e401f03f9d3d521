//! One region of an account. Most of what Cloister makes lies in the environment's own; keys and grants
//! for copies of snapshots lie in its recovery region, and rules that send events home in whatever region has them.

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use cloister_core::environment::partition;
use cloister_core::fault::Fault;
use cloister_core::resource::Tags;
use tokio::time::Instant;

use crate::client::Target;
use crate::limit::{Paced, Service};
use crate::look::Look;
use crate::record::Recorder;
use crate::shared::Shared;
use crate::snapshot;

/// A client with its own limiter, witness and retry quota, so that trouble in one account, region or
/// service leaves the others alone.
macro_rules! paced {
    ($sdk:ident, $service:expr, $config:expr, $target:expr, $recorder:expr) => {{
        let limiter = $crate::limit::Limiter::new($service, std::sync::Arc::clone($recorder));
        let witness = $crate::record::Witness {
            account: $target.account_id.clone(),
            region: $target.region.clone(),
            limiter: std::sync::Arc::clone(&limiter),
            recorder: std::sync::Arc::clone($recorder),
        };
        let partition = format!("{}/{}/{}", $target.account_id, $target.region, $service.name());
        let config = $sdk::config::Builder::from($config)
            .interceptor(witness)
            .retry_partition($sdk::config::retry::RetryPartition::new(partition))
            .build();
        $crate::limit::Paced::new($sdk::Client::from_conf(config), limiter)
    }};
}
pub(crate) use paced;

pub(crate) struct Place {
    pub account_id: String,
    pub region: String,
    pub events: Paced<aws_sdk_eventbridge::Client>,
    pub kms: Paced<aws_sdk_kms::Client>,
    pub redshift: Paced<aws_sdk_redshift::Client>,
    pub redshift_data: Paced<aws_sdk_redshiftdata::Client>,
    pub s3: Paced<aws_sdk_s3::Client>,
    pub tagging: Paced<aws_sdk_resourcegroupstagging::Client>,
    tags: Shared<HashMap<String, Tags>>,
}

impl Place {
    /// `config` and `target` name the same region.
    pub fn open(config: &SdkConfig, target: &Target, recorder: &Arc<dyn Recorder>) -> Self {
        Self {
            account_id: target.account_id.clone(),
            region: target.region.clone(),
            events: paced!(aws_sdk_eventbridge, Service::Events, config, target, recorder),
            kms: paced!(aws_sdk_kms, Service::Kms, config, target, recorder),
            redshift: paced!(aws_sdk_redshift, Service::Redshift, config, target, recorder),
            redshift_data: paced!(aws_sdk_redshiftdata, Service::RedshiftData, config, target, recorder),
            s3: paced!(aws_sdk_s3, Service::S3, config, target, recorder),
            tagging: paced!(aws_sdk_resourcegroupstagging, Service::Tagging, config, target, recorder),
            tags: Shared::new(),
        }
    }

    /// Of something that belongs to this region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let (partition, region, account) = (partition(&self.region), &self.region, &self.account_id);
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// Services tell of a key by its ARN or by its bare id.
    pub fn key_arn(&self, key: &str) -> String {
        if key.starts_with("arn:") { key.to_owned() } else { self.arn("kms", &format!("key/{key}")) }
    }

    pub async fn tags(&self, since: Instant) -> Result<Arc<HashMap<String, Tags>>, Fault> {
        self.tags.since(since, || snapshot::tags::fetch(self)).await
    }

    /// The tags by the shared listing, but only where they show nothing to do: the listing lags behind
    /// the services, so whatever differs is asked of the service itself.
    pub async fn settled_tags(&self, look: &Look<'_>, arn: &str, want: &Tags) -> Result<Option<Tags>, Fault> {
        let listed = self.tags(look.since).await?;
        let settled = |tags: &&Tags| {
            look.owner.owns(tags) && want.iter().all(|(key, value)| tags.get(key) == Some(value))
        };
        Ok(listed.get(arn).filter(settled).cloned())
    }
}
