//! The end of sessions: of this one, of all of a user's, and of those that the provider names.

use bytes::Bytes;
use hyper::StatusCode;
use url::form_urlencoded;

use crate::answer::{Answer, json, plain, redirect};
use crate::asked::Asked;
use crate::door::Door;
use crate::http::cookie;
use crate::random::digest;
use crate::record::Decision;
use crate::refusal::Refusal;
use crate::session::{Found, Session};
use crate::signin;

pub async fn here(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    let Some(session) = known(door, asked).await? else { return Ok(gone(Decision::NoSession)) };
    door.sessions.end(&session.id).await?;
    Ok(gone(Decision::SignedOut).of(&session))
}

pub async fn everywhere(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    let Some(session) = known(door, asked).await? else { return Ok(gone(Decision::NoSession)) };
    if let Some(user) = session.keys.first() {
        door.sessions.end_all(user).await?;
    }
    door.sessions.end(&session.id).await?;
    Ok(gone(Decision::SignedOutEverywhere).of(&session))
}

async fn known(door: &Door, asked: &Asked) -> Result<Option<Session>, Refusal> {
    Ok(match door.found(asked, false).await? {
        Found::Alive(session) | Found::Expired(session) => Some(session),
        Found::None => None,
    })
}

fn gone(decision: Decision) -> Answer {
    Answer::new(decision, redirect("/.cloister/leaving")).cookie(&cookie::clear(cookie::SESSION))
}

/// OpenID Connect Back-Channel Logout 1.0. A token that names both a user and a session of the provider ends all of the
/// user's: rather one too many than one too few.
pub async fn by_provider(door: &Door, body: Option<Bytes>) -> Result<Answer, Refusal> {
    let refused = |what: &str| {
        let told = serde_json::json!({ "error": "invalid_request", "error_description": what });
        Answer::new(Decision::Refused, json(StatusCode::BAD_REQUEST, &told))
            .because(crate::record::Reason::BadToken)
    };
    let Some(body) = body else { return Ok(refused("the body cannot be read")) };
    let mut all = form_urlencoded::parse(&body).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (all.next(), all.next()) else {
        return Ok(refused("one logout_token is needed"));
    };
    let sign_in = &door.config.sign_in;
    let named = match signin::verified(&token, signin::From::Stranger, &door.published, sign_in).await {
        Ok(claims) => signin::logout_token(&claims),
        Err(refusal) => Err(refusal),
    };
    let (user, session) = match named {
        Ok(named) => named,
        Err(signin::Refusal::Invalid(what)) => return Ok(refused(what)),
        Err(signin::Refusal::UnknownKey) => return Ok(refused("its key is not known")),
    };
    let mut keys = Vec::new();
    keys.extend(user.as_ref().map(|user| digest(&[&sign_in.issuer, user])));
    keys.extend(session.map(|session| digest(&[&sign_in.issuer, "sid", &session])));
    for key in keys {
        door.sessions.end_all(&key).await?;
    }
    let done = plain(StatusCode::OK, "text/plain", "");
    let answer = Answer::new(Decision::SignedOutEverywhere, done);
    Ok(match &user {
        Some(user) => answer.user(user),
        None => answer,
    })
}
