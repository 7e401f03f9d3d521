//! Signature Version 4 of a request whose body is not in it: the body has TLS and a checksum in a signed header.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as Signer;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::api::types::Credentials;

pub struct ToSign<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub region: &'a str,
    /// By how many seconds S3's clock is ahead of ours.
    pub skew: i64,
}

/// Adds to the headers what S3 wants; those that are there are signed.
pub fn add_signature(headers: &mut HeaderMap, what: &ToSign<'_>, by: &Credentials) -> Result<(), String> {
    let identity = Signer::new(
        &by.access_key_id,
        &by.secret_access_key,
        Some(by.session_token.clone()),
        None,
        "cloister-upload",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(what.region)
        .name("s3")
        .time(now(what.skew))
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let given = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let request = SignableRequest::new(what.method, what.url, given, SignableBody::UnsignedPayload)
        .map_err(|error| error.to_string())?;
    let (instructions, _) = sign(request, &parameters).map_err(|error| error.to_string())?.into_parts();
    for (name, value) in instructions.headers() {
        let name: HeaderName = name.parse().map_err(|_| "a header's name".to_owned())?;
        let value = HeaderValue::from_str(value).map_err(|_| "a header's value".to_owned())?;
        headers.insert(name, value);
    }
    Ok(())
}

fn now(skew: i64) -> SystemTime {
    let by = Duration::from_secs(skew.unsigned_abs());
    if skew < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
}
