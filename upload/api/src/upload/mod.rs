//! Uploads: their ids, what is kept of them, and what can be done with them.
//!
//! Two objects in the tenant's bucket are all that is kept: `ID.json` says that it was opened, `ID.end.json` how it
//! ended. Neither is ever overwritten, so a completion and an abort at the same time cannot both win.

mod abort;
mod complete;
mod find;
mod open;
mod status;

use std::collections::HashMap;

use aws_lc_rs::rand;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Reason};
pub use abort::abort;
pub use complete::complete;
pub use open::{open, renew};
pub use status::{list, status};

/// One file of a completed upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    pub path: String,
    pub size: u64,
    pub checksum_crc64nvme: String,
    pub version_id: String,
}

/// A completed upload: what the manifest object holds, and the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub upload_id: String,
    pub tenant: String,
    pub bucket: String,
    pub user: String,
    pub completed_at: String,
    pub files: Vec<File>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    user: String,
    opened_at: String,
}

/// How it ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state")]
enum End {
    Completed(Manifest),
    #[serde(rename_all = "camelCase")]
    Aborted {
        aborted_at: String,
    },
}

impl End {
    /// So that a listing need not read the whole of it.
    fn metadata(&self) -> HashMap<String, String> {
        let pairs = match self {
            Self::Completed(manifest) => vec![
                ("state", "Completed".to_owned()),
                ("at", manifest.completed_at.clone()),
                ("files", manifest.files.len().to_string()),
                ("bytes", bytes(&manifest.files).to_string()),
            ],
            Self::Aborted { aborted_at } => {
                vec![("state", "Aborted".to_owned()), ("at", aborted_at.clone())]
            }
        };
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

fn bytes(files: &[File]) -> u64 {
    files.iter().map(|file| file.size).sum()
}

/// 128 random bits as 26 digits of base32 (RFC 4648, lower case): never guessed, never given twice.
fn new_id() -> Result<String, Problem> {
    let mut bits = [0; 16];
    rand::fill(&mut bits).map_err(|_| broken())?;
    let mut number = u128::from_be_bytes(bits);
    let mut id = String::with_capacity(26);
    for _ in 0..26 {
        let digit = u8::try_from(number & 31).unwrap_or_default();
        id.push(char::from(if digit < 26 { b'a' + digit } else { b'2' + digit - 26 }));
        number >>= 5;
    }
    Ok(id)
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// What must not happen and says nothing to the caller; the log has it.
fn broken() -> Problem {
    Problem::new(Reason::Unavailable, "Something is broken here; the platform's operators see what.")
        .retry_after(15)
}

fn encoded(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "a record cannot be written as JSON");
        broken()
    })
}

fn decoded<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(text).map_err(|error| {
        tracing::error!(
            line = error.line(),
            column = error.column(),
            "a record of an upload is not readable"
        );
        broken()
    })
}

#[cfg(test)]
mod tests {
    use super::new_id;
    use crate::request::is_upload;

    #[test]
    fn ids_are_of_their_form_and_differ() {
        let ids: Vec<String> = (0..100).filter_map(|_| new_id().ok()).collect();
        assert!(ids.len() == 100 && ids.iter().all(|id| is_upload(id)));
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
