//! S3 as this program needs it: six operations, signed here, over connections that are kept.
//!
//! The official SDK would sign and hash no worse, but it copies each body into its own stream, and it cannot say of a
//! single request how far it has come.

mod body;
mod documents;
mod operations;
mod pace;
mod place;
mod sign;
mod trouble;
mod vault;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderValue};
use reqwest::{Body, Client, Method};

use self::body::{Meter, Sending};
pub use self::documents::Listed;
pub use self::operations::Sent as SentPart;
pub use self::pace::Pace;
pub use self::place::Place;
use self::sign::{ToSign, add_signature};
use self::trouble::Remedy;
pub use self::trouble::Trouble;
pub use self::vault::Vault;
use crate::api::types::Credentials;
use crate::http;
use crate::retry::Tries;
use crate::tell::{Event, Teller};

/// No byte has gone and no answer has come: the connection is dead, whatever TCP believes.
const STALLED: Duration = Duration::from_secs(20);
/// S3 may join the parts of a large object for minutes, and says so only at the end:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>
const JOINING: Duration = Duration::from_mins(10);
const LOOK: Duration = Duration::from_secs(1);

pub struct S3 {
    pub http: Client,
    pub place: Place,
    pub vault: Vault,
    pub pace: Arc<Pace>,
    pub teller: Arc<Teller>,
    pub give_up_after: Duration,
    /// By how many seconds S3's clock is ahead of ours.
    pub skew: AtomicI64,
}

struct Request<'a> {
    method: Method,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    patience: Duration,
    /// Whether the body is the user's bytes, which are counted and slowed down.
    counted: bool,
}

struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }
}

impl S3 {
    /// Until it is done, refused, or has failed for too long.
    async fn call(&self, request: &Request<'_>) -> Result<Answer, Trouble> {
        let mut tries = Tries::new(self.give_up_after);
        let mut clock_is_set = false;
        loop {
            let credentials = self.vault.credentials().await.map_err(Trouble::Credentials)?;
            let meter = Meter::new(Arc::clone(&self.teller));
            let trouble = match self.once(request, &credentials, &meter).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            meter.take_back();
            match trouble.remedy() {
                Remedy::None => return Err(trouble),
                Remedy::SetClock if clock_is_set => return Err(trouble),
                Remedy::SetClock => clock_is_set = true,
                Remedy::Renew => {
                    self.vault.renew(&credentials.access_key_id).await.map_err(Trouble::Credentials)?;
                }
                Remedy::Again => {}
            }
            let Some(wait) = tries.again(None) else { return Err(trouble) };
            let (reason, seconds) = (trouble.reason(), wait.as_secs_f64());
            self.teller.event(&Event::Retrying { what: request.path, reason: &reason, seconds });
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(
        &self,
        request: &Request<'_>,
        credentials: &Credentials,
        meter: &Arc<Meter>,
    ) -> Result<Answer, Trouble> {
        let exchange = self.exchange(request, credentials, meter);
        tokio::pin!(exchange);
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                answer = &mut exchange => return answer,
                _ = look.tick() => {
                    if meter.still_for() > request.patience {
                        return Err(Trouble::Silence(format!("nothing moved for {} s", request.patience.as_secs())));
                    }
                }
            }
        }
    }

    async fn exchange(
        &self,
        request: &Request<'_>,
        credentials: &Credentials,
        meter: &Arc<Meter>,
    ) -> Result<Answer, Trouble> {
        let url = self.place.url(request.path, request.query);
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let value = HeaderValue::from_str(value).map_err(|error| Trouble::Silence(error.to_string()))?;
            headers.insert(*name, value);
        }
        let to_sign = ToSign {
            method: request.method.as_str(),
            url: &url,
            region: &self.place.region,
            skew: self.skew.load(Ordering::Relaxed),
        };
        add_signature(&mut headers, &to_sign, credentials).map_err(Trouble::Silence)?;
        headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
        let body = if request.counted {
            Body::wrap(Sending::new(request.body.clone(), Arc::clone(&self.pace), Arc::clone(meter)))
        } else {
            Body::from(request.body.clone())
        };
        let sent = self.http.request(request.method.clone(), &url).headers(headers).body(body).send().await;
        let answer = sent.map_err(|error| Trouble::Silence(http::whole(&error.without_url())))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body =
            answer.bytes().await.map_err(|error| Trouble::Silence(http::whole(&error.without_url())))?;
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        let trouble = Trouble::read(status.as_u16(), &body);
        if trouble.remedy() == Remedy::SetClock {
            self.set_clock(&headers);
        }
        Err(trouble)
    }

    fn set_clock(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        if let Some(theirs) = date.and_then(|date| rfc2822::parse(date).ok()) {
            let ahead = theirs.timestamp().as_second() - Timestamp::now().as_second();
            self.skew.store(ahead, Ordering::Relaxed);
        }
    }
}
