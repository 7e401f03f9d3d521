use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::CommonStatus;

/// Times are RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EtlPipelineStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    #[serde(default)]
    pub active: i64,
    /// Runs that wait, and files that no run has yet.
    #[serde(default)]
    pub queued: i64,
    /// Of the run that ended last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<String>,
    /// The next three slots of the schedule; none while it is suspended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
    /// What has become of all slots up to here is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_until: Option<String>,
    /// In the order in which they are run; ended ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunStatus>,
    /// Runs that succeeded so far: each is told downstream by its number.
    #[serde(default)]
    pub succeeded: i64,
    /// Files that no run has yet, in order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<FileStatus>,
    /// Markers that have been seen, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markers: Vec<FileStatus>,
    /// Files that runs had, as their time and a hash: a listing shows them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamStatus>,
    #[serde(default)]
    pub handled: Handled,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<BackfillStatus>,
    /// Which times of the schedule have been run, and how that ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunStatus {
    /// Ten hexadecimal digits that stand for the pipeline, the cause and the slot or files.
    pub id: String,
    pub cause: RunCause,
    pub state: RunState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Values that differ from the defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Until it has succeeded and is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<FileStatus>,
    #[serde(default)]
    pub files: i64,
    /// The attempt that is active, or was the last.
    #[serde(default)]
    pub attempt: i32,
    /// Attempts that had failed when it was last asked for.
    #[serde(default)]
    pub forgiven: i32,
    pub queued_at: String,
    /// Of the last attempt's Job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Not tried again before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Of the last attempt that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// It is kept in the work bucket, under `_cloister/runs/`.
    #[serde(default)]
    pub recorded: bool,
    /// Its number among those that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum RunCause {
    Arrival,
    Schedule,
    Upstream,
    ByHand,
    Backfill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum RunState {
    Queued,
    Active,
    /// It failed, and is tried again at `notBefore`.
    BackingOff,
    Succeeded,
    Failed,
    /// It was not started in time.
    Missed,
    /// It was due while another was active (`Forbid`).
    Skipped,
    /// Another took its place (`Replace`).
    Replaced,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    /// Inclusive.
    pub start: String,
    /// Exclusive; the slot itself.
    pub end: String,
}

/// What the worker said at its end. No text of its own, which could hold PHI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// One word: `Succeeded`, `TaskFailed`, `InputRejected`, `DeadlineExceeded` and the like.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_read: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_read: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_loaded: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_rejected: Option<i64>,
}

/// One version of an object in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileStatus {
    pub bucket: String,
    pub key: String,
    pub version_id: String,
    pub etag: String,
    pub size: i64,
    /// When it arrived.
    pub at: String,
    /// S3's order of the versions of one key, where an event told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequencer: Option<String>,
}

/// How far the bucket's listing has come, which finds files that no event told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListStatus {
    /// Files from before are not looked for.
    pub since: String,
    /// When the listing that is under way began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<String>,
    /// Where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_marker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_marker: Option<String>,
    /// When the last one was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
}

/// The upstream's runs up to this number have been answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamStatus {
    pub uid: String,
    pub number: i64,
}

/// Wishes by annotation that have been granted, as hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Handled {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_now: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_failed: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackfillStatus {
    /// Hash of its name and range.
    pub id: String,
    /// Slots up to here have been queued or passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_until: Option<String>,
    #[serde(default)]
    pub queued: i64,
    /// Slots that need not be run.
    #[serde(default)]
    pub passed_over: i64,
    #[serde(default)]
    pub succeeded: i64,
    #[serde(default)]
    pub failed: i64,
    #[serde(default)]
    pub complete: bool,
    /// With `dryRun`: what would be run; the first 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_run: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    pub start: String,
    pub end: String,
    /// `Succeeded` or `Failed`.
    pub state: RunState,
}
