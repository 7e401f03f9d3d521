//! The credentials of one upload, renewed before they end and whenever S3 takes them no more.

use std::sync::{Arc, RwLock};

use jiff::{SignedDuration, Timestamp};

use crate::api::Api;
use crate::api::types::Credentials;
use crate::failure::{Failure, Kind};
use crate::tell::{Event, Teller};

/// A part that is begun with them must be able to end with them: S3 looks at its end too.
const MARGIN: SignedDuration = SignedDuration::from_mins(2);

pub struct Vault {
    api: Arc<Api>,
    upload_id: String,
    seconds: Option<u32>,
    teller: Arc<Teller>,
    held: RwLock<Held>,
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Held {
    credentials: Arc<Credentials>,
    renew_at: Timestamp,
}

impl Held {
    /// Short ones are not renewed at once, but after half of their time.
    fn new(credentials: Credentials) -> Self {
        let left = credentials.expiration.duration_since(Timestamp::now());
        let margin = MARGIN.min(left / 2).max(SignedDuration::ZERO);
        let renew_at = credentials.expiration.checked_sub(margin).unwrap_or(credentials.expiration);
        Self { credentials: Arc::new(credentials), renew_at }
    }
}

impl Vault {
    pub fn new(
        api: Arc<Api>,
        upload_id: &str,
        seconds: Option<u32>,
        teller: Arc<Teller>,
        credentials: Credentials,
    ) -> Self {
        let held = RwLock::new(Held::new(credentials));
        Self {
            api,
            upload_id: upload_id.to_owned(),
            seconds,
            teller,
            held,
            renewing: tokio::sync::Mutex::default(),
        }
    }

    pub async fn credentials(&self) -> Result<Arc<Credentials>, Failure> {
        let held = self.held()?;
        if Timestamp::now() < held.renew_at {
            return Ok(held.credentials);
        }
        self.renew(&held.credentials.access_key_id).await
    }

    /// Once for all that were refused with the same key.
    pub async fn renew(&self, refused: &str) -> Result<Arc<Credentials>, Failure> {
        let _one_at_a_time = self.renewing.lock().await;
        let held = self.held()?;
        if held.credentials.access_key_id != refused {
            return Ok(held.credentials);
        }
        let fresh = self.api.renew(&self.upload_id, self.seconds).await?;
        let expiration = fresh.expiration.to_string();
        self.teller.event(&Event::CredentialsRenewed { expiration: &expiration });
        let fresh = Held::new(fresh);
        let credentials = Arc::clone(&fresh.credentials);
        *self.held.write().map_err(|_| poisoned())? = fresh;
        Ok(credentials)
    }

    fn held(&self) -> Result<Held, Failure> {
        self.held.read().map(|held| held.clone()).map_err(|_| poisoned())
    }
}

fn poisoned() -> Failure {
    Kind::Local.because("another thread has failed")
}
