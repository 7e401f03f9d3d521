//! What an issuer publishes: its discovery document, and its keys, again when a token names one that is not known.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Response, Uri, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{Complaint, Keys};

/// A token of an unknown key has the keys fetched at most so often, or strangers could have us hammer the issuer.
const PAUSE: Duration = Duration::from_secs(5);
/// A key that was withdrawn is forgotten after at most so long.
const STALE: Duration = Duration::from_mins(5);
const ANSWER: Duration = Duration::from_secs(10);
const LARGEST: usize = 512 * 1024;

/// The discovery document, as far as somebody here reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    pub issuer: String,
    pub jwks_uri: String,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub end_session_endpoint: Option<String>,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub scopes_supported: Option<Vec<String>>,
}

pub struct Published {
    issuer: String,
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    found: RwLock<Found>,
    /// When it was last asked; held while it is.
    asked: Mutex<Option<Instant>>,
}

#[derive(Clone, Default)]
struct Found {
    document: Option<Arc<Document>>,
    keys: Arc<Keys>,
}

impl Published {
    /// `authority`: certificates in PEM that are trusted in place of the system's.
    pub fn new(issuer: &str, authority: Option<&Path>) -> Result<Self, Complaint> {
        is_safe(&issuer.parse()?)
            .then_some(())
            .ok_or("the issuer must be an https URL; plain http is for loopback alone")?;
        let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
        let builder = HttpsConnectorBuilder::new();
        let https = match authority {
            None => builder.with_provider_and_native_roots(provider)?,
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_file_iter(file)? {
                    roots.add(certificate?)?;
                }
                let config = ClientConfig::builder_with_provider(Arc::new(provider))
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                builder.with_tls_config(config)
            }
        };
        let http = Client::builder(TokioExecutor::new()).build(https.https_or_http().enable_http1().build());
        Ok(Self { issuer: issuer.to_owned(), http, found: RwLock::default(), asked: Mutex::default() })
    }

    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.found().keys
    }

    #[must_use]
    pub fn document(&self) -> Option<Arc<Document>> {
        self.found().document
    }

    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.keys().is_empty()
    }

    /// Keeps the keys fresh until the process ends.
    pub async fn keep(&self) {
        loop {
            self.refresh(Duration::ZERO).await;
            let pause = if self.has_keys() { STALE } else { PAUSE };
            tokio::time::sleep(pause).await;
        }
    }

    /// The keys, asked for anew: a stranger's token names one that is not known.
    pub async fn newest(&self) -> Arc<Keys> {
        self.refresh(PAUSE).await;
        self.keys()
    }

    /// The same for a token that the issuer itself has just handed out: whoever brought it about was let in there.
    pub async fn newest_now(&self) -> Arc<Keys> {
        self.refresh(Duration::ZERO).await;
        self.keys()
    }

    /// One request to the issuer, and its answer's body.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Complaint> {
        is_safe(request.uri()).then_some(()).ok_or("it is not https")?;
        let exchange = async {
            let (head, body) = self.http.request(request).await?.into_parts();
            Ok(Response::from_parts(head, read(body).await?))
        };
        timeout(ANSWER, exchange).await.map_err(|_| "it did not answer in time")?
    }

    fn found(&self) -> Found {
        self.found.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who waits for another's fetch has its answer, and does not fetch again.
    async fn refresh(&self, pause: Duration) {
        let wanted = Instant::now();
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at >= wanted || at.elapsed() < pause) {
            return;
        }
        let now = Instant::now();
        match timeout(ANSWER, self.fetch()).await {
            Ok(Ok(found)) => *self.found.write().unwrap_or_else(PoisonError::into_inner) = found,
            Ok(Err(error)) => tracing::warn!(%error, "the issuer's keys could not be fetched"),
            Err(_) => tracing::warn!("the issuer did not answer in time"),
        }
        *asked = Some(now);
    }

    async fn fetch(&self) -> Result<Found, Complaint> {
        let at = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let document: Document = serde_json::from_slice(&self.get(at.parse()?).await?)?;
        if document.issuer != self.issuer {
            return Err("the discovery document is another issuer's".into());
        }
        let keys: Uri = document.jwks_uri.parse()?;
        if !is_safe(&keys) {
            return Err("jwks_uri is not https".into());
        }
        let keys = Keys::read(&self.get(keys).await?).ok_or("what jwks_uri answers is no key set")?;
        if keys.is_empty() {
            return Err("the key set holds no key for signatures".into());
        }
        Ok(Found { document: Some(Arc::new(document)), keys: Arc::new(keys) })
    }

    async fn get(&self, at: Uri) -> Result<Bytes, Complaint> {
        let answer = self.send(Request::get(at).body(Full::default())?).await?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()).into());
        }
        Ok(answer.into_body())
    }
}

async fn read(body: Incoming) -> Result<Bytes, Complaint> {
    Ok(Limited::new(body, LARGEST).collect().await?.to_bytes())
}

/// Whether what goes there is read by nobody else.
#[must_use]
pub fn is_safe(uri: &Uri) -> bool {
    let loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && loopback)
}
