//! What is to be sent: files of this machine, and the path that each will have.

pub mod batch;
pub mod filter;
pub mod name;
pub mod parts;

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::WalkBuilder;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind};
use filter::Filter;

/// In a directory, patterns of what is not to be sent, as in a .gitignore.
const IGNORE_FILE: &str = ".cloisterignore";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// Below the upload's prefix, with `/` on every system.
    pub path: String,
    pub source: PathBuf,
    pub size: u64,
    pub mtime: Mtime,
}

/// Seconds and nanoseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mtime(pub i64, pub u32);

impl Mtime {
    pub fn of(metadata: &Metadata) -> Self {
        let Ok(modified) = metadata.modified() else { return Self::default() };
        match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
            Err(before) => Self(-i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX), 0),
        }
    }
}

#[derive(Debug, Default)]
pub struct Plan {
    /// By path.
    pub files: Vec<Planned>,
    /// What is in a directory and is no file: links, pipes, devices.
    pub skipped: Vec<String>,
}

pub struct Walk<'a> {
    pub filter: &'a Filter,
    pub folder: &'a str,
    pub follow_links: bool,
}

/// Each source is a file, or a directory whose contents are meant. All complaints are told at once.
pub fn plan(sources: &[PathBuf], walk: &Walk<'_>) -> Result<Plan, Failure> {
    let mut found = Found::default();
    for source in sources {
        match std::fs::metadata(source) {
            Ok(metadata) if metadata.is_dir() => directory(source, walk, &mut found),
            Ok(metadata) if metadata.is_file() => {
                let name = source.file_name().map_or(source.as_path(), Path::new);
                found.add(source, name, &metadata, walk);
            }
            Ok(_) => found.wrong.push(format!("{}: is neither a file nor a directory", source.display())),
            Err(error) => found.wrong.push(format!("{}: {error}", source.display())),
        }
    }
    if !found.wrong.is_empty() {
        return Err(Kind::Usage.because(found.wrong.join("\n       ")));
    }
    Ok(Plan { files: found.files.into_values().collect(), skipped: found.skipped })
}

#[derive(Default)]
struct Found {
    files: BTreeMap<String, Planned>,
    skipped: Vec<String>,
    wrong: Vec<String>,
}

fn directory(root: &Path, walk: &Walk<'_>, found: &mut Found) {
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).add_custom_ignore_filename(IGNORE_FILE).follow_links(walk.follow_links);
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.wrong.push(error.to_string());
                continue;
            }
        };
        let Some(kind) = entry.file_type() else { continue };
        if kind.is_dir() || entry.file_name() == IGNORE_FILE {
            continue;
        }
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_path_buf();
        if !kind.is_file() {
            found.skipped.push(below.display().to_string());
            continue;
        }
        match entry.metadata() {
            Ok(metadata) => found.add(entry.path(), &below, &metadata, walk),
            Err(error) => found.wrong.push(error.to_string()),
        }
    }
}

impl Found {
    fn add(&mut self, source: &Path, below: &Path, metadata: &Metadata, walk: &Walk<'_>) {
        let Some(relative) = slashed(below) else {
            self.wrong.push(format!("{}: its name is not UTF-8: rename it", source.display()));
            return;
        };
        if !walk.filter.wants(&relative) {
            return;
        }
        let path = format!("{}{relative}", walk.folder);
        if let Some(complaint) = name::complaint(&path) {
            self.wrong.push(format!("{}: its name {complaint}", source.display()));
            return;
        }
        let source = match std::path::absolute(source) {
            Ok(source) => source,
            Err(error) => return self.wrong.push(format!("{}: {error}", source.display())),
        };
        if source.to_str().is_none() {
            self.wrong
                .push(format!("{}: a directory above it has a name that is not UTF-8", source.display()));
            return;
        }
        let (size, mtime) = (metadata.len(), Mtime::of(metadata));
        if let Some(other) = self.files.get(&path) {
            self.wrong.push(format!(
                "{}: would have the same name as {}: send them one by one, with --folder",
                source.display(),
                other.source.display()
            ));
            return;
        }
        self.files.insert(path.clone(), Planned { path, source, size, mtime });
    }
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
