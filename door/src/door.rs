//! One request: who asks, whether they may, and what is recorded of it before anything is shown.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use cloister_identity::{Published, Rates};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::{Answer, problem, redirect};
use crate::asked::Asked;
use crate::body::{Body, passing, small};
use crate::config::Config;
use crate::http::{cookie, headers, origin, path};
use crate::metrics::Metrics;
use crate::own::own;
use crate::pages;
use crate::proxy::{Failure, Proxy};
use crate::record::{Decision, Line, Pseudonyms, Reason, Spool, method, records, shown};
use crate::refusal::Refusal;
use crate::session::{Found, Lockout, Session, Sessions};
use crate::signin::Seal;

pub struct Door {
    pub config: Config,
    pub pod: String,
    pub published: Published,
    pub sessions: Sessions,
    pub lockout: Lockout,
    pub seal: Seal,
    pub pseudonyms: Pseudonyms,
    pub spool: Arc<Spool>,
    pub proxy: Proxy,
    pub metrics: Arc<Metrics>,
    /// Requests of nobody who is signed in, by where they come from.
    pub strangers: Rates<IpAddr>,
}

impl Door {
    /// The answer, once it is on record; without a record there is none.
    pub async fn answer(&self, request: Request<Incoming>, source: IpAddr) -> Response<Body> {
        let began = Instant::now();
        let seen = shown(request.uri().path(), &self.config.access_log.routes, &self.pseudonyms);
        let verb = method(request.method());
        let Ok(id) = crate::random::uuid() else { return self.unrecorded(began) };
        // What cannot be recorded is not even asked for: it might change something.
        if !self.spool.is_of_use().await {
            return self.unrecorded(began);
        }
        let Some(answer) = self.decide(request, source, &id).await else { return self.turned_away() };
        let status = answer.response.status().as_u16();
        let line = Line {
            time: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            request: &id,
            tenant: &self.config.tenant,
            app: &self.config.app,
            pod: &self.pod,
            user: answer.user.as_deref(),
            session: answer.session.as_deref(),
            source,
            method: verb,
            route: &seen.route,
            path: &seen.path,
            records: &answer.records,
            status,
            milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            decision: answer.decision,
            reason: answer.reason,
        };
        let Ok(mut text) = serde_json::to_vec(&line) else { return self.unrecorded(began) };
        text.push(b'\n');
        if !self.spool.write(text).await {
            return self.unrecorded(began);
        }
        self.metrics.answered(answer.decision, answer.reason, status, began.elapsed());
        secured(answer.response)
    }

    fn unrecorded(&self, began: Instant) -> Response<Body> {
        self.metrics.answered(Decision::Refused, Some(Reason::Unavailable), 503, began.elapsed());
        secured(pages::unrecorded())
    }

    /// A stranger's flood is counted only: their first requests are on record, and the rest must not fill the disk.
    fn turned_away(&self) -> Response<Body> {
        self.metrics.turned_away();
        let detail = "Sign in, or wait a few seconds.";
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = problem(status, "too-many", "Too many requests", detail);
        response
            .headers_mut()
            .insert(hyper::header::RETRY_AFTER, hyper::header::HeaderValue::from_static("5"));
        secured(response)
    }

    /// None for a stranger who comes too often.
    async fn decide(&self, request: Request<Incoming>, source: IpAddr, id: &str) -> Option<Answer> {
        let is_known = cookie::get(request.headers(), cookie::SESSION)
            .is_some_and(|secret| self.sessions.has_seen(secret));
        if !is_known && self.strangers.has(&source).is_err() {
            return None;
        }
        let navigation = origin::is_navigation(request.method(), request.headers());
        let answer = match self.examined(request, source, id).await {
            Ok(answer) => answer,
            Err(refusal) => refusal.answer(navigation),
        };
        if answer.session.is_none() {
            // One of them less; that none is left shows at the next request.
            let _ = self.strangers.take(source);
        }
        Some(answer)
    }

    async fn examined(
        &self,
        request: Request<Incoming>,
        source: IpAddr,
        id: &str,
    ) -> Result<Answer, Refusal> {
        if headers::is_too_large(request.uri(), request.headers()) {
            return Err(Refusal::TooLarge);
        }
        if headers::is_ambiguous(request.headers()) {
            return Err(Refusal::BadRequest);
        }
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            return Err(Refusal::MethodNotAllowed("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
        }
        if headers::wants_upgrade(request.headers()) {
            return Err(Refusal::NoUpgrade);
        }
        let origin = origin::of(&request, &self.config.host).ok_or(Refusal::OtherHost)?;
        let (parts, body) = request.into_parts();
        let asked = Asked::new(parts, origin, source, id.to_owned());
        if path::is_own(asked.path()) {
            return own(self, &asked, small(body)).await;
        }
        let cross_site = asked.is_cross_site();
        match self.found(&asked, !cross_site).await? {
            Found::Alive(session) if cross_site => Ok(Refusal::CrossSite.to(&asked).of(&session)),
            Found::Alive(session) => Ok(self.passed(asked, body, &session).await),
            other => Ok(self.nobody(&asked, &other)),
        }
    }

    /// The session of the request's cookie.
    pub async fn found(&self, asked: &Asked, extend: bool) -> Result<Found, Refusal> {
        match cookie::get(&asked.headers, cookie::SESSION) {
            Some(secret) => Ok(self.sessions.find(secret, extend).await?),
            None => Ok(Found::None),
        }
    }

    /// People are sent to sign in, programs are told.
    #[must_use]
    pub fn nobody(&self, asked: &Asked, found: &Found) -> Answer {
        let (decision, expired) = match found {
            Found::Expired(session) => (Decision::Expired, Some(session)),
            _ => (Decision::NoSession, None),
        };
        let mut answer = if asked.is_navigation() {
            let back = asked.uri.path_and_query().map_or("/", |path| path.as_str());
            let back = utf8_percent_encode(back, NON_ALPHANUMERIC);
            Answer::new(decision, redirect(&format!("/.cloister/login?return={back}")))
        } else {
            let (status, detail) =
                (StatusCode::UNAUTHORIZED, "Open the application's page, which leads to sign-in.");
            Answer::new(decision, problem(status, "no-session", "You are not signed in", detail))
        };
        if let Some(session) = expired {
            answer = answer.of(session).cookie(&cookie::clear(cookie::SESSION));
        }
        answer
    }

    /// To the application and back.
    async fn passed(&self, mut asked: Asked, body: Incoming, session: &Session) -> Answer {
        headers::to_application(&mut asked.headers, session, &asked.id, asked.source);
        let navigation = asked.is_navigation();
        let mut request = Request::new(passing(body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) =
            (asked.method, asked.uri, asked.headers);
        let began = Instant::now();
        let sent = self.proxy.send(request).await;
        self.metrics.upstream(began.elapsed());
        let answer = match sent {
            Ok(answer) if answer.status() != StatusCode::SWITCHING_PROTOCOLS => answer,
            Ok(_) | Err(Failure::NoAnswer) => {
                return Refusal::ApplicationAway(StatusCode::BAD_GATEWAY).answer(navigation).of(session);
            }
            Err(Failure::TooSlow) => {
                return Refusal::ApplicationAway(StatusCode::GATEWAY_TIMEOUT).answer(navigation).of(session);
            }
        };
        let mut response = answer.map(passing);
        let named =
            response.headers().get_all(headers::RECORD).iter().map(hyper::header::HeaderValue::as_bytes);
        let records = records(named, &self.pseudonyms);
        headers::from_application(response.headers_mut());
        let answer = Answer { records, ..Answer::new(Decision::Allowed, response) };
        answer.of(session)
    }
}

fn secured(mut response: Response<Body>) -> Response<Body> {
    headers::secure(response.headers_mut());
    response
}
