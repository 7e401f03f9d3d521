//! What is known of a request before anybody decides on it.

use std::net::IpAddr;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Uri};
use url::form_urlencoded;

use crate::http::origin;

pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// As the browser knows us.
    pub origin: String,
    pub source: IpAddr,
    pub id: String,
}

impl Asked {
    #[must_use]
    pub fn new(parts: Parts, origin: String, source: IpAddr, id: String) -> Self {
        Self { method: parts.method, uri: parts.uri, headers: parts.headers, origin, source, id }
    }

    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    #[must_use]
    pub fn is_navigation(&self) -> bool {
        origin::is_navigation(&self.method, &self.headers)
    }

    /// Whether it would change something without a page of ours having asked for it.
    #[must_use]
    pub fn is_cross_site(&self) -> bool {
        origin::changes(&self.method) && !origin::is_ours(&self.headers, &self.origin)
    }

    /// The one parameter of this name; of several none is the right one.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut all = self.parameters().filter(|(key, _)| key == name);
        let first = all.next()?.1;
        all.next().is_none().then_some(first)
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.parameters().any(|(key, _)| key == name)
    }

    fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).map(|(key, value)| (key.into_owned(), value.into_owned()))
    }
}
