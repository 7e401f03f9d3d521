//! The issuer's keys, over its discovery document, and again when a token names one that is not known.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::keys::Keys;
use super::token::{Refusal, Rules, explain, verify};
use super::user::User;
use crate::problem::{Problem, Reason};
use crate::run::Complaint;

/// A token of an unknown key has the keys fetched at most so often, or strangers could have us hammer the issuer.
const PAUSE: Duration = Duration::from_secs(5);
/// A key that was withdrawn is forgotten after at most so long.
const STALE: Duration = Duration::from_mins(5);
const ANSWER: Duration = Duration::from_secs(10);
const LARGEST: usize = 512 * 1024;

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

pub struct Issuer {
    pub rules: Rules,
    http: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    keys: RwLock<Arc<Keys>>,
    /// When they were last asked for, and whether that went well; held while they are.
    asked: Mutex<Option<Instant>>,
}

impl Issuer {
    pub fn new(rules: Rules) -> Result<Self, Complaint> {
        let uri: Uri = rules.issuer.parse()?;
        is_safe(&uri)
            .then_some(())
            .ok_or("the issuer must be an https URL; plain http is for loopback alone")?;
        let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
        let https = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?;
        let http = Client::builder(TokioExecutor::new()).build(https.https_or_http().enable_http1().build());
        Ok(Self { rules, http, keys: RwLock::default(), asked: Mutex::default() })
    }

    /// Whom a token names.
    pub async fn user(&self, token: &str) -> Result<User, Problem> {
        match verify(token, &self.known(), &self.rules) {
            Ok(user) => Ok(user),
            Err(Refusal::For(reason)) => Err(explain(reason, &self.rules)),
            Err(Refusal::UnknownKey) => {
                self.refresh(PAUSE).await;
                let keys = self.known();
                if keys.is_empty() {
                    let detail = "The identity provider's keys cannot be fetched; try again soon.";
                    return Err(Problem::new(Reason::Unavailable, detail).retry_after(5));
                }
                verify(token, &keys, &self.rules).map_err(|refusal| match refusal {
                    Refusal::UnknownKey => explain(Reason::TokenInvalid, &self.rules),
                    Refusal::For(reason) => explain(reason, &self.rules),
                })
            }
        }
    }

    pub fn has_keys(&self) -> bool {
        !self.known().is_empty()
    }

    /// Keeps the keys fresh until the process ends.
    pub async fn keep(&self) {
        loop {
            self.refresh(Duration::ZERO).await;
            let pause = if self.has_keys() { STALE } else { PAUSE };
            tokio::time::sleep(pause).await;
        }
    }

    fn known(&self) -> Arc<Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who waits for another's fetch has its answer, and does not fetch again.
    async fn refresh(&self, pause: Duration) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < pause) {
            return;
        }
        match timeout(ANSWER, self.fetch()).await {
            Ok(Ok(keys)) => *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys),
            Ok(Err(error)) => tracing::warn!(%error, "the issuer's keys could not be fetched"),
            Err(_) => tracing::warn!("the issuer did not answer in time"),
        }
        *asked = Some(Instant::now());
    }

    async fn fetch(&self) -> Result<Keys, Complaint> {
        let at = format!("{}/.well-known/openid-configuration", self.rules.issuer.trim_end_matches('/'));
        let found: Discovered = serde_json::from_slice(&self.get(at.parse()?).await?)?;
        if found.issuer != self.rules.issuer {
            return Err("the discovery document is another issuer's".into());
        }
        let keys: Uri = found.jwks_uri.parse()?;
        if !is_safe(&keys) {
            return Err("jwks_uri is not https".into());
        }
        let keys = Keys::read(&self.get(keys).await?).ok_or("what jwks_uri answers is no key set")?;
        if keys.is_empty() { Err("the key set holds no key for signatures".into()) } else { Ok(keys) }
    }

    async fn get(&self, at: Uri) -> Result<Bytes, Complaint> {
        let answer = self.http.get(at).await?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()).into());
        }
        Ok(Limited::new(answer.into_body(), LARGEST).collect().await?.to_bytes())
    }
}

fn is_safe(uri: &Uri) -> bool {
    let loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && loopback)
}
