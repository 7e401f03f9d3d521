//! Receipts: what the API has signed that it saw arrive.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::api::types::{Arrived, Key, Keys};
use crate::failure::{Failure, Kind};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub upload_id: String,
    pub tenant: String,
    pub bucket: String,
    pub user: String,
    pub completed_at: String,
    pub files: Vec<Arrived>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

fn wrong(why: &str) -> Failure {
    Kind::Unverified.because(format!("the receipt {why}"))
}

/// What it says, believed: of what we ourselves were given and kept.
pub fn read(token: &str) -> Result<Receipt, Failure> {
    let mut pieces = token.trim().split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (pieces.next(), pieces.next(), pieces.next(), pieces.next())
    else {
        return Err(wrong("is no compact JWS"));
    };
    json(payload)
}

/// Whether the API has signed it: RFC 7515, with the algorithms of RFC 7518 and 8037 that its keys can be for.
pub fn verify(token: &str, keys: &Keys) -> Result<Receipt, Failure> {
    let token = token.trim();
    let (signed, signature) = token.rsplit_once('.').ok_or_else(|| wrong("is no compact JWS"))?;
    let (head, _) = signed.split_once('.').ok_or_else(|| wrong("is no compact JWS"))?;
    let head: Head = json(head)?;
    let signature = bytes(signature)?;
    let fits = |key: &&Key| head.kid.is_none() || key.kid.is_none() || key.kid == head.kid;
    let mut known = false;
    for key in keys.keys.iter().filter(fits) {
        let Some((algorithm, public)) = public_key(key, &head.alg) else { continue };
        known = true;
        if UnparsedPublicKey::new(algorithm, public).verify(signed.as_bytes(), &signature).is_ok() {
            return read(token);
        }
    }
    Err(wrong(if known {
        "is not signed by this API"
    } else {
        "is signed by a key that this API does not have"
    }))
}

/// The key's own kind chooses the algorithm, never the receipt alone.
fn public_key(key: &Key, algorithm: &str) -> Option<(&'static dyn VerificationAlgorithm, Vec<u8>)> {
    let x = BASE64_URL_SAFE_NO_PAD.decode(&key.x).ok()?;
    match (key.kty.as_str(), key.crv.as_str(), algorithm) {
        ("EC", "P-256", "ES256") => {
            let y = BASE64_URL_SAFE_NO_PAD.decode(key.y.as_deref()?).ok()?;
            let mut point = vec![4];
            point.extend(x);
            point.extend(y);
            Some((&ECDSA_P256_SHA256_FIXED, point))
        }
        ("OKP", "Ed25519", "EdDSA" | "Ed25519") => Some((&ED25519, x)),
        _ => None,
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, Failure> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong("is not in base64url"))
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_slice(&bytes(text)?).map_err(|error| wrong(&format!("cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};

    use super::*;

    const PAYLOAD: &str = r#"{"iss":"x","uploadId":"u","tenant":"t","bucket":"b","user":"ann","completedAt":"2026-01-01T00:00:00Z",
        "manifest":{"key":"k","versionId":"v"},"files":[{"path":"a","size":1,"checksumCrc64nvme":"c","versionId":"v"}]}"#;

    fn signed(head: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!("{}.{}", text(head.as_bytes()), text(PAYLOAD.as_bytes()));
        let signature = sign(signed.as_bytes());
        format!("{signed}.{}", text(&signature))
    }

    fn key(kty: &str, crv: &str, x: &[u8], y: Option<&[u8]>) -> Key {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Key { kty: kty.into(), crv: crv.into(), x: text(x), y: y.map(text), kid: Some("1".into()) }
    }

    fn with_p256() -> (String, Keys) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let sign = |bytes: &[u8]| pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec();
        let public = pair.public_key().as_ref();
        let keys = Keys { keys: vec![key("EC", "P-256", &public[1..33], Some(&public[33..]))] };
        (signed(r#"{"alg":"ES256","kid":"1"}"#, sign), keys)
    }

    #[test]
    fn a_receipt_is_believed_by_its_signature() {
        let (token, keys) = with_p256();
        let found = verify(&token, &keys).unwrap();
        assert_eq!((found.user.as_str(), found.files.len()), ("ann", 1));
        let pair = Ed25519KeyPair::generate().unwrap();
        let token = signed(r#"{"alg":"EdDSA"}"#, |bytes| pair.sign(bytes).as_ref().to_vec());
        let keys = Keys { keys: vec![key("OKP", "Ed25519", pair.public_key().as_ref(), None)] };
        assert!(verify(&token, &keys).is_ok());
    }

    #[test]
    fn a_forged_receipt_is_not() {
        let (token, keys) = with_p256();
        let (_, others) = with_p256();
        assert_eq!(verify(&token, &others).unwrap_err().kind, Kind::Unverified);
        let mut pieces: Vec<String> = token.split('.').map(str::to_owned).collect();
        pieces[1] = BASE64_URL_SAFE_NO_PAD.encode(PAYLOAD.replace("ann", "eve"));
        assert!(verify(&pieces.join("."), &keys).is_err());
        let none = signed(r#"{"alg":"none"}"#, |_| Vec::new());
        assert!(verify(&none, &keys).is_err());
        let confused = signed(r#"{"alg":"HS256","kid":"1"}"#, |_| vec![0; 32]);
        assert!(verify(&confused, &keys).is_err());
        for broken in ["", "a", "a.b", "a.b.c", "....", "é.é.é"] {
            assert!(verify(broken, &keys).is_err(), "{broken}");
        }
    }
}
