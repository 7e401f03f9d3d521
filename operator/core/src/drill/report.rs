//! What a drill came to.

use cloister_crds::drill::DrillStatus;
use serde::Serialize;

use super::compare::TableCheck;
use super::objects::ObjectCheck;

/// Proposed 45 CFR 164.308(a)(13), 90 FR 898 (2025-01-06): restored within 72 hours of the loss. Not law yet.
pub const LIMIT_SECONDS: i64 = 72 * 3600;

/// What the drill does not show, said each time. Buckets that are not copied are named as in Kubernetes.
#[must_use]
pub fn not_covered(uncopied: &[String]) -> Vec<String> {
    let objects = match uncopied {
        [] => None,
        [one] => Some(format!("objects in bucket {one}: copies is None (S10 of the checklist)")),
        more => {
            Some(format!("objects in buckets {}: copies is None (S10 of the checklist)", more.join(", ")))
        }
    };
    let rest = "the way back into service: Kubernetes, networks, and the clients that would be pointed at the restored cluster";
    objects.into_iter().chain([rest.to_owned()]).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    Matched,
    Differs,
    /// There was no table to compare.
    Empty,
    /// There is no copy to restore.
    Refused,
    Failed,
    Interrupted,
}

impl Verdict {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Matched => "Matched",
            Self::Differs => "Differs",
            Self::Empty => "Empty",
            Self::Refused => "Refused",
            Self::Failed => "Failed",
            Self::Interrupted => "Interrupted",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phase {
    pub name: &'static str,
    pub seconds: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub tenant: String,
    pub environment: String,
    pub account: String,
    pub region: String,
    pub recovery_region: String,
    pub cluster: String,
    pub database: String,
    /// When it began: RFC 3339, UTC.
    pub at: String,
    pub snapshot: Option<String>,
    pub snapshot_at: Option<String>,
    /// Of the snapshot when the drill began.
    pub recovery_point_seconds: Option<i64>,
    pub scratch: Option<String>,
    /// ARN of the key that the restored cluster is encrypted with.
    pub kms_key: Option<String>,
    pub phases: Vec<Phase>,
    /// From the beginning until every row was read.
    pub recovery_seconds: f64,
    pub limit_seconds: i64,
    pub tables: Vec<TableCheck>,
    /// A check for each bucket that is copied.
    pub objects: Vec<ObjectCheck>,
    pub result: Verdict,
    pub message: String,
    /// Whether the scratch cluster is gone again; what to do where it is not.
    pub removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    pub not_covered: Vec<String>,
}

impl Report {
    /// Good only where everything matched, in time, and nothing was left behind against one's wish.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.result == Verdict::Matched && self.is_in_time() && self.left.is_none()
    }

    #[must_use]
    pub fn is_in_time(&self) -> bool {
        self.whole_seconds() <= self.limit_seconds
    }

    #[must_use]
    pub fn rows(&self) -> i64 {
        self.tables.iter().filter_map(|check| check.restored.as_ref()).map(|sum| sum.rows).sum()
    }

    #[must_use]
    pub fn status(&self) -> DrillStatus {
        DrillStatus {
            at: self.at.clone(),
            result: self.result.words().to_owned(),
            snapshot: self.snapshot.clone(),
            snapshot_at: self.snapshot_at.clone(),
            seconds: self.whole_seconds(),
            recovery_point_seconds: self.recovery_point_seconds,
            tables: i64::try_from(self.tables.len()).unwrap_or(i64::MAX),
            rows: self.rows(),
            message: self.message.clone(),
        }
    }

    #[allow(clippy::cast_possible_truncation)] // three days are seconds enough for any integer
    fn whole_seconds(&self) -> i64 {
        self.recovery_seconds.ceil() as i64
    }
}
