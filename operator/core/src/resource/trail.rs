use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Step, Tags};

/// A CloudTrail of an account, in the region in which it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // AWS's own shape
pub struct Trail {
    pub bucket: String,
    /// What comes before `AWSLogs/` in the names of its files; none where nothing does.
    pub prefix: Option<String>,
    pub multi_region: bool,
    /// Calls of services without a region, such as IAM.
    pub global_events: bool,
    /// Digests prove that no file was changed or removed.
    pub validation: bool,
    /// ARN.
    pub kms_key: Option<String>,
    /// Where it also writes, for alarms to watch.
    pub logs: Option<TrailLogs>,
    /// Whether it records.
    pub logging: bool,
    /// What it records. One without a name is `#n`.
    pub selectors: BTreeMap<String, Selector>,
    pub tags: Tags,
}

/// A log group, and the role by which CloudTrail writes into it; both ARNs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrailLogs {
    pub group: String,
    pub role: String,
}

/// Fields of an event, each with operators and their values: `eventCategory` -> `equals` -> `Data`.
pub type Selector = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TrailStep {
    /// CreateTrail with tags. It records nothing yet.
    Create,
    Update,
    PutSelectors,
    Start,
    Tag,
}

impl Trail {
    pub(super) fn create() -> Vec<Step> {
        [TrailStep::Create, TrailStep::PutSelectors, TrailStep::Start].map(Step::Trail).to_vec()
    }

    /// One that was stopped records again first.
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<Step> {
        let settings = ["bucket", "prefix", "multiRegion", "globalEvents", "validation", "kmsKey", "logs"];
        let steps = [
            (parts.contains("logging"), TrailStep::Start),
            (settings.iter().any(|part| parts.contains(part)), TrailStep::Update),
            (parts.contains("selectors"), TrailStep::PutSelectors),
            (parts.contains("tags"), TrailStep::Tag),
        ];
        steps.into_iter().filter(|(off, _)| *off).map(|(_, step)| Step::Trail(step)).collect()
    }
}
