use std::collections::HashMap;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde_json::Value;

/// The issuer's keys for signatures, by their ids.
#[derive(Default)]
pub struct Keys(HashMap<String, Key>);

pub struct Key {
    pub key: DecodingKey,
    pub algorithms: Vec<Algorithm>,
}

/// No issuer has so many at once; what publishes more is not read.
const MOST: usize = 64;

impl Keys {
    /// Keys of a kind that is not known here are left out, and so are those without an id, those for encryption,
    /// and shared secrets: a secret that is published proves nothing.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let published: Value = serde_json::from_slice(text).ok()?;
        let listed = published.get("keys")?.as_array()?;
        let known =
            listed.iter().take(MOST).filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok());
        Some(Self::of(known))
    }

    #[must_use]
    pub fn of_set(set: &JwkSet) -> Self {
        Self::of(set.keys.iter().cloned())
    }

    fn of(listed: impl Iterator<Item = Jwk>) -> Self {
        Self(listed.filter_map(|jwk| Some((jwk.common.key_id.clone()?, usable(&jwk)?))).collect())
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.0.get(id)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn usable(jwk: &Jwk) -> Option<Key> {
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let family = key.family();
    if family == AlgorithmFamily::Hmac {
        return None;
    }
    let told = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
    let fits = |algorithm: &&Algorithm| told.as_ref().is_none_or(|told| *told == format!("{algorithm:?}"));
    let algorithms: Vec<Algorithm> = family.algorithms().iter().filter(fits).copied().collect();
    (!algorithms.is_empty()).then_some(Key { key, algorithms })
}
