//! Prometheus metrics: requests by decision, sessions, the spool and what was shipped. No label holds a name of a
//! person or a path.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::record::{Decision, Reason};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    decision: String,
    reason: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    code: String,
}

pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    upstream_seconds: Histogram,
    turned_away: Counter,
    pub sessions: Gauge,
    ships: Family<OutcomeLabel, Counter>,
    pub spool_bytes: Gauge,
    pub spool_age_seconds: Gauge,
    calls: Family<CallLabels, Counter>,
    pub connections: Gauge,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("cloister_door");
        let metrics = Self {
            requests: Family::default(),
            seconds: seconds(),
            upstream_seconds: seconds(),
            turned_away: Counter::default(),
            sessions: Gauge::default(),
            ships: Family::default(),
            spool_bytes: Gauge::default(),
            spool_age_seconds: Gauge::default(),
            calls: Family::default(),
            connections: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests, as the access log has them", metrics.requests.clone());
        registry.register("request_seconds", "Time to the first byte of an answer", metrics.seconds.clone());
        registry.register(
            "upstream_seconds",
            "How much of it the application took",
            metrics.upstream_seconds.clone(),
        );
        registry.register(
            "turned_away",
            "Requests of strangers that came too often and were not read",
            metrics.turned_away.clone(),
        );
        registry.register("sessions", "Sessions that this pod has seen lately", metrics.sessions.clone());
        registry.register("ships", "Files of access records sent to the bucket", metrics.ships.clone());
        registry.register("spool_bytes", "Access records not shipped yet", metrics.spool_bytes.clone());
        registry.register(
            "spool_age_seconds",
            "Age of the oldest access record not shipped yet",
            metrics.spool_age_seconds.clone(),
        );
        registry.register("aws_calls", "Calls of the session table, by error code", metrics.calls.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    pub fn answered(&self, decision: Decision, reason: Option<Reason>, status: u16, took: Duration) {
        let reason = reason.map(|reason| format!("{reason:?}")).unwrap_or_default();
        let labels = RequestLabels { decision: format!("{decision:?}"), reason, status };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    pub fn upstream(&self, took: Duration) {
        self.upstream_seconds.observe(took.as_secs_f64());
    }

    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    pub fn shipped(&self, arrived: bool) {
        let outcome = if arrived { "arrived" } else { "failed" };
        self.ships.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    pub fn called(&self, operation: &'static str, code: Option<&str>) {
        let code = code.unwrap_or_default().to_owned();
        self.calls.get_or_create(&CallLabels { operation, code }).inc();
    }

    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
