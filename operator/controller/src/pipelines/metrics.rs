//! Runs in figures. The object's name is the only label that a tenant chooses.

use std::sync::atomic::AtomicU64;

use cloister_core::pipeline::read;
use cloister_crds::EtlPipelineStatus;
use cloister_crds::pipeline::{FileStatus, RunState, RunStatus};
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PipelineLabel {
    object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    object: String,
    state: String,
    reason: String,
}

type Histograms = Family<PipelineLabel, Histogram, fn() -> Histogram>;

pub struct PipelineMetrics {
    ends: Family<EndLabels, Counter>,
    start_lag: Histograms,
    duration: Histograms,
    rows: Family<PipelineLabel, Counter>,
    rejected: Family<PipelineLabel, Counter>,
    bytes: Family<PipelineLabel, Counter>,
    success: Family<PipelineLabel, Gauge<f64, AtomicU64>>,
    active: Family<PipelineLabel, Gauge>,
    queued: Family<PipelineLabel, Gauge>,
    listed: Family<PipelineLabel, Counter>,
    receivers: Gauge,
}

/// From 50 ms to about 7 hours.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.05, 2.0, 20))
}

impl PipelineMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            ends: Family::default(),
            start_lag: Family::new_with_constructor(seconds),
            duration: Family::new_with_constructor(seconds),
            rows: Family::default(),
            rejected: Family::default(),
            bytes: Family::default(),
            success: Family::default(),
            active: Family::default(),
            queued: Family::default(),
            listed: Family::default(),
            receivers: Gauge::default(),
        };
        registry.register(
            "pipeline_ends",
            "Attempts and runs that ended, by state and reason",
            metrics.ends.clone(),
        );
        registry.register(
            "pipeline_start_lag_seconds",
            "From being due to the Job of the first attempt",
            metrics.start_lag.clone(),
        );
        registry.register(
            "pipeline_duration_seconds",
            "From the last attempt's Job to the end of a run",
            metrics.duration.clone(),
        );
        registry.register("pipeline_rows_loaded", "Rows loaded", metrics.rows.clone());
        registry.register("pipeline_rows_rejected", "Rows rejected", metrics.rejected.clone());
        registry.register("pipeline_bytes_read", "Bytes read", metrics.bytes.clone());
        registry.register(
            "pipeline_last_success_timestamp_seconds",
            "When a run last succeeded",
            metrics.success.clone(),
        );
        registry.register("pipeline_active", "Runs that are active", metrics.active.clone());
        registry.register(
            "pipeline_queued",
            "Runs that wait, and files that no run has yet",
            metrics.queued.clone(),
        );
        registry.register(
            "pipeline_files_listed",
            "Files that listings showed as perhaps new",
            metrics.listed.clone(),
        );
        registry.register("arrival_receivers", "Queues that are received from", metrics.receivers.clone());
        metrics
    }

    pub fn started(&self, object: &str, run: &RunStatus) {
        let started = run.started_at.as_deref().map(read);
        if let Some(started) = started.filter(|_| run.attempt == 1) {
            self.start_lag.get_or_create(&label(object)).observe(between(due(run), started));
        }
    }

    pub fn ended(&self, object: &str, run: &RunStatus) {
        let outcome = run.outcome.clone().unwrap_or_default();
        let state = format!("{:?}", run.state);
        let labels = EndLabels { object: object.to_owned(), state, reason: outcome.reason };
        self.ends.get_or_create(&labels).inc();
        if let (Some(start), Some(end)) = (run.started_at.as_deref(), run.ended_at.as_deref()) {
            self.duration.get_or_create(&label(object)).observe(between(read(start), read(end)));
        }
        if run.state == RunState::Succeeded {
            let amount = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
            self.rows.get_or_create(&label(object)).inc_by(amount(outcome.rows_loaded));
            self.rejected.get_or_create(&label(object)).inc_by(amount(outcome.rows_rejected));
            self.bytes.get_or_create(&label(object)).inc_by(amount(outcome.bytes_read));
        }
    }

    pub fn depth(&self, object: &str, status: &EtlPipelineStatus) {
        self.active.get_or_create(&label(object)).set(status.active);
        self.queued.get_or_create(&label(object)).set(status.queued);
        if let Some(at) = status.last_success.as_deref().map(read) {
            let seconds = at.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64();
            self.success.get_or_create(&label(object)).set(seconds);
        }
    }

    pub fn listed(&self, object: &str, files: usize) {
        let files = u64::try_from(files).unwrap_or_default();
        self.listed.get_or_create(&label(object)).inc_by(files);
    }

    pub fn listening(&self, receivers: usize) {
        self.receivers.set(i64::try_from(receivers).unwrap_or(i64::MAX));
    }

    pub fn forget(&self, object: &str) {
        let label = label(object);
        self.start_lag.remove(&label);
        self.duration.remove(&label);
        self.rows.remove(&label);
        self.rejected.remove(&label);
        self.bytes.remove(&label);
        self.success.remove(&label);
        self.active.remove(&label);
        self.queued.remove(&label);
        self.listed.remove(&label);
    }
}

fn label(object: &str) -> PipelineLabel {
    PipelineLabel { object: object.to_owned() }
}

/// A slot, the newest file, or when it was asked for.
fn due(run: &RunStatus) -> Timestamp {
    let newest = run.inputs.iter().map(|file: &FileStatus| read(&file.at)).max();
    newest.unwrap_or_else(|| read(&run.queued_at))
}

fn between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
