use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{LABEL, PRINTABLE, matches};

/// Exactly one of these.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("[has(self.arrival), has(self.schedule), has(self.upstream)].filter(x, x).size() == 1")
    .message("trigger must have exactly one of arrival, schedule and upstream: remove the others, or leave trigger out to run by hand only"))]
pub struct Trigger {
    /// Files that arrive in a bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival: Option<ArrivalTrigger>,
    /// Times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleTrigger>,
    /// A run of another pipeline that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamTrigger>,
}

/// Files that arrive in a bucket. Keys under `_cloister/` never count.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArrivalTrigger {
    /// Name of an `IngestBucket` of this tenant.
    #[schemars(length(max = 20))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("bucket must be the name of an IngestBucket of this tenant, such as landing"))]
    pub bucket: String,
    /// Only keys that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    #[x_kube(validation = Rule::new(format!("{} && !self.matches('^/|[*]|(^|/)[.][.](/|$)') && !self.startsWith('_cloister/')", matches(PRINTABLE)))
        .message("prefix must be the literal beginning of keys, such as claims/: no leading slash, no *, no .., nothing unprintable and not _cloister/; leave it out for every key"))]
    pub prefix: Option<String>,
    /// Only keys that end so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new(format!("{} && !self.contains('*')", matches(PRINTABLE)))
        .message("suffix must be the literal end of keys, such as .csv.gz: no * and nothing unprintable; leave it out for every key"))]
    pub suffix: Option<String>,
    /// A file that says that others are complete: a name such as `_SUCCESS`, for the files beside it; `_manifest.json`,
    /// for all of an upload by the upload API; or `*` and an ending such as `*.done`, for the file whose name it adds to
    /// (claims.csv and claims.csv.done, or claims.done).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new(matches("^([A-Za-z0-9._-]+|[*][.][A-Za-z0-9._-]+)$"))
        .message("marker must be the name of a file without its directory, such as _SUCCESS, or * and an ending that begins with a dot, such as *.done; leave it out where files need no marker"))]
    pub marker: Option<String>,
    /// Seconds without another arrival until a run is made of fewer than `maxFiles`. Default 0.
    #[serde(default)]
    #[x_kube(validation = Rule::new("self >= 0 && self <= 86400").message("quietSeconds must be 0 to 86400; leave it out for the default of 0: at once"))]
    pub quiet_seconds: i32,
    /// Files of one run. Default 10.
    #[serde(default = "default_max_files")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 50").message("maxFiles must be 1 to 50; leave it out for the default of 10"))]
    pub max_files: i32,
}

fn default_max_files() -> i32 {
    10
}

/// Times, each with the data interval that ends there. A time that the clock leaves out in spring is the first
/// instant after the gap; of a time that comes twice in autumn, the first counts.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleTrigger {
    /// Minute, hour, day of the month, month, day of the week, as crontab(5) has them.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(r"self.matches('^[-0-9*,/]+ [-0-9*,/]+ [-0-9*,/]+ [-0-9A-Za-z*,/]+ [-0-9A-Za-z*,/]+$')")
        .message("cron must be five fields with one space between them: minute, hour, day of the month, month, day of the week, such as 30 2 * * 1-5"))]
    pub cron: String,
    /// Of the IANA database. Default `UTC`.
    #[serde(default = "default_time_zone")]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new(matches("^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z0-9_+/-]+)$"))
        .message("timeZone must be UTC or a zone of the IANA database by its area and place, such as America/New_York"))]
    pub time_zone: String,
    /// What becomes of slots that were missed, as while `suspend` was true. Default `Latest`.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// Missed slots that are run with catchUp `All`, the newest of them. Default 50.
    #[serde(default = "default_catch_up_limit")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 100").message("catchUpLimit must be 1 to 100; leave it out for the default of 50, or use backfill for more"))]
    pub catch_up_limit: i32,
}

fn default_time_zone() -> String {
    "UTC".into()
}

fn default_catch_up_limit() -> i32 {
    50
}

/// What becomes of slots that were missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CatchUp {
    /// They are skipped, once they are ten minutes late (or `deadlines.startSeconds`).
    None,
    /// The newest is run, the others are skipped.
    #[default]
    Latest,
    /// All are run, the oldest first.
    All,
}

/// Runs of another pipeline of this tenant that succeed from now on, each once, with its data interval.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamTrigger {
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("pipeline must be the name of another EtlPipeline of this tenant, such as load-claims"))]
    pub pipeline: String,
}
