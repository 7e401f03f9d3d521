//! Headers on their way in and out.

use std::net::IpAddr;

use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, EXPECT, FORWARDED, HOST, HeaderName,
    HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::cookie;
use crate::session::Session;

pub const RECORD: HeaderName = HeaderName::from_static("cloister-record");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// The page's own scripts, styles and pictures, and nothing written inline.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Two ways to say how long a body is are a way to hide a second request in it.
#[must_use]
pub fn is_ambiguous(headers: &HeaderMap) -> bool {
    let lengths = headers.get_all(CONTENT_LENGTH).iter().count();
    let codings = headers.get_all(TRANSFER_ENCODING).iter().count();
    lengths + codings > 1 || headers.get_all(HOST).iter().count() != 1
}

/// Bytes of request line and headers that are taken. The server's own bound is of its buffer, and so a little more.
pub const HEAD: usize = 32 * 1024;

#[must_use]
pub fn is_too_large(uri: &Uri, headers: &HeaderMap) -> bool {
    let line = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let fields = headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    line + fields.sum::<usize>() > HEAD
}

#[must_use]
pub fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE)
}

/// For one connection only.
fn hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().filter(|name| **name != HOST) {
        headers.remove(name);
    }
    let keep_alive = HeaderName::from_static("keep-alive");
    let proxy =
        ["proxy-connection", "proxy-authenticate", "proxy-authorization"].map(HeaderName::from_static);
    for name in [CONNECTION, UPGRADE, TE, TRAILER, TRANSFER_ENCODING, EXPECT, keep_alive].iter().chain(&proxy)
    {
        headers.remove(name);
    }
}

/// What only the door may say. Servers like WSGI's take `_` for `-`, so that nothing with one goes through.
fn is_reserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    let starts = ["cloister-", "x-forwarded-", "x-real-ip", "x-original-", "x-rewrite-"];
    name.contains('_') || starts.iter().any(|start| name.starts_with(start)) || *name == FORWARDED
}

fn remove_reserved(headers: &mut HeaderMap) {
    let reserved: Vec<HeaderName> = headers.keys().filter(|name| is_reserved(name)).cloned().collect();
    for name in reserved {
        headers.remove(name);
    }
}

/// Names may hold what a header may not.
const TEXT: &AsciiSet = &CONTROLS.add(b'%').add(b',');

/// What the application hears, in place of what the client has said of itself.
pub fn to_application(headers: &mut HeaderMap, session: &Session, request: &str, source: IpAddr) {
    hop_by_hop(headers);
    remove_reserved(headers);
    cookie::keep_from_application(headers);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let groups: Vec<String> =
        session.groups.iter().map(|group| utf8_percent_encode(group, TEXT).to_string()).collect();
    for (name, value) in [
        ("cloister-user", session.user.as_str()),
        ("cloister-user-name", &utf8_percent_encode(&session.name, TEXT).to_string()),
        ("cloister-groups", &groups.join(",")),
        ("cloister-request-id", request),
        ("x-forwarded-for", &source.to_string()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", &host),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// What of the application's answer is not for the browser.
pub fn from_application(headers: &mut HeaderMap) {
    hop_by_hop(headers);
    remove_reserved(headers);
    cookie::keep_from_browser(headers);
}

/// On every answer. The application may choose its own content policy, and say that a file is public.
pub fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // With no-referrer a browser would hide even from us which page of ours a form was on.
        (REFERRER_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, PERMISSIONS),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    let is_public = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("public"))
    });
    if !is_public {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
