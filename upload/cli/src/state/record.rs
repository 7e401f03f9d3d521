//! What is remembered of one upload, in a directory of its own:
//!
//! - `upload.json`: which API, which upload, where its files go
//! - `files.jsonl`: what is to be sent: path, size and time of change
//! - `journal.jsonl`: what has become of it, a line at a time
//! - `receipt.jws`: that all has arrived

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::api::types::{Destination, Opened, Target};
use crate::failure::{Failure, Kind, Locally};
use crate::home::{self, Home};
use crate::plan::Planned;

const UPLOADS: &str = "uploads";
const RECEIPT: &str = "receipt.jws";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub api: String,
    pub upload_id: String,
    #[serde(flatten)]
    pub target: Target,
    pub s3: Destination,
    pub opened: jiff::Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_size: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct Folder {
    pub path: PathBuf,
    pub record: Record,
}

impl Folder {
    pub fn create(
        home: &Home,
        api: &str,
        opened: &Opened,
        part_size: Option<u64>,
        files: &[Planned],
    ) -> Result<Self, Failure> {
        let path = place(home, &opened.upload_id)?;
        let record = Record {
            api: api.to_owned(),
            upload_id: opened.upload_id.clone(),
            target: Target { tenant: opened.tenant.clone(), bucket: opened.bucket.clone() },
            s3: opened.s3.clone(),
            opened: jiff::Timestamp::now(),
            part_size,
        };
        let mut lines = Vec::new();
        for file in files {
            serde_json::to_writer(&mut lines, file).locally(|| "writing the state".into())?;
            lines.push(b'\n');
        }
        home::replace(&path.join("files.jsonl"), &lines)?;
        // Last: a folder that has it is whole.
        let text = serde_json::to_vec_pretty(&record).locally(|| "writing the state".into())?;
        home::replace(&path.join("upload.json"), &text)?;
        Ok(Self { path, record })
    }

    pub fn open(home: &Home, upload_id: &str) -> Result<Option<Self>, Failure> {
        Self::read(place(home, upload_id)?)
    }

    fn read(path: PathBuf) -> Result<Option<Self>, Failure> {
        let Some(text) = home::read(&path.join("upload.json"))? else { return Ok(None) };
        let record = serde_json::from_str(&text).locally(|| format!("{}", path.display()))?;
        Ok(Some(Self { path, record }))
    }

    /// All of this machine, newest first. What cannot be read is another version's, and is left alone.
    pub fn all(home: &Home) -> Result<Vec<Self>, Failure> {
        let directory = home.state.join(UPLOADS);
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Kind::Local.because(format!("{}: {error}", directory.display()))),
        };
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        let mut all: Vec<Self> = paths.filter_map(|path| Self::read(path).ok().flatten()).collect();
        all.sort_by_key(|folder| std::cmp::Reverse(folder.record.opened));
        Ok(all)
    }

    pub fn files(&self) -> Result<Vec<Planned>, Failure> {
        let path = self.path.join("files.jsonl");
        let text = home::read(&path)?.unwrap_or_default();
        let files: Result<Vec<Planned>, _> = text.lines().map(serde_json::from_str).collect();
        files.locally(|| format!("{}", path.display()))
    }

    /// For one process at a time; it ends with the file that is answered.
    pub fn lock(&self) -> Result<File, Failure> {
        let path = self.path.join("lock");
        let file = home::private_file(OpenOptions::new().create(true).truncate(false).write(true))
            .open(&path)
            .locally(|| format!("{}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(Kind::Usage.because(format!(
                "upload {} is being sent by another process of this machine",
                self.record.upload_id
            ))),
            Err(std::fs::TryLockError::Error(error)) => {
                Err(Kind::Local.because(format!("locking {}: {error}", path.display())))
            }
        }
    }

    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    pub fn receipt(&self) -> Result<Option<String>, Failure> {
        home::read(&self.path.join(RECEIPT))
    }

    pub fn keep_receipt(&self, receipt: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(RECEIPT);
        home::replace(&path, receipt.as_bytes())?;
        Ok(path)
    }

    pub fn remove(&self) -> Result<(), Failure> {
        std::fs::remove_dir_all(&self.path).locally(|| format!("removing {}", self.path.display()))
    }
}

/// The id comes from a server, and must not become a path elsewhere.
fn place(home: &Home, upload_id: &str) -> Result<PathBuf, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if upload_id.is_empty() || upload_id.len() > 64 || !upload_id.chars().all(plain) {
        return Err(Kind::Usage.because(format!("`{upload_id}` is no upload's id: see `cloister-upload ls`")));
    }
    Ok(Path::new(&home.state).join(UPLOADS).join(upload_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_never_a_path() {
        let home = Home { config: "/c".into(), state: "/s".into() };
        assert_eq!(place(&home, "ab2c").unwrap(), Path::new("/s/uploads/ab2c"));
        for bad in ["", "..", "a/b", "../x", "a.b", "a\\b", "a\0"] {
            assert!(place(&home, bad).is_err(), "{bad:?}");
        }
    }
}
