//! The door's own pages. Each stands for itself: no script, no file, and its style by its hash.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use hyper::{Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::answer::plain;
use crate::body::Body;
use crate::refusal::Words;

const STYLE: &str = include_str!("door.css");
pub const SCRIPT: &str = include_str!("session.js");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

fn page(status: StatusCode, title: &str, onward: Option<&str>, body: &Markup) -> Response<Body> {
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(to) = onward { meta http-equiv="refresh" content=(format!("0; url={to}")); }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    div.mark aria-hidden="true" { span {} }
                    h1 { (title) }
                    (body)
                }
            }
        }
    };
    let mut response = plain(status, "text/html; charset=utf-8", text.into_string());
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[must_use]
pub fn refused(status: StatusCode, words: &Words) -> Response<Body> {
    let body = html! {
        p { (words.detail) }
        @if words.again { p { a.button href="/.cloister/login" { "Sign in again" } } }
    };
    page(status, words.title, None, &body)
}

#[must_use]
pub fn signed_out() -> Response<Body> {
    let body = html! {
        p { "Your session has ended, and nothing of it is left in this browser." }
        p { a.button href="/" { "Sign in again" } }
    };
    page(StatusCode::OK, "You are signed out", None, &body)
}

/// On the way to the provider, whose own session ends too. A page and not a redirect: a form's redirect to another host
/// is what an application's `form-action` forbids.
#[must_use]
pub fn leaving(to: &str) -> Response<Body> {
    let body = html! {
        p { "Your session here has ended. The identity provider ends its own now." }
        p { a.button href=(to) { "Go on" } }
    };
    page(StatusCode::OK, "Signing out", Some(to), &body)
}

/// Nothing was shown, since it could not be recorded.
#[must_use]
pub fn unrecorded() -> Response<Body> {
    let body = html! {
        p { "Who sees what is recorded here, and the record cannot be written at the moment. So nothing is shown." }
        p { "Try again in a minute." }
    };
    page(StatusCode::SERVICE_UNAVAILABLE, "That is not possible now", None, &body)
}
