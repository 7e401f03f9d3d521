//! Secrets and digests.

use std::fmt::Write as _;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use cloister_identity::Complaint;

/// 256 bits in 43 characters.
pub fn secret() -> Result<String, Complaint> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| "no random numbers")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether it has the form of a secret of ours.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

pub fn uuid() -> Result<String, Complaint> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| "no random numbers")?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// 64 hexadecimal digits; the parts cannot flow into each other.
#[must_use]
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            hash.update([0]);
        }
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
