//! What strangers can send: tokens, headers, bodies, names of files. Nothing panics, nobody gets in, and what is taken
//! is what it must be.
//!
//! The modules are compiled from their files, since the whole crate would bring the SDKs along.

#![no_main]
#![allow(dead_code, unused_imports)]

#[path = "../src/audit.rs"]
mod audit;
#[path = "../src/fields.rs"]
mod fields;
#[path = "../src/path.rs"]
mod path;
#[path = "../src/problem.rs"]
mod problem;
#[path = "../src/request.rs"]
mod request;

#[path = "../src/identity"]
mod identity {
    pub mod token;
    pub mod user;
}

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloister_identity::{Keys, SecondFactor};
use cloister_core::tenant::{MANIFEST, source_identity};
use identity::token::{Rules, bearer, verify};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const PREFIX: &str = "acme/aaaaaaaaaaaaaaaaaaaaaaaaaa/";

struct Issuer {
    signing: EncodingKey,
    keys: Keys,
    rules: Rules,
}

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let signing = EncodingKey::from_ec_der(pair.expect("a key").as_ref());
    let mut public = Jwk::from_encoding_key(&signing, Algorithm::ES256).expect("its public half");
    public.common.key_id = Some("k".to_owned());
    let text = |text: &str| text.to_owned();
    let rules = Rules {
        issuer: text("https://idp"),
        audience: text("up"),
        groups_claim: text("groups"),
        second_factor: SecondFactor { acr: vec![text("2")], amr: vec![text("mfa")] },
    };
    Issuer { signing, keys: Keys::of_set(&JwkSet { keys: vec![public] }), rules }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    match kind % 6 {
        0 => tokens(rest),
        1 => claims(rest),
        2 => headers(rest),
        3 => small(rest),
        4 => files(rest),
        _ => drop(Keys::read(rest)),
    }
});

/// No key of the issuer's has signed it.
fn tokens(bytes: &[u8]) {
    let Ok(token) = std::str::from_utf8(bytes) else { return };
    assert!(verify(token, &ISSUER.keys, &ISSUER.rules).is_err(), "{token}");
}

/// The issuer has signed it, whatever it says.
fn claims(bytes: &[u8]) {
    let head = URL_SAFE_NO_PAD.encode(br#"{"alg":"ES256","kid":"k"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &ISSUER.signing, Algorithm::ES256);
    let token = format!("{signed}.{}", signature.expect("a signature"));
    let Ok(user) = verify(&token, &ISSUER.keys, &ISSUER.rules) else { return };
    let said: Value = serde_json::from_slice(bytes).expect("claims that were taken are JSON");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    assert!(said["iss"] == "https://idp" && said["exp"].as_f64().is_some_and(|exp| exp > now - 31.0));
    assert!(!user.subject.is_empty() && user.folder().len() == 32);
    let identity = source_identity(&user.subject);
    assert!((2..=64).contains(&identity.len()), "{identity}");
}

fn headers(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let headers = HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, value)]);
    if let Ok(token) = bearer(&headers) {
        assert!(!token.is_empty());
    }
}

fn small(bytes: &[u8]) {
    match request::open(bytes) {
        Ok(open) => {
            assert!(request::is_name(&open.tenant, 30) && request::is_name(&open.bucket, 20));
            assert!((900..=3600).contains(&open.seconds));
        }
        Err(problem) => assert!(problem.into_response().status().is_client_error()),
    }
    if let Ok(seconds) = request::renewal(bytes) {
        assert!((900..=3600).contains(&seconds));
    }
}

/// Every key that comes of it lies under the prefix, whoever reads the path.
fn files(bytes: &[u8]) {
    let Ok(files) = request::complete(bytes, PREFIX) else { return };
    assert!(!files.is_empty() && files.windows(2).all(|pair| pair[0].path < pair[1].path));
    for file in files {
        let key = format!("{PREFIX}{}", file.path);
        assert!(key.len() <= 1024 && !key.contains("//") && !key.contains('\\'), "{key:?}");
        assert!(key.split('/').all(|name| !matches!(name, "" | "." | "..")), "{key:?}");
        assert!(!key.chars().any(char::is_control) && file.path != MANIFEST, "{key:?}");
    }
}
