//! Files that say that others are complete.

use cloister_crds::pipeline::{ArrivalTrigger, FileStatus};

use crate::pipeline::time::read;
use crate::tenant::MANIFEST;

pub(super) fn is_marker(trigger: &ArrivalTrigger, key: &str) -> bool {
    trigger.marker.as_deref().is_some_and(|marker| match marker.strip_prefix('*') {
        Some(ending) => key.len() > ending.len() && key.ends_with(ending),
        None => split(key).1 == marker,
    })
}

/// A marker speaks of files that were there before it.
pub(super) fn covers(marker: &str, seen: &FileStatus, file: &FileStatus) -> bool {
    let names = match marker.strip_prefix('*') {
        Some(ending) => seen.key.strip_suffix(ending).is_some_and(|stem| {
            file.key.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }),
        // The upload API writes it when the whole upload is complete, whatever directories that has.
        None if marker == MANIFEST => file.key.starts_with(&format!("{}/", split(&seen.key).0)),
        None => split(&seen.key).0 == split(&file.key).0,
    };
    names && seen.bucket == file.bucket && read(&seen.at).as_second() >= read(&file.at).as_second()
}

/// Directory and name.
fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('/').unwrap_or(("", key))
}
