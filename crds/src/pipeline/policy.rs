use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{LABEL, matches};

/// What happens when a run is due while another is active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Concurrency {
    /// It runs beside it, up to `maxActive`; more wait in order.
    Allow,
    /// It is skipped. One that somebody asked for waits.
    Forbid,
    /// The active one is ended, and this one runs.
    Replace,
    /// It waits: one after another, in order. A run that will be tried again goes first.
    #[default]
    Queue,
}

/// What is done about a run that fails. Rejected input (exit code 50) and a run that is not understood (64) are not tried again.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.maxBackoffSeconds >= self.backoffSeconds")
    .message("maxBackoffSeconds must not be less than backoffSeconds: raise it").field_path(".maxBackoffSeconds"))]
pub struct Retries {
    /// Further attempts. Default 2. A node that goes away under a run costs none.
    #[serde(default = "default_limit")]
    #[x_kube(validation = Rule::new("self >= 0 && self <= 20").message("limit must be 0 to 20; leave it out for the default of 2"))]
    pub limit: i32,
    /// Seconds until the second attempt; doubled for each further one. Default 30.
    #[serde(default = "default_backoff")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 86400").message("backoffSeconds must be 1 to 86400; leave it out for the default of 30"))]
    pub backoff_seconds: i32,
    /// Default 1800.
    #[serde(default = "default_max_backoff")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 86400").message("maxBackoffSeconds must be 1 to 86400; leave it out for the default of 1800"))]
    pub max_backoff_seconds: i32,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            limit: default_limit(),
            backoff_seconds: default_backoff(),
            max_backoff_seconds: default_max_backoff(),
        }
    }
}

fn default_limit() -> i32 {
    2
}

fn default_backoff() -> i32 {
    30
}

fn default_max_backoff() -> i32 {
    1800
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadlines {
    /// Seconds from being due until the worker runs; later, the run is missed. Left out: it waits for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 10 && self <= 604800").message("startSeconds must be 10 to 604800; leave it out to wait for ever"))]
    pub start_seconds: Option<i32>,
    /// Seconds that one attempt may take in all, its wait for a node included. Default 21600.
    #[serde(default = "default_run_seconds")]
    #[x_kube(validation = Rule::new("self >= 10 && self <= 604800").message("runSeconds must be 10 to 604800; leave it out for the default of 21600: six hours"))]
    pub run_seconds: i32,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { start_seconds: None, run_seconds: default_run_seconds() }
    }
}

fn default_run_seconds() -> i32 {
    21600
}

/// Ended runs that are kept, with their Jobs and logs.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// Default 5.
    #[serde(default = "default_kept")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 30").message("successful must be 1 to 30; leave it out for the default of 5"))]
    pub successful: i32,
    /// Default 5.
    #[serde(default = "default_kept")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 30").message("failed must be 1 to 30; leave it out for the default of 5"))]
    pub failed: i32,
    /// Default 30.
    #[serde(default = "default_days")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 365").message("days must be 1 to 365; leave it out for the default of 30"))]
    pub days: i32,
}

impl Default for History {
    fn default() -> Self {
        Self { successful: default_kept(), failed: default_kept(), days: default_days() }
    }
}

fn default_kept() -> i32 {
    5
}

fn default_days() -> i32 {
    30
}

/// What a worker is given, and no more.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// Cores, as Kubernetes writes them. Default `1`.
    #[serde(default = "default_cpu")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new(matches("^([1-9][0-9]{0,2}|[1-9][0-9]{0,5}m)$")).message("cpu must be whole cores or thousandths, in quotes, such as \"2\" or \"500m\""))]
    pub cpu: String,
    /// As Kubernetes writes it. Default `2Gi`.
    #[serde(default = "default_memory")]
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new(matches("^[1-9][0-9]{0,5}(Mi|Gi)$")).message("memory must be in Mi or Gi, such as 4Gi"))]
    pub memory: String,
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpu: default_cpu(), memory: default_memory() }
    }
}

fn default_cpu() -> String {
    "1".into()
}

fn default_memory() -> String {
    "2Gi".into()
}

/// Runs of the schedule's slots in a range. The same name never runs twice.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("timestamp(self.from) < timestamp(self.to)")
    .message("to must be later than from: exchange them").field_path(".to"))]
pub struct Backfill {
    /// Choose another to run a range again.
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be at most 40 lower-case letters, digits and hyphens, such as january-again"))]
    pub name: String,
    /// The first time, as RFC 3339. The slots are those from here until before `to`.
    #[schemars(length(max = 35), extend("format" = "date-time"))]
    pub from: String,
    #[schemars(length(max = 35), extend("format" = "date-time"))]
    pub to: String,
    /// Which slots are run that have been run before. Default `None`.
    #[serde(default)]
    pub reprocess: Reprocess,
    /// Runs of it that may be active at a time, beside those of the schedule. Default 1.
    #[serde(default = "default_backfill_active")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 20").message("maxActive must be 1 to 20; leave it out for the default of 1"))]
    pub max_active: i32,
    /// Only say in status what would be run.
    #[serde(default)]
    pub dry_run: bool,
}

fn default_backfill_active() -> i32 {
    1
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Reprocess {
    /// None: only those that never ran.
    #[default]
    None,
    /// Those that failed, too.
    Failed,
    /// All.
    Completed,
}
