//! The shape of what is reported. It is documented in the README, and stable.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Exception, Safeguard};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Status {
    Met,
    NotMet,
    /// Not met, and somebody has answered for that until a day.
    Excepted,
    /// What it is about is not declared.
    NotApplicable,
    /// Cloister does not do it yet.
    NotManaged,
    /// It is up to somebody else.
    NotOurs,
}

impl Status {
    pub const ALL: [Self; 6] =
        [Self::Met, Self::NotMet, Self::Excepted, Self::NotApplicable, Self::NotManaged, Self::NotOurs];

    /// As people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Met => "Met",
            Self::NotMet => "Not met",
            Self::Excepted => "Excepted",
            Self::NotApplicable => "Not applicable",
            Self::NotManaged => "Not managed",
            Self::NotOurs => "Not ours",
        }
    }
}

/// What was seen of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    pub resource: String,
    /// Dotted path; empty where the resource itself is missing or could not be read.
    pub field: String,
    pub observed: Value,
    /// What the safeguard demands, where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    pub holds: bool,
    /// It does not hold, and an exception covers that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub excepted: bool,
}

/// A safeguard, judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub id: &'static str,
    pub title: &'static str,
    pub status: Status,
    pub cfr: &'static [&'static str],
    pub prowler: &'static [&'static str],
    pub config: &'static [&'static str],
    pub fsbp: &'static [&'static str],
    /// When it was looked at: RFC 3339, UTC. None where there is nothing to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<String>,
    /// Why it has no proofs: what is not declared, what would be needed, or whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What of it is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<&'static str>,
    pub proofs: Vec<Proof>,
}

impl Finding {
    pub(super) fn new(safeguard: &Safeguard, status: Status) -> Self {
        Self {
            id: safeguard.id,
            title: safeguard.title,
            status,
            cfr: safeguard.cfr,
            prowler: safeguard.prowler,
            config: safeguard.config,
            fsbp: safeguard.fsbp,
            looked_at: None,
            reason: None,
            beyond: safeguard.beyond,
            proofs: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ExceptionState {
    Applied,
    /// What it excepts holds, or is not there.
    Unused,
    /// Its day has passed: it does not count.
    Expired,
}

#[derive(Clone, Debug, Serialize)]
pub struct Used {
    #[serde(flatten)]
    pub exception: Exception,
    pub state: ExceptionState,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Empty where the report is of an Environment alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tenant: String,
    pub display_name: String,
    pub environment: String,
    pub account: String,
    pub region: String,
    /// Of Cloister.
    pub version: &'static str,
    /// RFC 3339, UTC.
    pub time: String,
    /// Not known where the look shared calls with others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_calls: Option<usize>,
    /// How many safeguards have each status.
    pub summary: BTreeMap<Status, usize>,
    pub safeguards: Vec<Finding>,
    pub exceptions: Vec<Used>,
}

impl Report {
    #[must_use]
    pub fn count(findings: &[Finding]) -> BTreeMap<Status, usize> {
        let number = |status| findings.iter().filter(|finding| finding.status == status).count();
        Status::ALL.into_iter().map(|status| (status, number(status))).collect()
    }

    #[must_use]
    pub fn is_good(&self) -> bool {
        self.safeguards.iter().all(|finding| finding.status != Status::NotMet)
    }
}
