//! How old the newest evidence is.

use cloister_crds::EvidenceSchedule;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    object: String,
    every: &'static str,
}

pub struct EvidenceMetrics {
    written: Family<Labels, Gauge>,
}

const EVERY: [(EvidenceSchedule, &str); 2] =
    [(EvidenceSchedule::Daily, "day"), (EvidenceSchedule::Weekly, "week")];

impl EvidenceMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self { written: Family::default() };
        registry.register(
            "evidence_written_timestamp_seconds",
            "When evidence was last written into the audit bucket; before the first, when the object was made",
            metrics.written.clone(),
        );
        metrics
    }

    pub fn tell(&self, object: &str, schedule: EvidenceSchedule, since: Option<i64>) {
        for (each, every) in EVERY {
            let labels = Labels { object: object.to_owned(), every };
            match since {
                Some(since) if each == schedule => drop(self.written.get_or_create(&labels).set(since)),
                _ => drop(self.written.remove(&labels)),
            }
        }
    }

    pub fn forget(&self, object: &str) {
        self.tell(object, EvidenceSchedule::Never, None);
    }
}
