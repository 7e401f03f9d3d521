//! The login account: where the operator starts from, and the way into the other accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::account::Account;
use crate::record::Recorder;

/// An account and region, and the role that leads into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub account_id: String,
    pub role_arn: String,
    pub external_id: String,
    pub region: String,
    /// Where copies of snapshots go, if anywhere.
    pub recovery_region: Option<String>,
    /// Where records go, if Cloister keeps that.
    pub audit: Option<AuditTarget>,
}

/// The account that holds the records, and the role that leads into it. They lie in the environment's region, since a
/// trail's key and its bucket must be in one: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html>
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AuditTarget {
    pub account_id: String,
    pub role_arn: String,
    pub external_id: String,
}

/// AWS as the operator reaches it. One per process: it holds the connections and the credentials.
#[derive(Clone)]
pub struct Aws {
    base: SdkConfig,
    recorder: Arc<dyn Recorder>,
    accounts: Arc<Mutex<HashMap<Target, Arc<Account>>>>,
}

impl Aws {
    /// Credentials, endpoints and the like as every AWS tool finds them.
    pub async fn from_env(recorder: Arc<dyn Recorder>) -> Self {
        // Well under the time after which the services close an idle connection themselves.
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::rustls(CryptoMode::AwsLc))
            .pool_idle_timeout(Duration::from_secs(15))
            .pool_max_idle_per_host(32)
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(40))
            .build();
        let base = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts)
            .load()
            .await;
        Self { base, recorder, accounts: Arc::default() }
    }

    /// The same for the same target, so that its credentials, snapshots and limits are shared by all.
    #[must_use]
    pub fn account(&self, target: &Target) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || Arc::new(Account::open(&self.base, target, &self.recorder));
        accounts.entry(target.clone()).or_insert_with(open).clone()
    }
}
