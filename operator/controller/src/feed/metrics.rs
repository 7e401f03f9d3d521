//! What is heard.

use cloister_crds::events::Hearing;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    environment: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EnvironmentLabel {
    environment: String,
}

pub struct FeedMetrics {
    events: Family<EventLabels, Counter>,
    heard: Family<EnvironmentLabel, Gauge>,
    delay_seconds: Histogram,
    drift_seconds: Histogram,
}

/// From a second to half an hour or so.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 12))
}

impl FeedMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            events: Family::default(),
            heard: Family::default(),
            delay_seconds: seconds(),
            drift_seconds: seconds(),
        };
        registry.register("events", "Events received, by what came of them", metrics.events.clone());
        registry.register(
            "events_heard",
            "Whether the feed of an environment is heard",
            metrics.heard.clone(),
        );
        registry.register(
            "event_delay_seconds",
            "Time from a call until its event was received",
            metrics.delay_seconds.clone(),
        );
        registry.register(
            "drift_seconds",
            "Time from a change by somebody else, or from when it was found if no event told, until it was mended",
            metrics.drift_seconds.clone(),
        );
        metrics
    }

    pub fn taken(&self, environment: &str, result: &'static str) {
        let label = EventLabels { environment: environment.to_owned(), result };
        self.events.get_or_create(&label).inc();
    }

    pub fn delayed(&self, seconds: u32) {
        self.delay_seconds.observe(f64::from(seconds));
    }

    pub fn hearing(&self, environment: &str, now: Hearing) {
        let label = EnvironmentLabel { environment: environment.to_owned() };
        self.heard.get_or_create(&label).set(i64::from(now == Hearing::Heard));
    }

    pub fn mended(&self, seconds: u32) {
        self.drift_seconds.observe(f64::from(seconds));
    }
}
