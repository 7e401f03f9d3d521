//! The identity provider: where its endpoints are, and what it answers.

use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use crate::failure::{Failure, Kind};
use crate::http;

/// RFC 8414, of which this is what we use.
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub token_endpoint: String,
    #[serde(default)]
    pub device_authorization_endpoint: Option<String>,
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
}

#[derive(Deserialize)]
pub struct Granted {
    pub access_token: String,
    /// Seconds; RFC 6749 only recommends it.
    #[serde(default)]
    pub expires_in: Option<i64>,
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// RFC 6749, section 5.2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    pub error: String,
    pub error_description: String,
}

pub async fn metadata(http: &Client, issuer: &str) -> Result<Metadata, Failure> {
    http::trusted("issuer", issuer)?;
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let answer = http.get(&url).send().await.map_err(|error| unreachable(issuer, &error))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(
            Kind::Refused.because(format!("the identity provider {issuer} answers {status} for {url}"))
        );
    }
    let found: Metadata = answer
        .json()
        .await
        .map_err(|error| Kind::Refused.because(format!("{url}: {}", http::whole(&error))))?;
    // RFC 8414, section 3.3: otherwise another could stand in for it.
    if found.issuer != issuer {
        return Err(Kind::Refused.because(format!("{url}: names the issuer {}, not {issuer}", found.issuer)));
    }
    Ok(found)
}

/// A form is posted; what is refused is answered with the code of the refusal.
pub async fn post<T: serde::de::DeserializeOwned>(
    http: &Client,
    endpoint: &str,
    basic: Option<(&str, &str)>,
    form: &[(&str, &str)],
) -> Result<Result<T, Refusal>, Failure> {
    let url: Url = http::trusted("endpoint of the identity provider", endpoint)?;
    let mut request = http.post(url).form(form);
    if let Some((user, secret)) = basic {
        request = request.basic_auth(user, Some(secret));
    }
    let answer = request.send().await.map_err(|error| unreachable(endpoint, &error))?;
    let status = answer.status();
    let text = answer.bytes().await.map_err(|error| unreachable(endpoint, &error))?;
    if status.is_success() {
        return serde_json::from_slice(&text)
            .map(Ok)
            .map_err(|error| Kind::Refused.because(format!("the identity provider's answer: {error}")));
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Kind::Network.because(format!("the identity provider answers {status}")));
    }
    let mut refusal: Refusal = serde_json::from_slice(&text).unwrap_or_default();
    if refusal.error.is_empty() {
        refusal.error = status.to_string();
    }
    Ok(Err(refusal))
}

impl Refusal {
    pub fn failure(&self) -> Failure {
        let more = if self.error_description.is_empty() { "" } else { ": " };
        let kind = if self.error == "invalid_grant" { Kind::NotLoggedIn } else { Kind::Refused };
        kind.because(format!("the identity provider refuses: {}{more}{}", self.error, self.error_description))
    }
}

fn unreachable(what: &str, error: &reqwest::Error) -> Failure {
    Kind::Network
        .because(format!("the identity provider cannot be reached at {what}: {}", http::whole(error)))
}
