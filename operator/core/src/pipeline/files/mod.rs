//! Files that have arrived: kept until a run has them, and each given to one run only.

mod marker;

use std::collections::BTreeSet;

use cloister_crds::pipeline::{ArrivalTrigger, EtlPipelineStatus, FileStatus, ListStatus};
use jiff::Timestamp;

use self::marker::{covers, is_marker};
use super::time::{later, read, text};
use crate::name::digits;

/// Files in status that no run has yet; more stay in the bucket's queue.
pub const MOST_PENDING: usize = 200;
const MOST_MARKERS: usize = 100;
/// Files that a listing would show again and that runs had.
const MOST_SEEN: usize = 500;
/// How long after an upload began its listing still looks for it: S3 dates an upload of many parts by its beginning.
const OVERLAP: i64 = 24 * 3600;

/// What was heard since the last pass.
#[derive(Clone, Debug, Default)]
pub struct News {
    pub files: Vec<FileStatus>,
    /// How far the listing has come whose files are among these.
    pub listing: Option<ListStatus>,
}

/// Whether a key is among those that the trigger asks for. Ours never are.
#[must_use]
pub fn concerns(trigger: &ArrivalTrigger, key: &str) -> bool {
    let begins = trigger.prefix.as_deref().is_none_or(|prefix| key.starts_with(prefix));
    let ends = trigger.suffix.as_deref().is_none_or(|suffix| key.ends_with(suffix));
    begins && !key.starts_with("_cloister/") && (is_marker(trigger, key) || (ends && !key.ends_with('/')))
}

/// How many more files the status takes.
#[must_use]
pub fn room(status: Option<&EtlPipelineStatus>) -> usize {
    MOST_PENDING.saturating_sub(status.map_or(0, |status| status.pending.len()))
}

/// Takes what is new into status; answers whether all of it found room.
pub(super) fn take(trigger: &ArrivalTrigger, status: &mut EtlPipelineStatus, news: &News) -> bool {
    let mut known = known(status);
    let mut all = true;
    for file in news.files.iter().filter(|file| concerns(trigger, &file.key)) {
        let marker = is_marker(trigger, &file.key);
        let list = if marker { &mut status.markers } else { &mut status.pending };
        if known.contains(&identity(file)) {
            continue;
        }
        if !marker && list.len() >= MOST_PENDING {
            all = false;
            continue;
        }
        known.insert(identity(file));
        list.push(file.clone());
        list.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    let excess = status.markers.len().saturating_sub(MOST_MARKERS);
    status.markers.drain(..excess);
    if all && let Some(listing) = &news.listing {
        progress(status, listing);
    }
    all
}

fn progress(status: &mut EtlPipelineStatus, listing: &ListStatus) {
    let mut listing = listing.clone();
    let since = status.listing.as_ref().map_or(read(&listing.since), |before| read(&before.since));
    let since = match (&listing.began_at, &listing.completed_at) {
        (None, Some(completed)) => since.max(later(read(completed), -OVERLAP)),
        _ => since,
    };
    listing.since = text(since);
    status.listing = Some(listing);
    status.seen.retain(|seen| seen_at(seen) >= since);
    status.markers.retain(|marker| read(&marker.at) >= since);
}

/// Where the listing starts: files from before the pipeline are not its own.
pub(super) fn begin(status: &mut EtlPipelineStatus, created: Timestamp) {
    status.listing.get_or_insert_with(|| ListStatus { since: text(created), ..ListStatus::default() });
}

/// The files of the next run, if it is time for one; else when it will be.
pub(super) fn ripe(
    trigger: &ArrivalTrigger,
    status: &EtlPipelineStatus,
    now: Timestamp,
) -> Result<Vec<FileStatus>, Option<Timestamp>> {
    let most = usize::try_from(trigger.max_files).unwrap_or(1).max(1);
    let complete = |file: &&FileStatus| {
        trigger
            .marker
            .as_deref()
            .is_none_or(|marker| status.markers.iter().any(|seen| covers(marker, seen, file)))
    };
    let ready: Vec<&FileStatus> = status.pending.iter().filter(complete).collect();
    let Some(newest) = ready.iter().map(|file| read(&file.at)).max() else { return Err(None) };
    let quiet = later(newest, i64::from(trigger.quiet_seconds));
    if ready.len() < most && now < quiet {
        return Err(Some(quiet));
    }
    Ok(ready.into_iter().take(most).cloned().collect())
}

/// Gives files to a run: they are pending no more, and known when they are seen again.
pub(super) fn hand_over(status: &mut EtlPipelineStatus, files: &[FileStatus]) {
    let given: BTreeSet<String> = files.iter().map(identity).collect();
    status.pending.retain(|file| !given.contains(&identity(file)));
    status.seen.extend(files.iter().map(|file| format!("{}.{}", read(&file.at).as_second(), identity(file))));
    if status.seen.len() <= MOST_SEEN {
        return;
    }
    status.seen.sort_by_key(|seen| seen_at(seen));
    // The listing must not show again what is forgotten here.
    let excess = status.seen.len() - MOST_SEEN;
    let Some(forgotten) = status.seen.drain(..excess).map(|seen| seen_at(&seen)).max() else { return };
    status.seen.retain(|seen| seen_at(seen) > forgotten);
    if let Some(listing) = &mut status.listing {
        listing.since = text(read(&listing.since).max(later(forgotten, 1)));
    }
}

/// Stands for one version of one object.
pub(super) fn identity(file: &FileStatus) -> String {
    digits(&format!("{}\n{}\n{}", file.bucket, file.version_id, file.key), 16)
}

fn known(status: &EtlPipelineStatus) -> BTreeSet<String> {
    let seen = status.seen.iter().filter_map(|seen| seen.split_once('.')).map(|(_, id)| id.to_owned());
    let of_runs = status.runs.iter().flat_map(|run| &run.inputs);
    let held = status.pending.iter().chain(&status.markers).chain(of_runs).map(identity);
    seen.chain(held).collect()
}

fn seen_at(seen: &str) -> Timestamp {
    let seconds = seen.split_once('.').and_then(|(seconds, _)| seconds.parse().ok());
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// S3 orders the versions of one key by a sequencer; of different keys the time decides.
fn order(file: &FileStatus) -> (Timestamp, &str, Option<&str>, &str) {
    (read(&file.at), &file.key, file.sequencer.as_deref(), &file.version_id)
}

#[cfg(test)]
mod tests;
