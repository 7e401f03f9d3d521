use std::net::IpAddr;

use hyper::Method;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Decision {
    Allowed,
    SignedIn,
    SignedOut,
    SignedOutEverywhere,
    NoSession,
    Expired,
    Refused,
}

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Reason {
    NotThisTenant,
    NoSecondFactor,
    LockedOut,
    CrossSite,
    BadState,
    ProviderRefused,
    BadToken,
    /// What the provider knows of the user is older than their signing out everywhere.
    SignedOutSince,
    TooOften,
    OtherHost,
    BadRequest,
    NoSuchPath,
    Unsupported,
    Unavailable,
}

/// Where a request came from.
pub type Source = IpAddr;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    pub time: String,
    pub request: &'a str,
    pub tenant: &'a str,
    pub app: &'a str,
    pub pod: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<&'a str>,
    pub source: Source,
    pub method: &'static str,
    pub route: &'a str,
    pub path: &'a str,
    pub records: &'a [String],
    pub status: u16,
    pub milliseconds: u64,
    pub decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// A method may be any word that a client likes.
#[must_use]
pub fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
