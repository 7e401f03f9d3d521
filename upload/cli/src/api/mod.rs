//! The client of the upload API.

mod problem;
pub mod types;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::types::{
    Arrived, Buckets, Completed, Credentials, Discovery, Keys, Opened, Renewed, Target, Upload, Uploads,
};
use crate::failure::{Failure, Kind};
use crate::http;
use crate::login::Session;
use crate::retry::Tries;
use crate::tell::{Event, Teller};

pub struct Api {
    http: Client,
    base: Url,
    session: Option<Session>,
    teller: Arc<Teller>,
    give_up_after: Duration,
}

impl Api {
    pub fn new(
        http: Client,
        base: Url,
        session: Option<Session>,
        teller: Arc<Teller>,
        give_up_after: Duration,
    ) -> Self {
        Self { http, base, session, teller, give_up_after }
    }

    pub async fn discovery(&self) -> Result<Discovery, Failure> {
        self.call(Method::GET, "v1/discovery", None, false).await
    }

    pub async fn keys(&self) -> Result<Keys, Failure> {
        self.call(Method::GET, "v1/keys", None, false).await
    }

    pub async fn buckets(&self) -> Result<Vec<Target>, Failure> {
        let found: Buckets = self.call(Method::GET, "v1/buckets", None, true).await?;
        Ok(found.buckets)
    }

    pub async fn open(&self, target: &Target, seconds: Option<u32>) -> Result<Opened, Failure> {
        let mut body = json!({"tenant": target.tenant, "bucket": target.bucket});
        duration(&mut body, seconds);
        self.call(Method::POST, "v1/uploads", Some(body), true).await
    }

    pub async fn renew(&self, upload: &str, seconds: Option<u32>) -> Result<Credentials, Failure> {
        let mut body = json!({});
        duration(&mut body, seconds);
        let found: Renewed = self.call(Method::POST, &at(upload, "/credentials"), Some(body), true).await?;
        Ok(found.credentials)
    }

    pub async fn complete(&self, upload: &str, files: &[Arrived]) -> Result<String, Failure> {
        let body = json!({"files": files});
        let found: Completed = self.call(Method::POST, &at(upload, "/complete"), Some(body), true).await?;
        Ok(found.receipt)
    }

    pub async fn upload(&self, upload: &str) -> Result<Upload, Failure> {
        self.call(Method::GET, &at(upload, ""), None, true).await
    }

    pub async fn uploads(
        &self,
        tenant: Option<&str>,
        bucket: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Upload>, Failure> {
        let mut query = vec![format!("limit={limit}")];
        for (name, value) in [("tenant", tenant), ("bucket", bucket)] {
            if let Some(value) = value {
                let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
                query.push(format!("{name}={value}"));
            }
        }
        let path = format!("v1/uploads?{}", query.join("&"));
        let found: Uploads = self.call(Method::GET, &path, None, true).await?;
        Ok(found.uploads)
    }

    pub async fn abort(&self, upload: &str) -> Result<(), Failure> {
        self.send(Method::DELETE, &at(upload, ""), None, true).await.map(drop)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        authorised: bool,
    ) -> Result<T, Failure> {
        let text = self.send(method, path, body, authorised).await?;
        serde_json::from_slice(&text).map_err(|error| {
            Kind::Refused.because(format!("{}: is no upload API that this program knows: {error}", self.base))
        })
    }

    /// With patience for a network that is away and a server that is busy, and one more login when a token has ended.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        authorised: bool,
    ) -> Result<Vec<u8>, Failure> {
        let url = self.url(path)?;
        let mut tries = Tries::new(self.give_up_after);
        let mut refreshed = false;
        loop {
            let mut request = self.http.request(method.clone(), url.clone());
            if let Some(body) = &body {
                request = request.json(body);
            }
            let mut token = None;
            if authorised {
                let session = self.session.as_ref().ok_or_else(not_logged_in)?;
                let current = session.token().await?;
                request = request.bearer_auth(&current);
                token = Some(current);
            }
            let (failure, at_least) = match request.send().await {
                Ok(answer) => {
                    let (status, after) = (answer.status(), retry_after(&answer));
                    let text = answer.bytes().await.map(|bytes| bytes.to_vec());
                    match text {
                        Ok(text) if status.is_success() => return Ok(text),
                        Ok(text) => {
                            if let (StatusCode::UNAUTHORIZED, Some(token), Some(session), false) =
                                (status, &token, &self.session, refreshed)
                            {
                                refreshed = true;
                                if session.reject(token).await? {
                                    continue;
                                }
                            }
                            (problem::failure(status, &text), after)
                        }
                        Err(error) => (unreachable(&error), None),
                    }
                }
                Err(error) if http::is_distrusted(&error) => return Err(unreachable(&error)),
                Err(error) => (unreachable(&error), None),
            };
            if failure.kind != Kind::Network {
                return Err(failure);
            }
            let Some(wait) = tries.again(at_least) else { return Err(failure) };
            let seconds = wait.as_secs_f64();
            self.teller.event(&Event::Retrying { what: "api", reason: &failure.text, seconds });
            tokio::time::sleep(wait).await;
        }
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let base = self.base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{path}")).map_err(|error| Kind::Usage.because(format!("--api: {error}")))
    }
}

fn unreachable(error: &reqwest::Error) -> Failure {
    Kind::Network.because(format!("the API cannot be reached: {}", http::whole(error)))
}

pub fn not_logged_in() -> Failure {
    Kind::NotLoggedIn.because("not logged in: run `cloister-upload login --api URL`")
}

fn at(upload: &str, rest: &str) -> String {
    let id = percent_encoding::utf8_percent_encode(upload, percent_encoding::NON_ALPHANUMERIC);
    format!("v1/uploads/{id}{rest}")
}

fn duration(body: &mut Value, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        body["durationSeconds"] = seconds.into();
    }
}

/// In seconds; a date, which RFC 9110 allows too, is left to our own waits.
fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.parse().ok().map(Duration::from_secs)
}
