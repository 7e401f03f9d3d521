//! The door's own paths, which never reach the application.

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::answer::{Answer, json as json_of, plain, redirect};
use crate::asked::Asked;
use crate::door::Door;
use crate::http::cookie;
use crate::pages;
use crate::record::Decision;
use crate::refusal::Refusal;
use crate::session::{Found, Session, now};
use crate::{signin, signout};

/// `body`: of the one path that reads one.
pub async fn own(
    door: &Door,
    asked: &Asked,
    body: impl Future<Output = Option<Bytes>>,
) -> Result<Answer, Refusal> {
    let name = asked.path().strip_prefix("/.cloister/").ok_or(Refusal::NoSuchPath)?;
    match (allowed(name)?, &asked.method) {
        ("POST", &Method::POST) | ("GET", &(Method::GET | Method::HEAD)) => {}
        (allowed, _) => return Err(Refusal::MethodNotAllowed(allowed)),
    }
    // The provider's own request comes from no page.
    if name != "backchannel-logout" && asked.is_cross_site() {
        return Err(Refusal::CrossSite);
    }
    match name {
        "login" => login(door, asked).await,
        "callback" => callback(door, asked).await,
        "session" => session(door, asked, false).await,
        "extend" => session(door, asked, true).await,
        "session.js" => {
            let mut script = plain(StatusCode::OK, "text/javascript; charset=utf-8", pages::SCRIPT);
            script.headers_mut().insert("cache-control", HeaderValue::from_static("public, max-age=300"));
            Ok(Answer::new(Decision::Allowed, script))
        }
        "logout" => signout::here(door, asked).await,
        "logout-everywhere" => signout::everywhere(door, asked).await,
        "leaving" => Ok(Answer::new(Decision::SignedOut, leaving(door, asked))),
        "signed-out" => Ok(Answer::new(Decision::SignedOut, pages::signed_out())),
        "backchannel-logout" => signout::by_provider(door, body.await).await,
        _ => Err(Refusal::NoSuchPath),
    }
}

fn allowed(name: &str) -> Result<&'static str, Refusal> {
    match name {
        "logout" | "logout-everywhere" | "extend" | "backchannel-logout" => Ok("POST"),
        "login" | "callback" | "session" | "session.js" | "leaving" | "signed-out" => Ok("GET"),
        _ => Err(Refusal::NoSuchPath),
    }
}

/// Who is signed in already does not have to go to the provider.
async fn login(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    if let Found::Alive(session) = door.found(asked, true).await? {
        let back = asked.parameter("return").and_then(|back| crate::http::path::back(&back));
        return Ok(Answer::new(Decision::Allowed, redirect(&back.unwrap_or_else(|| "/".into()))).of(&session));
    }
    signin::login(door, asked).await
}

/// A tab that was left at the provider while another one signed in is shown the way in, not an error.
async fn callback(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    let has_begun = cookie::get(&asked.headers, cookie::LOGIN).is_some();
    if !has_begun && let Found::Alive(session) = door.found(asked, false).await? {
        return Ok(Answer::new(Decision::Allowed, redirect("/")).of(&session));
    }
    signin::callback(door, asked).await
}

async fn session(door: &Door, asked: &Asked, extend: bool) -> Result<Answer, Refusal> {
    match door.found(asked, extend).await? {
        Found::Alive(session) => {
            let told = json_of(StatusCode::OK, &told(door, &session));
            Ok(Answer::new(Decision::Allowed, told).of(&session))
        }
        other => Ok(door.nobody(asked, &other)),
    }
}

fn told(door: &Door, session: &Session) -> Value {
    let (limits, now) = (&door.config.sessions, now());
    json!({
        "user": session.user, "name": session.name,
        "idleSeconds": session.idle_left(limits, now) / 1000,
        "absoluteSeconds": session.absolute_left(limits, now) / 1000,
        "warningSeconds": limits.warning.as_secs(),
    })
}

/// OpenID Connect RP-Initiated Logout 1.0.
fn leaving(door: &Door, asked: &Asked) -> hyper::Response<crate::body::Body> {
    let document = door.published.document();
    let end = document.as_ref().and_then(|document| document.end_session_endpoint.as_deref());
    let Some(mut end) = end.and_then(|end| Url::parse(end).ok()) else { return pages::signed_out() };
    end.query_pairs_mut()
        .append_pair("client_id", &door.config.sign_in.client_id)
        .append_pair("post_logout_redirect_uri", &format!("{}/.cloister/signed-out", asked.origin));
    pages::leaving(end.as_str())
}
