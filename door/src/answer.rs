//! An answer, and what the access log says of it.

use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::body::{Body, empty, whole};
use crate::record::{Decision, Reason};
use crate::session::Session;

pub struct Answer {
    pub response: Response<Body>,
    pub decision: Decision,
    pub reason: Option<Reason>,
    pub user: Option<String>,
    pub session: Option<String>,
    pub records: Vec<String>,
}

impl Answer {
    #[must_use]
    pub fn new(decision: Decision, response: Response<Body>) -> Self {
        Self { response, decision, reason: None, user: None, session: None, records: Vec::new() }
    }

    #[must_use]
    pub fn of(mut self, session: &Session) -> Self {
        self.user = Some(session.user.clone());
        self.session = Some(session.short().to_owned());
        self
    }

    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.headers_mut().append(name, value);
        }
        self
    }

    #[must_use]
    pub fn cookie(self, cookie: &str) -> Self {
        self.header(SET_COOKIE, cookie)
    }
}

#[must_use]
pub fn plain(status: StatusCode, kind: &'static str, body: impl Into<bytes::Bytes>) -> Response<Body> {
    let mut response = Response::new(whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[must_use]
pub fn json(status: StatusCode, value: &Value) -> Response<Body> {
    plain(status, "application/json", value.to_string())
}

/// RFC 9457.
#[must_use]
pub fn problem(status: StatusCode, name: &str, title: &str, detail: &str) -> Response<Body> {
    let told = json!({
        "type": format!("https://cloister.dev/problems/{name}"), "title": title, "status": status.as_u16(),
        "detail": detail,
    });
    plain(status, "application/problem+json", told.to_string())
}

/// With GET, whatever the method was.
#[must_use]
pub fn redirect(to: &str) -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    match HeaderValue::from_str(to) {
        Ok(to) => drop(response.headers_mut().insert(LOCATION, to)),
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}
