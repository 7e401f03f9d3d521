//! The way into an account: its role, assumed anew when the last session runs out.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use cloister_core::environment::SESSION;
use cloister_core::fault::Fault;
use tokio::time::Instant;

use crate::client::Target;
use crate::fault::refused;
use crate::limit::{Lane, Paced};

/// How long a refusal stands. The SDK caches success only, so that without this each call under a role
/// that cannot be assumed would ask STS again.
const REFUSAL: Duration = Duration::from_secs(10);

pub(crate) struct AssumedRole {
    pub sts: Paced<aws_sdk_sts::Client>,
    pub target: Target,
    pub refused: Mutex<Option<(Instant, Fault)>>,
}

impl AssumedRole {
    async fn assume(&self) -> Result<Credentials, Fault> {
        let last = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, fault)) = last.filter(|(at, _)| at.elapsed() < REFUSAL) {
            return Err(fault);
        }
        let answer = self.ask().await;
        if let Err(fault) = &answer {
            let mut last = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((Instant::now(), fault.clone()));
        }
        answer
    }

    async fn ask(&self) -> Result<Credentials, Fault> {
        let target = &self.target;
        let send = |sts: &aws_sdk_sts::Client| {
            let request = sts.assume_role().role_arn(&target.role_arn).external_id(&target.external_id);
            request.role_session_name(SESSION).send()
        };
        let answer = self.sts.call(Lane::User, send).await?;
        let session = answer.credentials.ok_or_else(|| refused("sts", "AssumeRole", "NoCredentials"))?;
        let expiry = SystemTime::try_from(session.expiration)
            .map_err(|_| refused("sts", "AssumeRole", "OddExpiration"))?;
        let credentials = Credentials::builder()
            .access_key_id(session.access_key_id)
            .secret_access_key(session.secret_access_key)
            .session_token(session.session_token)
            .expiry(expiry)
            .provider_name("AssumedRole");
        Ok(credentials.build())
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.assume().await.map_err(CredentialsError::provider_error)
        })
    }
}

impl fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumedRole").field("role_arn", &self.target.role_arn).finish_non_exhaustive()
    }
}
