//! What an auditor reads: for every safeguard of the checklist, whether it holds, by what was observed.

mod cluster_log;
mod demand;
mod exceptions;
mod field;
mod judge;
mod nodes;
mod report;
mod rules;
mod schedule;
mod table;

use std::collections::BTreeSet;

use serde::Serialize;

pub use cluster_log::ClusterLog;
pub use demand::{Demand, Of, Test};
pub use exceptions::{Exception, read as read_exceptions};
pub use judge::{Look, Record, Scene, Seen, judge};
pub use nodes::node_ages;
pub use report::{ExceptionState, Finding, Proof, Report, Status, Used};

pub use schedule::{Files, is_due};

use crate::resource::ResourceId;

/// A safeguard of the checklist, as auditors and scanners know it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Safeguard {
    pub id: &'static str,
    pub title: &'static str,
    /// Sections of title 45 of the Code of Federal Regulations, as Prowler's and Powerpipe's mappings name them.
    pub cfr: &'static [&'static str],
    /// Checks of Prowler, managed rules of AWS Config, controls of AWS Foundational Security Best Practices.
    pub prowler: &'static [&'static str],
    pub config: &'static [&'static str],
    pub fsbp: &'static [&'static str],
    pub basis: Basis,
    /// What of it is not looked at, and by whom it would have to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<&'static str>,
}

/// What a safeguard is judged by.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Basis {
    /// All of these, where that part is declared.
    Managed { part: Part, demands: &'static [Demand] },
    /// Cloister does not do it yet, and this is what would be needed.
    NotManaged { needs: &'static str },
    /// It is up to somebody else.
    NotOurs { whose: &'static str },
}

/// What must be declared for a safeguard to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Part {
    Always,
    Buckets,
    Warehouse,
    Nodes,
    /// Of these the Environment may say that others keep them.
    PublicAccessBlock,
    SnapshotBlock,
    PasswordPolicy,
    /// Either of the two below.
    Detection,
    GuardDuty,
    ConfigRecorder,
    /// Without a role in the audit account nothing there is Cloister's to keep.
    Audit,
    /// Nor is anybody told where there is no topic.
    Alarms,
    /// The log of the Kubernetes API server, which is whoever's runs the cluster.
    ClusterLog,
    /// Evidence itself, written on a schedule.
    Evidence,
    /// Roles for people.
    People,
    Apps,
    /// Second copies of objects.
    Copies,
}

impl Part {
    /// The field whose absence makes a safeguard not apply.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Always => "the tenant",
            Self::Buckets => "spec.ingestBuckets",
            Self::Warehouse => "spec.warehouse",
            Self::Nodes => "spec.nodes",
            Self::PublicAccessBlock => "spec.guardrails.accountPublicAccessBlock",
            Self::SnapshotBlock => "spec.guardrails.snapshotBlockPublicAccess",
            Self::PasswordPolicy => "spec.guardrails.passwordPolicy",
            Self::Detection => "spec.guardrails.guardDuty, as configRecorder,",
            Self::GuardDuty => "spec.guardrails.guardDuty",
            Self::ConfigRecorder => "spec.guardrails.configRecorder",
            Self::Audit => "spec.audit.roleArn",
            Self::Alarms => "spec.audit.alarmTopicArn",
            Self::ClusterLog => "spec.audit.kubernetes",
            Self::Evidence => "spec.audit.evidence",
            Self::People => "spec.people",
            Self::Apps => "spec.apps",
            Self::Copies => "spec.copies",
        }
    }

    #[must_use]
    pub fn is_guardrail(self) -> bool {
        matches!(
            self,
            Self::PublicAccessBlock
                | Self::SnapshotBlock
                | Self::PasswordPolicy
                | Self::Detection
                | Self::GuardDuty
                | Self::ConfigRecorder
        )
    }
}

pub type Parts = BTreeSet<Part>;

impl Safeguard {
    #[must_use]
    pub fn demands(&self) -> &'static [Demand] {
        match self.basis {
            Basis::Managed { demands, .. } => demands,
            Basis::NotManaged { .. } | Basis::NotOurs { .. } => &[],
        }
    }
}

/// The whole checklist, in its order.
pub fn safeguards() -> impl Iterator<Item = &'static Safeguard> {
    table::ALL.into_iter().flatten()
}

/// Whether any safeguard is judged by that resource: others need not be read.
#[must_use]
pub fn is_looked_at(of: Of, id: &ResourceId) -> bool {
    safeguards().flat_map(Safeguard::demands).any(|demand| demand.is_about(of, id))
}

const fn managed(part: Part, demands: &'static [Demand]) -> Basis {
    Basis::Managed { part, demands }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_safeguard_of_the_checklist_is_there_once() {
        let lengths =
            [("S", 12), ("K", 4), ("R", 9), ("E", 11), ("I", 7), ("T", 5), ("W", 2), ("D", 3), ("A", 7)];
        let checklist: Vec<String> =
            lengths.iter().flat_map(|(letter, n)| (1..=*n).map(move |i| format!("{letter}{i}"))).collect();
        let ids: Vec<&str> = safeguards().map(|safeguard| safeguard.id).collect();
        assert_eq!(ids, checklist);
    }

    #[test]
    fn none_that_is_managed_passes_on_nothing() {
        for safeguard in safeguards() {
            let managed = matches!(safeguard.basis, Basis::Managed { .. });
            assert_eq!(managed, !safeguard.demands().is_empty(), "{}", safeguard.id);
        }
    }
}
