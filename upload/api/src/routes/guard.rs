//! What every request passes: the bound on requests at a time, the token, the rates, metrics and the audit record.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Response;
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::IntoResponse;

use crate::api::{Api, Caller};
use crate::audit::{Event, Line};
use crate::identity::bearer;
use crate::problem::{Problem, Reason, Refused};

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Sheds, measures, and records what was refused.
pub async fn witness(
    State(api): State<Arc<Api>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().as_str().chars().take(16).collect::<String>();
    let answer = if let Ok(_permit) = api.under_way.try_acquire() {
        next.run(request).await
    } else {
        let detail = "The service is busy; try again in a second, with some jitter.";
        Problem::new(Reason::TooMany, detail).retry_after(1).into_response()
    };
    if let Some(refused) = answer.extensions().get::<Refused>() {
        note(&api, refused, answer.extensions().get::<Caller>(), peer.ip());
    }
    let known = matches!(method.as_str(), "GET" | "HEAD" | "POST" | "DELETE" | "PUT" | "PATCH" | "OPTIONS");
    let method = if known { method.as_str() } else { "other" };
    api.metrics.answered(
        route.as_deref().unwrap_or("none"),
        method,
        answer.status().as_u16(),
        began.elapsed(),
    );
    answer
}

/// A stranger who is turned away unread is counted only: their first refusals are on record, and a flood must not fill
/// the disk.
fn note(api: &Api, refused: &Refused, caller: Option<&Caller>, source: IpAddr) {
    api.metrics.refused(refused.reason);
    if refused.reason == Reason::TooMany && caller.is_none() {
        return;
    }
    let line = Line {
        event: Event::Refusal,
        user: caller.map(|caller| caller.user.subject.as_str()),
        issuer: caller.map(|caller| caller.user.issuer.as_str()),
        about: &refused.about,
        source,
        aws_request_id: None,
        reason: refused.reason.name(),
    };
    if let Err(error) = api.audit.write(&line) {
        tracing::error!(%error, "a refusal could not be recorded");
    }
}

/// Who asks, and whether they may ask again already.
pub async fn identify(
    State(api): State<Arc<Api>>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let source = peer.ip();
    if let Err(wait) = api.by_source.has(&source) {
        return wait_for(wait).into_response();
    }
    let user = match bearer(request.headers()) {
        Ok(token) => api.issuer.user(token).await,
        Err(problem) => Err(problem),
    };
    let user = match user {
        Ok(user) => Arc::new(user),
        Err(problem) => {
            // One of them less; that none is left shows at the next request.
            let _ = api.by_source.take(source);
            return problem.into_response();
        }
    };
    let folder = user.folder();
    let caller = Caller { user, source };
    let mut answer = match api.by_user.take(folder) {
        Ok(()) => {
            request.extensions_mut().insert(caller.clone());
            next.run(request).await
        }
        Err(wait) => wait_for(wait).into_response(),
    };
    answer.extensions_mut().insert(caller);
    answer
}

fn wait_for(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    let detail = format!("You have asked too often; wait {seconds} s.");
    Problem::new(Reason::TooMany, detail).retry_after(seconds)
}

/// Nothing here is a page, so nothing is to be shown, framed or guessed.
pub async fn harden(request: Request, next: Next) -> Response<Body> {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("strict-transport-security", "max-age=31536000"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}
