use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use cloister_identity::{Keys, SecondFactor, texts};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::user::User;
use crate::problem::{Problem, Reason};

/// What a token must show.
#[derive(Clone, Debug)]
pub struct Rules {
    pub issuer: String,
    pub audience: String,
    pub groups_claim: String,
    pub second_factor: SecondFactor,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Signed by a key that is not known here: the issuer may have a new one.
    UnknownKey,
    For(Reason),
}

/// Seconds by which clocks may differ.
const SLACK: u64 = 30;
/// Bytes of a token; what is longer is not looked at.
const LONGEST: usize = 16 * 1024;
const SUBJECT: usize = 255;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The token in a request's one `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = "Send Authorization: Bearer TOKEN, with an access token; cloister-upload login gets one.";
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (all.next(), all.next()) else {
        return Err(Problem::new(Reason::TokenMissing, missing));
    };
    let text = header.to_str().ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(token.trim())
        }
        _ => Err(Problem::new(Reason::TokenMissing, missing)),
    }
}

/// Whom the token names, if the issuer says so, to us, now, and after a second factor.
pub fn verify(token: &str, keys: &Keys, rules: &Rules) -> Result<User, Refusal> {
    let invalid = Refusal::For(Reason::TokenInvalid);
    if token.len() > LONGEST {
        return Err(invalid);
    }
    let header = decode_header(token).map_err(|_| invalid)?;
    // `alg: none` is no algorithm that this knows, so it has ended above; shared secrets are no keys here.
    // RFC 9068; many issuers still write JWT, or nothing.
    let kind = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
    if !matches!(kind.as_str(), "at+jwt" | "application/at+jwt" | "jwt") {
        return Err(invalid);
    }
    // An extension that must be understood is not: RFC 7515, 4.1.11.
    let id = header.kid.filter(|_| header.crit.is_none()).ok_or(invalid)?;
    let key = keys.get(&id).ok_or(Refusal::UnknownKey)?;
    let mut validation = Validation::new_for_family(key.key.family());
    validation.algorithms.clone_from(&key.algorithms);
    validation.leeway = SLACK;
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&rules.issuer]);
    validation.set_audience(&[&rules.audience]);
    let claims = decode::<Claims>(token, &key.key, &validation).map_err(|error| reason(error.kind()))?.claims;
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT || claims.sub.chars().any(char::is_control) {
        return Err(invalid);
    }
    if !rules.second_factor.is_shown(&claims.rest) {
        return Err(Refusal::For(Reason::NoMultiFactor));
    }
    let groups = texts(claims.rest.get(&rules.groups_claim));
    Ok(User { issuer: rules.issuer.clone(), subject: claims.sub, groups })
}

fn reason(kind: &ErrorKind) -> Refusal {
    Refusal::For(match kind {
        ErrorKind::ExpiredSignature => Reason::TokenExpired,
        ErrorKind::InvalidAudience => Reason::TokenOfAnotherAudience,
        ErrorKind::InvalidIssuer => Reason::TokenOfAnotherIssuer,
        _ => Reason::TokenInvalid,
    })
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::For(reason)
    }
}

/// What the person is told of a token that is refused.
#[must_use]
pub fn explain(reason: Reason, rules: &Rules) -> Problem {
    let detail = match reason {
        Reason::TokenExpired => "Log in again, or get a new one with the refresh token.".to_owned(),
        Reason::TokenOfAnotherAudience => {
            format!("Ask the identity provider for a token whose audience is {}.", rules.audience)
        }
        Reason::TokenOfAnotherIssuer => format!("Only tokens of {} are taken; log in there.", rules.issuer),
        Reason::NoMultiFactor => {
            let known = &rules.second_factor;
            let list = |name: &str, known: &[String]| match known {
                [] => None,
                known => Some(format!("{name} holds {}", known.join(" or "))),
            };
            let ways: Vec<String> =
                [list("acr", &known.acr), list("amr", &known.amr)].into_iter().flatten().collect();
            format!("Log in again with a second factor: a token is taken whose {}.", ways.join(", or whose "))
        }
        _ => "It is no access token that the identity provider has signed. Log in again.".to_owned(),
    };
    Problem::new(reason, detail)
}
