//! Prometheus metrics: requests, what was granted and refused, and calls of AWS.

use std::time::Duration;

use cloister_core::fault::Fault;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::audit::Event;
use crate::problem::Reason;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabel {
    event: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    code: String,
}

pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    events: Family<EventLabel, Counter>,
    refusals: Family<ReasonLabel, Counter>,
    calls: Family<CallLabels, Counter>,
    pub connections: Gauge,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("cloister_upload");
        let requests = Family::default();
        registry.register("requests", "Requests, by what they asked for", Family::clone(&requests));
        let seconds: Family<RouteLabel, Histogram, fn() -> Histogram> = Family::new_with_constructor(seconds);
        registry.register("request_seconds", "How long a request took", Family::clone(&seconds));
        let events = Family::default();
        registry.register("events", "What was granted or done, as it was audited", Family::clone(&events));
        let refusals = Family::default();
        registry.register("refusals", "Requests that were refused, by reason", Family::clone(&refusals));
        let calls = Family::default();
        registry.register("aws_calls", "Calls of AWS, by error code", Family::clone(&calls));
        let connections = Gauge::default();
        registry.register("connections", "Connections that are open", connections.clone());
        Self { registry, requests, seconds, events, refusals, calls, connections }
    }
}

impl Metrics {
    pub fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let (route, method) = (route.to_owned(), method.to_owned());
        self.seconds.get_or_create(&RouteLabel { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { route, method, status }).inc();
    }

    pub fn happened(&self, event: Event) {
        self.events.get_or_create(&EventLabel { event: format!("{event:?}") }).inc();
    }

    pub fn refused(&self, reason: Reason) {
        self.refusals.get_or_create(&ReasonLabel { reason: reason.name() }).inc();
    }

    pub fn called(&self, operation: &'static str, fault: Option<&Fault>) {
        let code = fault.map(|fault| fault.code.clone()).unwrap_or_default();
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
