use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloister_identity::{Complaint, Document, is_safe};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::state::{LASTS, State};
use crate::answer::{Answer, redirect};
use crate::asked::Asked;
use crate::door::Door;
use crate::http::{cookie, path};
use crate::random::{digest, is_secret, secret};
use crate::record::{Decision, Reason};
use crate::refusal::Refusal;
use crate::session::{Lockout, now};

/// Sends the person to the provider, with a cookie that only this browser has.
pub async fn login(door: &Door, asked: &Asked) -> Result<Answer, Refusal> {
    if let Some(seconds) = door.lockout.left(&door.sessions.table, &Lockout::of_source(asked.source)).await? {
        return Err(Refusal::LockedOut(seconds));
    }
    let back = asked.parameter("return").and_then(|back| path::back(&back)).unwrap_or_else(|| "/".to_owned());
    let document = door.published.document().ok_or(Refusal::ProviderAway)?;
    to_provider(door, asked, &document, back, None)
}

/// Once more, to the same page: what the provider has of this person is from before they signed out everywhere.
pub fn anew(door: &Door, asked: &Asked, state: &State, shown: u64, user: &str) -> Result<Answer, Refusal> {
    let document = door.published.document().ok_or(Refusal::ProviderAway)?;
    let answer = to_provider(door, asked, &document, state.back.clone(), Some(shown))?;
    Ok(answer.because(Reason::SignedOutSince).user(user))
}

fn to_provider(
    door: &Door,
    asked: &Asked,
    document: &Document,
    back: String,
    shown: Option<u64>,
) -> Result<Answer, Refusal> {
    let known = cookie::get(&asked.headers, cookie::LOGIN).filter(|known| is_secret(known));
    let browser = known.map_or_else(secret, |known| Ok(known.to_owned()))?;
    let (nonce, verifier) = (secret()?, secret()?);
    let (at, origin) = (now(), asked.origin.clone());
    let state = State { browser: digest(&[&browser]), nonce, verifier, back, origin, at, shown };
    let to = authorization(door, document, &state)?;
    let answer = Answer::new(Decision::NoSession, redirect(to.as_str()));
    Ok(answer.cookie(&cookie::set_for(cookie::LOGIN, &browser, LASTS.as_secs())))
}

fn authorization(door: &Door, document: &Document, state: &State) -> Result<Url, Complaint> {
    let sign_in = &door.config.sign_in;
    let at =
        document.authorization_endpoint.as_deref().ok_or("the provider names no authorization endpoint")?;
    is_safe(&at.parse()?).then_some(()).ok_or("the authorization endpoint is not https")?;
    let mut url: Url = at.parse()?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&state.verifier));
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &sign_in.client_id)
        .append_pair("redirect_uri", &redirect_uri(&state.origin))
        .append_pair("scope", &scopes(document))
        .append_pair("state", &door.seal.close(state)?)
        .append_pair("nonce", &state.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        // Who was idle for too long shows anew who they are, even where the provider still knows them.
        .append_pair("max_age", &door.config.sessions.idle.as_secs().to_string());
    if state.shown.is_some() {
        query.append_pair("prompt", "login");
    }
    if !sign_in.second_factor.acr.is_empty() {
        query.append_pair("acr_values", &sign_in.second_factor.acr.join(" "));
    }
    drop(query);
    Ok(url)
}

pub fn redirect_uri(origin: &str) -> String {
    format!("{origin}/.cloister/callback")
}

/// Those of them that the provider knows; where it does not say, the standard's.
fn scopes(document: &Document) -> String {
    let known = |scope: &&str| match &document.scopes_supported {
        Some(known) => known.iter().any(|known| known == scope),
        None => *scope != "groups",
    };
    let wished = ["profile", "email", "groups"].into_iter().filter(known);
    ["openid"].into_iter().chain(wished).collect::<Vec<_>>().join(" ")
}
