//! What a refusal says: RFC 9457, with one entry for each field that is wrong.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::json;

use crate::audit::About;

/// Why something is refused. The name stands in the problem's `type`, in the audit record and in the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    TokenMissing,
    TokenInvalid,
    TokenExpired,
    TokenOfAnotherAudience,
    TokenOfAnotherIssuer,
    NoMultiFactor,
    NotAllowed,
    NoSuchUpload,
    NoSuchPath,
    MethodNotAllowed,
    NotOpen,
    FilesDiffer,
    TooLarge,
    TooSlow,
    NotJson,
    Malformed,
    Invalid,
    TooMany,
    Unavailable,
}

impl Reason {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::TokenMissing => ("token-missing", 401, "An access token is needed"),
            Self::TokenInvalid => ("token-invalid", 401, "The access token is not valid"),
            Self::TokenExpired => ("token-expired", 401, "The access token has expired"),
            Self::TokenOfAnotherAudience => {
                ("token-audience", 401, "The access token is for another service")
            }
            Self::TokenOfAnotherIssuer => ("token-issuer", 401, "The access token is of another issuer"),
            Self::NoMultiFactor => ("no-multi-factor", 401, "A second factor is needed"),
            Self::NotAllowed => ("not-allowed", 403, "You may not upload there"),
            Self::NoSuchUpload => ("no-such-upload", 404, "There is no such upload of yours"),
            Self::NoSuchPath => ("no-such-path", 404, "There is nothing here"),
            Self::MethodNotAllowed => ("method-not-allowed", 405, "That cannot be done with what is here"),
            Self::NotOpen => ("not-open", 409, "The upload is not open any more"),
            Self::FilesDiffer => ("files-differ", 409, "Files are not as they were announced"),
            Self::TooLarge => ("too-large", 413, "The request is too large"),
            Self::TooSlow => ("too-slow", 408, "The request took too long to arrive"),
            Self::NotJson => ("not-json", 415, "The body must be JSON"),
            Self::Malformed => ("malformed", 400, "The body cannot be read"),
            Self::Invalid => ("invalid", 422, "Fields are wrong"),
            Self::TooMany => ("too-many", 429, "Too many requests"),
            Self::Unavailable => ("unavailable", 503, "That cannot be done now"),
        }
    }

    /// What RFC 6750 calls it, and RFC 9470 where the token is too weak.
    const fn challenge(self) -> Option<&'static str> {
        match self {
            Self::TokenMissing => Some("Bearer realm=\"cloister-upload\""),
            Self::TokenInvalid
            | Self::TokenExpired
            | Self::TokenOfAnotherAudience
            | Self::TokenOfAnotherIssuer => Some("Bearer realm=\"cloister-upload\", error=\"invalid_token\""),
            Self::NoMultiFactor => {
                Some("Bearer realm=\"cloister-upload\", error=\"insufficient_user_authentication\"")
            }
            _ => None,
        }
    }
}

/// One field that is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    pub field: String,
    pub problem: String,
    pub expected: String,
}

#[derive(Clone, Debug)]
pub struct Problem {
    pub reason: Reason,
    /// A whole sentence for the person who asked. Goes to nobody else.
    pub detail: String,
    pub errors: Vec<Wrong>,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub about: Box<About>,
}

/// Entries that a problem shows; of more it says how many there are.
pub const SHOWN: usize = 100;

impl Problem {
    #[must_use]
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), errors: Vec::new(), retry_after: None, about: Box::default() }
    }

    #[must_use]
    pub fn wrong(reason: Reason, mut errors: Vec<Wrong>) -> Self {
        let count = errors.len();
        errors.truncate(SHOWN);
        let detail = match count {
            1 => "One thing is wrong; errors names it and what is expected.".to_owned(),
            n if n > SHOWN => format!("{n} things are wrong; errors names the first {SHOWN}."),
            n => format!("{n} things are wrong; errors names each and what is expected."),
        };
        Self { errors, ..Self::new(reason, detail) }
    }

    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    #[must_use]
    pub fn about(self, about: About) -> Self {
        Self { about: Box::new(about), ..self }
    }
}

/// What the answer was about, for the audit record.
#[derive(Clone, Debug)]
pub struct Refused {
    pub reason: Reason,
    pub about: Box<About>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let (name, status, title) = self.reason.row();
        let mut document = json!({
            "type": format!("https://cloister.dev/problems/{name}"), "title": title, "status": status,
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            document["errors"] = json!(self.errors);
        }
        let mut answer = (self.reason.status(), document.to_string()).into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.reason.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer.extensions_mut().insert(Refused { reason: self.reason, about: self.about });
        answer
    }
}
