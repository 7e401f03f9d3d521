//! What has become of each file, appended as it happens, so that a process that is killed loses nothing that counts.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind, Locally};
use crate::home;
use crate::plan::Mtime;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Entry {
    /// A multipart upload exists at S3. Known by path, size and time of change: another file starts anew.
    Began { path: String, size: u64, mtime: Mtime, upload: String, part_size: u64 },
    /// All parts are there, and S3 is about to be asked to join them.
    Joining { path: String, checksum: String },
    /// The object is there.
    Sent { path: String, size: u64, mtime: Mtime, checksum: String, version_id: Option<String> },
    /// What was begun is of no use any more.
    Dropped { path: String },
}

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Began { size: u64, mtime: Mtime, upload: String, part_size: u64, joining: Option<String> },
    Sent { size: u64, mtime: Mtime, checksum: String, version_id: Option<String> },
}

pub type Standings = HashMap<String, Standing>;

pub fn fold(entries: impl IntoIterator<Item = Entry>) -> Standings {
    let mut all = Standings::new();
    for entry in entries {
        match entry {
            Entry::Began { path, size, mtime, upload, part_size } => {
                all.insert(path, Standing::Began { size, mtime, upload, part_size, joining: None });
            }
            Entry::Joining { path, checksum } => {
                if let Some(Standing::Began { joining, .. }) = all.get_mut(&path) {
                    *joining = Some(checksum);
                }
            }
            Entry::Sent { path, size, mtime, checksum, version_id } => {
                all.insert(path, Standing::Sent { size, mtime, checksum, version_id });
            }
            Entry::Dropped { path } => {
                all.remove(&path);
            }
        }
    }
    all
}

/// The last line of a process that was killed may be torn; whatever follows a torn line stands in a line of its own.
pub fn parse(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

pub fn read(path: &Path) -> Result<Standings, Failure> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(drop).locally(|| format!("{}", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Kind::Local.because(format!("{}: {error}", path.display()))),
    }
    Ok(fold(parse(&String::from_utf8_lossy(&bytes))))
}

#[derive(Clone)]
pub struct Journal(Arc<Mutex<File>>);

impl Journal {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let opening = || -> std::io::Result<File> {
            let mut options = OpenOptions::new();
            let mut file = home::private_file(options.create(true).read(true).append(true)).open(path)?;
            let mut last = [b'\n'];
            if file.metadata()?.len() > 0 {
                file.seek(SeekFrom::End(-1))?;
                file.read_exact(&mut last)?;
            }
            if last != [b'\n'] {
                file.write_all(b"\n")?;
            }
            Ok(file)
        };
        opening().map(|file| Self(Arc::new(Mutex::new(file)))).locally(|| format!("{}", path.display()))
    }

    /// Survives the process; with `sync`, the machine.
    pub fn write(&self, entry: &Entry, sync: bool) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(entry).locally(|| "writing the journal".into())?;
        line.push(b'\n');
        let writing = || -> std::io::Result<()> {
            let mut file = self.0.lock().map_err(|_| std::io::Error::other("another thread has failed"))?;
            file.write_all(&line)?;
            if sync { file.sync_data() } else { Ok(()) }
        };
        writing().locally(|| "writing the journal".into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn began(path: &str) -> Entry {
        Entry::Began { path: path.into(), size: 9, mtime: Mtime(1, 2), upload: "u".into(), part_size: 5 }
    }

    fn sent(path: &str) -> Entry {
        let version_id = Some("v".into());
        Entry::Sent { path: path.into(), size: 9, mtime: Mtime(1, 2), checksum: "c".into(), version_id }
    }

    #[test]
    fn the_last_word_on_a_file_counts() {
        let joining = Entry::Joining { path: "a".into(), checksum: "c".into() };
        let all = fold([
            began("a"),
            joining,
            began("b"),
            sent("b"),
            began("c"),
            Entry::Dropped { path: "c".into() },
        ]);
        assert!(matches!(&all["a"], Standing::Began { joining: Some(checksum), .. } if checksum == "c"));
        assert!(matches!(all["b"], Standing::Sent { .. }));
        assert!(!all.contains_key("c"));
    }

    proptest! {
        #[test]
        fn a_journal_cut_anywhere_and_continued_loses_no_whole_line(cut in 0_usize..400) {
            let lines = [began("a"), sent("a"), began("b")].map(|entry| serde_json::to_string(&entry).unwrap() + "\n");
            let text = lines.concat();
            let cut = cut.min(text.len());
            let directory = std::env::temp_dir().join(format!("journal-{}-{cut}", std::process::id()));
            std::fs::write(&directory, &text.as_bytes()[..cut]).unwrap();
            Journal::open(&directory).unwrap().write(&sent("z"), true).unwrap();
            let found = parse(&std::fs::read_to_string(&directory).unwrap());
            std::fs::remove_file(&directory).unwrap();
            let whole = text[..cut].matches('\n').count();
            let kept: Vec<Entry> = [began("a"), sent("a"), began("b")].into_iter().take(whole).collect();
            prop_assert_eq!(&found[..whole], &kept[..]);
            prop_assert_eq!(found.last(), Some(&sent("z")));
        }
    }
}
