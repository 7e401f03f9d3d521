use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloister_identity::{Keys, Published, texts};
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::config::SignIn;

pub type Claims = Map<String, Value>;

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    UnknownKey,
    /// What is wrong with it, for the log: no claim's value.
    Invalid(&'static str),
}

/// Seconds by which clocks may differ.
const SLACK: u64 = 30;
const LONGEST: usize = 32 * 1024;
const SUBJECT: usize = 255;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

pub struct Expected<'a> {
    pub nonce: &'a str,
    /// The person has shown who they are within so long.
    pub max_age: Duration,
}

/// Who brought a token.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// The issuer, asked by us.
    Issuer,
    /// Anybody, who could have us ask the issuer for keys without end.
    Stranger,
}

/// The claims of a token that the issuer has signed for us; its keys are fetched again where they do not fit.
pub async fn verified(
    token: &str,
    from: From,
    published: &Published,
    sign_in: &SignIn,
) -> Result<Claims, Refusal> {
    let known = claims(token, published.keys().as_ref(), sign_in);
    let keys = match (&known, from) {
        (Err(Refusal::UnknownKey), From::Issuer) => published.newest_now().await,
        (Err(Refusal::UnknownKey), From::Stranger) => published.newest().await,
        _ => return known,
    };
    claims(token, &keys, sign_in)
}

fn claims(token: &str, keys: &Keys, sign_in: &SignIn) -> Result<Claims, Refusal> {
    if token.len() > LONGEST {
        return Err(Refusal::Invalid("it is too long"));
    }
    // `alg: none` is no algorithm that this knows; shared secrets are no keys here.
    let header = decode_header(token).map_err(|_| Refusal::Invalid("it is no JWT"))?;
    // An extension that must be understood is not: RFC 7515, 4.1.11.
    let id = header.kid.filter(|_| header.crit.is_none()).ok_or(Refusal::Invalid("it names no key"))?;
    let key = keys.get(&id).ok_or(Refusal::UnknownKey)?;
    let mut validation = Validation::new_for_family(key.key.family());
    validation.algorithms.clone_from(&key.algorithms);
    validation.leeway = SLACK;
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[&sign_in.issuer]);
    validation.set_audience(&[&sign_in.client_id]);
    decode::<Claims>(token, &key.key, &validation)
        .map(|token| token.claims)
        .map_err(|_| Refusal::Invalid("signature, iss, aud or exp is wrong"))
}

/// OpenID Connect Core 1.0, 3.1.3.7. Answers the subject.
pub fn id_token(claims: &Claims, sign_in: &SignIn, expected: &Expected<'_>) -> Result<String, Refusal> {
    let invalid = |what| Err(Refusal::Invalid(what));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("nonce") != Some(expected.nonce) {
        return invalid("nonce is another's");
    }
    match text("azp") {
        Some(party) if party != sign_in.client_id => return invalid("azp is another's"),
        None if texts(claims.get("aud")).len() > 1 => return invalid("aud has several, and azp is missing"),
        _ => {}
    }
    if claims.contains_key("events") {
        return invalid("it is no ID token");
    }
    let Some(at) = claims.get("auth_time").and_then(Value::as_u64) else {
        return invalid("auth_time is missing, though max_age was asked for");
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if at + expected.max_age.as_secs() + SLACK < now || at > now + SLACK {
        return invalid("auth_time is not within max_age");
    }
    subject(claims).ok_or(Refusal::Invalid("sub is missing or not as it must be"))
}

/// At most 255 characters of ASCII, by the standard; it becomes a header.
fn subject(claims: &Claims) -> Option<String> {
    let subject = claims.get("sub")?.as_str()?;
    let is_plain = subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (!subject.is_empty() && subject.len() <= SUBJECT && is_plain).then(|| subject.to_owned())
}

/// OpenID Connect Back-Channel Logout 1.0, 2.6. Answers whose sessions end: a subject, a session of the provider, both.
pub fn logout_token(claims: &Claims) -> Result<(Option<String>, Option<String>), Refusal> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(Refusal::Invalid("events does not say that it is a logout token"));
    }
    if claims.contains_key("nonce") {
        return Err(Refusal::Invalid("a logout token has no nonce"));
    }
    if !claims.get("iat").is_some_and(Value::is_number) || !claims.get("jti").is_some_and(Value::is_string) {
        return Err(Refusal::Invalid("iat or jti is missing"));
    }
    let session = claims.get("sid").and_then(Value::as_str).map(str::to_owned);
    match (subject(claims), session) {
        (None, None) => Err(Refusal::Invalid("neither sub nor sid is there")),
        both => Ok(both),
    }
}

#[cfg(test)]
mod tests {
    use cloister_identity::SecondFactor;
    use serde_json::json;

    use super::*;

    fn sign_in() -> SignIn {
        SignIn {
            issuer: "https://idp.example".into(),
            client_id: "claims".into(),
            client_secret_file: "x".into(),
            groups_claim: "groups".into(),
            groups: vec!["analysts".into()],
            second_factor: SecondFactor { acr: Vec::new(), amr: vec!["mfa".into()] },
            ca_file: None,
        }
    }

    #[test]
    fn an_id_token_is_of_this_sign_in_and_recent() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let good = json!({ "sub": "amy", "nonce": "n", "aud": "claims", "auth_time": now });
        let judged = |changed: &Value| {
            let mut claims = good.as_object().unwrap().clone();
            for (name, value) in changed.as_object().unwrap() {
                claims.insert(name.clone(), value.clone());
            }
            claims.retain(|_, value| !value.is_null());
            id_token(&claims, &sign_in(), &Expected { nonce: "n", max_age: Duration::from_mins(15) })
        };
        assert_eq!(judged(&json!({})), Ok("amy".to_owned()));
        assert_eq!(judged(&json!({ "aud": ["claims", "other"], "azp": "claims" })), Ok("amy".to_owned()));
        for wrong in [
            json!({ "nonce": "m" }),
            json!({ "nonce": null }),
            json!({ "azp": "other" }),
            json!({ "aud": ["claims", "other"] }),
            json!({ "auth_time": null }),
            json!({ "auth_time": now - 1000 }),
            json!({ "auth_time": now + 1000 }),
            json!({ "sub": null }),
            json!({ "sub": "" }),
            json!({ "sub": "a\nb" }),
            json!({ "sub": "a".repeat(256) }),
            json!({ "events": {} }),
        ] {
            assert!(judged(&wrong).is_err(), "{wrong}");
        }
    }
}
