//! AWS as the API reaches it: sessions of the tenants' uploader roles, and the records in their buckets.

mod fault;
mod records;
mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::declared::Place;
use crate::metrics::Metrics;
pub use fault::report;
pub use records::{Found, Record, Records, Stored};
pub use session::Grant;
use session::OwnSession;

pub struct Cloud {
    base: SdkConfig,
    metrics: Arc<Metrics>,
    /// By region.
    sts: Mutex<HashMap<String, aws_sdk_sts::Client>>,
    /// By the tenant's role, and by its UID: a namesake has a session of its own.
    records: Mutex<HashMap<(String, String), aws_sdk_s3::Client>>,
}

impl Cloud {
    /// Credentials, endpoints and the like as every AWS tool finds them.
    pub async fn from_env(metrics: Arc<Metrics>) -> Self {
        // Well under the time after which the services close an idle connection themselves.
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::rustls(CryptoMode::AwsLc))
            .pool_idle_timeout(Duration::from_secs(15))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(20))
            .build();
        let base = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts)
            .load()
            .await;
        Self { base, metrics, sts: Mutex::default(), records: Mutex::default() }
    }

    /// Where clients find S3, if not where AWS has it.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.base.endpoint_url()
    }

    fn sts(&self, region: &str) -> aws_sdk_sts::Client {
        let mut open = self.sts.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || aws_sdk_sts::Client::new(&self.there(region));
        open.entry(region.to_owned()).or_insert_with(make).clone()
    }

    /// The records in a bucket, under a session of the API's own.
    pub fn records(&self, place: &Place) -> Records {
        let mut open = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (place.role_arn.clone(), place.tenant_uid.clone());
        let client = open.entry(key).or_insert_with(|| {
            let region = &place.account.region;
            let session = OwnSession::new(self.sts(region), place);
            let cache = aws_config::identity::IdentityCache::lazy().buffer_time(Duration::from_mins(5));
            let config = self
                .there(region)
                .into_builder()
                .credentials_provider(SharedCredentialsProvider::new(session))
                .identity_cache(cache.build());
            aws_sdk_s3::Client::new(&config.build())
        });
        Records::new(client.clone(), place.s3_bucket.clone(), self.metrics.clone())
    }

    fn there(&self, region: &str) -> SdkConfig {
        self.base.to_builder().region(Region::new(region.to_owned())).build()
    }
}
