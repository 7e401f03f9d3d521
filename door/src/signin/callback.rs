use serde_json::Value;

use super::anew::{Shown, Verdict};
use super::exchange::{Failure, exchange};
use super::login::{anew, redirect_uri};
use super::state::State;
use super::token::{self, Claims, Expected, From, id_token, verified};
use crate::answer::{Answer, redirect};
use crate::asked::Asked;
use crate::door::Door;
use crate::http::cookie;
use crate::random::digest;
use crate::record::{Decision, Reason};
use crate::refusal::Refusal;
use crate::session::{Lockout, Session, now};
use cloister_identity::texts;

/// Back from the provider: a code becomes an ID token, which becomes a session.
pub async fn callback(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    let source = Lockout::of_source(asked.source);
    let table = &door.sessions.table;
    if let Some(seconds) = door.lockout.left(table, &source).await? {
        return Err(Refusal::LockedOut(seconds));
    }
    match signed_in(door, asked).await {
        Err(refusal) if refusal.counts() => {
            door.lockout.failed(table, &source).await?;
            if let Some(key) = refusal.user_key(&door.config.sign_in.issuer) {
                door.lockout.failed(table, &Lockout::of_user(&key)).await?;
            }
            Err(refusal)
        }
        done => done,
    }
}

async fn signed_in(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    let state = state(door, asked).ok_or(Refusal::SignIn(Reason::BadState))?;
    let sign_in = &door.config.sign_in;
    // RFC 9207: whoever answers is the one who was asked.
    if asked.parameter("iss").is_some_and(|issuer| issuer != sign_in.issuer) || asked.has("error") {
        return Err(Refusal::SignIn(Reason::ProviderRefused));
    }
    let code = asked.parameter("code").ok_or(Refusal::SignIn(Reason::ProviderRefused))?;
    let document = door.published.document().ok_or(Refusal::ProviderAway)?;
    let redirect_uri = redirect_uri(&state.origin);
    let sent = now();
    let token = exchange(&code, &state, &redirect_uri, sign_in, &door.published, &document).await;
    let token = token.map_err(|failure| match failure {
        Failure::Refused => Refusal::SignIn(Reason::ProviderRefused),
        Failure::Away(error) => {
            tracing::warn!(%error, "the provider gave no token");
            Refusal::ProviderAway
        }
    })?;
    let received = now();
    let claims = verified(&token, From::Issuer, &door.published, sign_in).await.map_err(bad)?;
    let expected = Expected { nonce: &state.nonce, max_age: door.config.sessions.idle };
    let user = id_token(&claims, sign_in, &expected).map_err(bad)?;
    let shown = Shown::of(&claims, sent, received).map_err(bad)?;
    let user_key = digest(&[&sign_in.issuer, &user]);
    if let Some(seconds) = door.lockout.left(&door.sessions.table, &Lockout::of_user(&user_key)).await? {
        return Err(Refusal::LockedOut(seconds));
    }
    let groups = entitled(door, &claims).map_err(|reason| Refusal::NotEntitled(reason, user.clone()))?;
    let session = session(&claims, user, user_key, groups, &sign_in.issuer);
    let not_before = door.sessions.not_before(&session).await?;
    match shown.since(not_before, state.shown) {
        Verdict::Taken => begin(door, asked, session, &state).await,
        Verdict::Anew => anew(door, asked, &state, shown.at, &session.user),
        Verdict::Refused => Err(Refusal::SignedOutSince(session.user)),
    }
}

/// Bound to this browser: nobody is signed in as somebody else by a link.
fn state(door: &Door, asked: &Asked) -> Option<State> {
    let state = door.seal.open(&asked.parameter("state")?, now())?;
    let browser = cookie::get(&asked.headers, cookie::LOGIN)?;
    (digest(&[browser]) == state.browser && state.origin == asked.origin).then_some(state)
}

fn bad(refusal: token::Refusal) -> Refusal {
    tracing::warn!(?refusal, "an ID token was not taken");
    Refusal::SignIn(Reason::BadToken)
}

fn entitled(door: &Door, claims: &Claims) -> Result<Vec<String>, Reason> {
    let sign_in = &door.config.sign_in;
    if !sign_in.second_factor.is_shown(claims) {
        return Err(Reason::NoSecondFactor);
    }
    let groups = texts(claims.get(&sign_in.groups_claim));
    // Of the others the application has nothing to know.
    let ours: Vec<String> = groups.into_iter().filter(|group| sign_in.groups.contains(group)).collect();
    if ours.is_empty() { Err(Reason::NotThisTenant) } else { Ok(ours) }
}

const NAME: usize = 128;

fn session(claims: &Claims, user: String, user_key: String, groups: Vec<String>, issuer: &str) -> Session {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("preferred_username").or_else(|| text("email")).unwrap_or(&user);
    let name = name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let provider = text("sid").map(|session| digest(&[issuer, "sid", session]));
    let now = now();
    let keys = [user_key].into_iter().chain(provider).collect();
    Session { id: String::new(), user, name, groups, keys, begun: now, seen: now }
}

async fn begin(door: &Door, asked: &Asked, session: Session, state: &State) -> Result<Answer, Refusal> {
    let (session, secret) = door.sessions.begin(session).await?;
    // Whoever was signed in in this browser before is not any more.
    if let Some(before) = cookie::get(&asked.headers, cookie::SESSION) {
        door.sessions.end(&digest(&[before])).await?;
    }
    let answer = Answer::new(Decision::SignedIn, redirect(&state.back)).of(&session);
    Ok(answer.cookie(&cookie::set(cookie::SESSION, &secret)).cookie(&cookie::clear(cookie::LOGIN)))
}
