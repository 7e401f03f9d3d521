//! Prometheus metrics: every AWS call, every pass, every difference.

use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;

use cloister_aws::{Call, Recorder};
use cloister_core::conclude::Requeue;
use cloister_core::plan::Plan;
use cloister_crds::NodesStatus;
use cloister_crds::status::CommonStatus;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::evidence::EvidenceMetrics;
use crate::feed::FeedMetrics;
use crate::pipelines::PipelineMetrics;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    service: String,
    operation: String,
    account: String,
    region: String,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServiceLabel {
    service: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PassLabels {
    kind: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ObjectLabel {
    object: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NodeLabels {
    tenant: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TenantLabel {
    tenant: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabel {
    stage: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TypeLabel {
    instance_type: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

pub struct Metrics {
    registry: RwLock<Registry>,
    calls: Family<CallLabels, Counter>,
    call_seconds: Histograms<ServiceLabel>,
    limiter_seconds: Histograms<ServiceLabel>,
    passes: Family<PassLabels, Counter>,
    pass_seconds: Histograms<KindLabel>,
    passes_running: Family<KindLabel, Gauge>,
    wakes: Family<KindLabel, Counter>,
    drift_found: Family<ObjectLabel, Counter>,
    drift_open: Family<ObjectLabel, Gauge>,
    archived: Family<ResultLabel, Counter>,
    leading: Gauge,
    pub pipelines: PipelineMetrics,
    pub feed: FeedMetrics,
    pub evidence: EvidenceMetrics,
    nodes: Family<NodeLabels, Gauge>,
    pods_waiting: Family<TenantLabel, Gauge>,
    launch_seconds: Histograms<StageLabel>,
    no_capacity: Family<TypeLabel, Counter>,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

/// An instance takes a minute or so to become a node.
fn stages() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 12))
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("cloister");
        let metrics = Self {
            pipelines: PipelineMetrics::register(&mut registry),
            feed: FeedMetrics::register(&mut registry),
            evidence: EvidenceMetrics::register(&mut registry),
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(seconds),
            limiter_seconds: Family::new_with_constructor(seconds),
            passes: Family::default(),
            pass_seconds: Family::new_with_constructor(seconds),
            passes_running: Family::default(),
            wakes: Family::default(),
            drift_found: Family::default(),
            drift_open: Family::default(),
            archived: Family::default(),
            leading: Gauge::default(),
            nodes: Family::default(),
            pods_waiting: Family::default(),
            launch_seconds: Family::new_with_constructor(stages),
            no_capacity: Family::default(),
            registry: RwLock::default(),
        };
        registry.register("aws_calls", "Calls to AWS, every attempt", metrics.calls.clone());
        registry.register("aws_call_seconds", "Time that AWS took to answer", metrics.call_seconds.clone());
        registry.register(
            "aws_limiter_seconds",
            "Time that calls waited for the client-side limit",
            metrics.limiter_seconds.clone(),
        );
        registry.register("passes", "Passes over objects", metrics.passes.clone());
        registry.register("pass_seconds", "Time that a pass took", metrics.pass_seconds.clone());
        registry.register("passes_running", "Passes under way", metrics.passes_running.clone());
        registry.register("queue_wakes", "Objects put into the queue by a change", metrics.wakes.clone());
        registry.register(
            "drift_found",
            "Differences found that somebody else made",
            metrics.drift_found.clone(),
        );
        registry.register("drift_open", "Differences that stand now", metrics.drift_open.clone());
        registry.register("audit_records", "Records for the audit bucket", metrics.archived.clone());
        registry.register(
            "leading",
            "Whether this process works, or waits to take over",
            metrics.leading.clone(),
        );
        metrics.register_pools(&mut registry);
        *metrics.registry.write().unwrap_or_else(PoisonError::into_inner) = registry;
        metrics
    }

    fn register_pools(&self, registry: &mut Registry) {
        registry.register("nodes", "Instances of a tenant by state", self.nodes.clone());
        registry.register("pods_waiting", "Pods that wait for a node", self.pods_waiting.clone());
        registry.register(
            "node_launch_seconds",
            "Time from a launch until the node registered and until it was proven",
            self.launch_seconds.clone(),
        );
        registry.register(
            "insufficient_capacity",
            "Launches that AWS had no capacity for",
            self.no_capacity.clone(),
        );
    }

    pub fn pool(&self, tenant: &str, pool: &NodesStatus) {
        let states = [("proven", pool.proven), ("launching", pool.launching), ("draining", pool.draining)];
        for (state, count) in states {
            let label = NodeLabels { tenant: tenant.to_owned(), state };
            self.nodes.get_or_create(&label).set(i64::from(count));
        }
        let label = TenantLabel { tenant: tenant.to_owned() };
        self.pods_waiting.get_or_create(&label).set(i64::from(pool.waiting_pods));
    }

    pub fn forget_pool(&self, tenant: &str) {
        for state in ["proven", "launching", "draining"] {
            self.nodes.remove(&NodeLabels { tenant: tenant.to_owned(), state });
        }
        self.pods_waiting.remove(&TenantLabel { tenant: tenant.to_owned() });
    }

    /// Seconds from the launch of an instance.
    pub fn launched(&self, registered: i64, proven: i64) {
        for (stage, seconds) in [("registered", registered), ("proven", proven)] {
            let seconds = u32::try_from(seconds).unwrap_or_default();
            self.launch_seconds.get_or_create(&StageLabel { stage }).observe(f64::from(seconds));
        }
    }

    pub fn no_capacity(&self, type_: &str) {
        self.no_capacity.get_or_create(&TypeLabel { instance_type: type_.to_owned() }).inc();
    }

    /// A pass over something that is not one of our kinds.
    pub fn looked(&self, kind: &str, reported: bool, took: Duration) {
        self.passed(kind, reported.then_some(&Requeue::Sweep), took);
    }

    pub fn render(&self) -> String {
        let mut out = String::new();
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        match encode(&mut out, &registry) {
            Ok(()) => out,
            Err(error) => format!("# {error}\n"),
        }
    }

    pub fn leading(&self) {
        self.leading.set(1);
    }

    pub fn woken(&self, kind: &str) {
        self.wakes.get_or_create(&KindLabel { kind: kind.to_owned() }).inc();
    }

    pub fn begun(&self, kind: &str) {
        self.passes_running.get_or_create(&KindLabel { kind: kind.to_owned() }).inc();
    }

    pub fn passed(&self, kind: &str, requeue: Option<&Requeue>, took: Duration) {
        let result = match requeue {
            Some(Requeue::Now | Requeue::AfterOthers) => "progressed",
            Some(Requeue::BackOff | Requeue::UnderWay) => "waiting",
            Some(Requeue::Sweep) => "settled",
            None => "unreported",
        };
        self.passes_running.get_or_create(&KindLabel { kind: kind.to_owned() }).dec();
        self.passes.get_or_create(&PassLabels { kind: kind.to_owned(), result }).inc();
        self.pass_seconds.get_or_create(&KindLabel { kind: kind.to_owned() }).observe(took.as_secs_f64());
    }

    pub fn drift(&self, object: &str, open: i64, plan: &Plan, previous: Option<&CommonStatus>) {
        let label = ObjectLabel { object: object.to_owned() };
        let before = previous.map_or(0, |status| status.drift);
        let found = u64::try_from(open.saturating_sub(before)).unwrap_or_default();
        if found > 0 && !plan.drift.is_empty() {
            self.drift_found.get_or_create(&label).inc_by(found);
        }
        self.drift_open.get_or_create(&label).set(open);
    }

    pub fn archived(&self, is_written: bool) {
        let result = if is_written { "written" } else { "failed" };
        self.archived.get_or_create(&ResultLabel { result }).inc();
    }

    pub fn forget(&self, object: &str) {
        let label = ObjectLabel { object: object.to_owned() };
        self.drift_found.remove(&label);
        self.drift_open.remove(&label);
        self.evidence.forget(object);
    }
}

impl Recorder for Metrics {
    fn call(&self, call: &Call<'_>) {
        let labels = CallLabels {
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            account: call.account.to_owned(),
            region: call.region.to_owned(),
            code: call.code.unwrap_or("OK").to_owned(),
        };
        self.calls.get_or_create(&labels).inc();
        let service = ServiceLabel { service: call.service.to_owned() };
        self.call_seconds.get_or_create(&service).observe(call.duration.as_secs_f64());
        tracing::debug!(?labels, mutating = call.mutating, "aws call");
    }

    fn waited(&self, service: &str, duration: Duration) {
        let service = ServiceLabel { service: service.to_owned() };
        self.limiter_seconds.get_or_create(&service).observe(duration.as_secs_f64());
    }
}
