//! Amazon GuardDuty in one region.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Guardrail, GuardrailStep};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detector {
    pub enabled: bool,
    /// How often findings that go on are told anew; new ones always are within minutes.
    pub publishing: String,
    /// What is watched beside CloudTrail, DNS and flow logs, by GuardDuty's names: whether it is on.
    pub features: BTreeMap<String, bool>,
    /// The organisation's account for GuardDuty, where the detector is that one's to manage. Known, not wanted.
    #[serde(skip)]
    pub administrator: Option<String>,
}

/// What the platform keeps PHI in, and who changes what in the cluster.
const WATCHED: [&str; 2] = ["EKS_AUDIT_LOGS", "S3_DATA_EVENTS"];

/// What GuardDuty turns on by itself in a new detector. Scans for malware copy volumes to GuardDuty's own account, which the
/// keys of tenants do not allow; of databases it knows RDS only, and there are no functions.
/// <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html>
const LEFT: [&str; 3] = ["EBS_MALWARE_PROTECTION", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS"];

impl Detector {
    #[must_use]
    pub fn required() -> Self {
        Self {
            enabled: true,
            publishing: "FIFTEEN_MINUTES".into(),
            features: WATCHED.map(|name| (name.to_owned(), true)).into(),
            administrator: None,
        }
    }

    /// What more is watched counts; a detector that the organisation's administrator manages is as that one wants it.
    pub(super) fn given(&self, have: &Self) -> Self {
        if have.administrator.is_some() {
            return have.clone();
        }
        let mut want = self.clone();
        for (name, is_on) in &have.features {
            want.features.entry(name.clone()).or_insert(*is_on);
        }
        want
    }

    /// What a new one says of features, so that none is on that nobody has asked for.
    pub(super) fn create(&self) -> Vec<GuardrailStep> {
        let mut new = self.clone();
        new.features.extend(LEFT.map(|name| (name.to_owned(), false)));
        vec![GuardrailStep::Create(Guardrail::Detector(new))]
    }

    /// Only what differs is said: what is left out stays as it is.
    pub(super) fn repair(&self, have: &Self, parts: &BTreeSet<&str>) -> Vec<GuardrailStep> {
        let mut change = self.clone();
        change.features.retain(|name, is_on| have.features.get(name) != Some(is_on));
        if parts.is_empty() { Vec::new() } else { vec![GuardrailStep::Put(Guardrail::Detector(change))] }
    }
}
