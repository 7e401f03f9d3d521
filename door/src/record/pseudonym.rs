use std::fmt::Write as _;
use std::path::Path;

use aws_lc_rs::{hkdf, hmac};
use cloister_identity::Complaint;

/// Names in place of ids: the same id has the same name, and only who has the key finds out whose it is.
pub struct Pseudonyms {
    key: hmac::Key,
    derived: [u8; KEY],
}

const KEY: usize = 32;
/// Records that a line names; an answer that shows more is a page of another kind.
const MOST: usize = 1000;

impl Pseudonyms {
    pub fn open(path: &Path) -> Result<Self, Complaint> {
        let told = |what: String| -> Complaint { format!("{}: {what}", path.display()).into() };
        let key = std::fs::read(path).map_err(|error| told(error.to_string()))?;
        Self::new(&key).ok_or_else(|| told(format!("a key of {KEY} bytes or more is needed")))
    }

    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        let mut derived = [0; KEY];
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cloister-door").extract(key);
        root.expand(&[b"sign-in state"], hkdf::HKDF_SHA256).ok()?.fill(&mut derived).ok()?;
        (key.len() >= KEY).then(|| Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), derived })
    }

    /// Another key, which all pods have in common, for what a sign-in has to remember.
    #[must_use]
    pub fn derived(&self) -> &[u8] {
        &self.derived
    }

    /// 16 hexadecimal digits.
    #[must_use]
    pub fn of(&self, id: &[u8]) -> String {
        let digest = hmac::sign(&self.key, id);
        let mut text = String::with_capacity(16);
        for byte in digest.as_ref().iter().take(8) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// What `Cloister-Record` names, as it may be written: the kind stays, the id does not.
#[must_use]
pub fn records<'a>(headers: impl Iterator<Item = &'a [u8]>, pseudonyms: &Pseudonyms) -> Vec<String> {
    headers
        .flat_map(|header| header.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|record| !record.is_empty())
        .take(MOST)
        .map(|record| written(record, pseudonyms))
        .collect()
}

fn written(record: &[u8], pseudonyms: &Pseudonyms) -> String {
    let parts = record.iter().position(|byte| *byte == b'/').map(|at| record.split_at(at));
    if let Some((kind, id)) = parts
        && let Ok(kind) = std::str::from_utf8(kind)
        && is_kind(kind)
    {
        return format!("{kind}/{}", pseudonyms.of(id.get(1..).unwrap_or_default()));
    }
    format!("~{}", pseudonyms.of(record))
}

fn is_kind(kind: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=32).contains(&kind.len())
        && kind.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && kind.bytes().all(known)
}
