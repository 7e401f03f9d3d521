use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloister_identity::Complaint;
use serde::{Deserialize, Serialize};

/// What a sign-in has to remember. It travels as the `state` parameter, sealed: the provider learns no path, and nobody
/// makes one up. So nothing is stored for those who never come back, and several tabs can sign in at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// SHA-256 of the secret in the browser's login cookie.
    #[serde(rename = "b")]
    pub browser: String,
    #[serde(rename = "n")]
    pub nonce: String,
    #[serde(rename = "v")]
    pub verifier: String,
    #[serde(rename = "r")]
    pub back: String,
    #[serde(rename = "o")]
    pub origin: String,
    #[serde(rename = "t")]
    pub at: u64,
    /// The person was sent back to show anew who they are, since all that the provider had was of then (`auth_time`).
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<u64>,
}

/// A person may take so long at the provider.
pub const LASTS: Duration = Duration::from_mins(10);

/// The key is the same in all pods.
pub struct Seal(RandomizedNonceKey);

impl Seal {
    pub fn new(key: &[u8]) -> Result<Self, Complaint> {
        Ok(Self(
            RandomizedNonceKey::new(&AES_256_GCM, key)
                .map_err(|_| "the key of the seal has a wrong length")?,
        ))
    }

    pub fn close(&self, state: &State) -> Result<String, Complaint> {
        let mut text = serde_json::to_vec(state)?;
        let nonce =
            self.0.seal_in_place_append_tag(Aad::empty(), &mut text).map_err(|_| "it was not sealed")?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut text);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// None of another key, of anybody's making, or too old.
    #[must_use]
    pub fn open(&self, text: &str, now: u64) -> Option<State> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.0.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        let state: State = serde_json::from_slice(text).ok()?;
        let age = now.checked_sub(state.at)?;
        (u128::from(age) <= LASTS.as_millis()).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_opens_with_its_key_unchanged_and_in_time() {
        let text = |text: &str| text.to_owned();
        let state = State {
            browser: text("b"),
            nonce: text("n"),
            verifier: text("v"),
            back: text("/claims/1"),
            origin: text("o"),
            at: 1000,
            shown: None,
        };
        let seal = Seal::new(&[1; 32]).unwrap();
        let closed = seal.close(&state).unwrap();
        assert!(!closed.contains("claims"));
        assert_eq!(seal.open(&closed, 1000), Some(state.clone()));
        assert_eq!(seal.open(&closed, 999), None, "it is of the future");
        assert_eq!(seal.open(&closed, 1000 + 600_001), None);
        assert_eq!(Seal::new(&[2; 32]).unwrap().open(&closed, 1000), None);
        assert_ne!(seal.close(&state).unwrap(), closed);
        for at in 0..closed.len() - 1 {
            let changed = if &closed[at..=at] == "A" { "B" } else { "A" };
            let mut other = closed.clone();
            other.replace_range(at..=at, changed);
            assert_eq!(seal.open(&other, 1000), None, "{at}");
        }
        assert_eq!(seal.open("", 1000), None);
    }
}
