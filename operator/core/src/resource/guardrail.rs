use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::{Detector, PasswordPolicy, PublicAccessBlock, Recorder};

/// A setting of the account itself. It is nobody's: it carries no tags, stays when the Environment goes, and is
/// tightened only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Guardrail {
    AccountPublicAccessBlock(PublicAccessBlock),
    EbsEncryption(EbsEncryption),
    SnapshotBlock(SnapshotBlock),
    PasswordPolicy(PasswordPolicy),
    Detector(Detector),
    Recorder(Recorder),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EbsEncryption {
    pub by_default: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotBlock {
    /// `block-all-sharing`, `block-new-sharing` or `unblocked`.
    pub state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuardrailId {
    pub kind: GuardrailKind,
    /// The account or the region.
    pub of: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardrailKind {
    AccountPublicAccessBlock,
    EbsEncryption,
    SnapshotBlock,
    PasswordPolicy,
    GuardDuty,
    ConfigRecorder,
}

impl GuardrailKind {
    /// The field of `spec.guardrails` that says who keeps it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::AccountPublicAccessBlock => "accountPublicAccessBlock",
            Self::EbsEncryption => "ebsEncryption",
            Self::SnapshotBlock => "snapshotBlockPublicAccess",
            Self::PasswordPolicy => "passwordPolicy",
            Self::GuardDuty => "guardDuty",
            Self::ConfigRecorder => "configRecorder",
        }
    }
}

impl fmt::Display for GuardrailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            GuardrailKind::AccountPublicAccessBlock => "account-public-access-block",
            GuardrailKind::EbsEncryption => "ebs-encryption",
            GuardrailKind::SnapshotBlock => "snapshot-block-public-access",
            GuardrailKind::PasswordPolicy => "password-policy",
            GuardrailKind::GuardDuty => "guardduty-detector",
            GuardrailKind::ConfigRecorder => "config-recorder",
        };
        write!(f, "{kind}/{}", self.of)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum GuardrailStep {
    /// The whole setting, since what is left out of a call falls back to AWS's default; of a detector, what differs.
    Put(Guardrail),
    Create(Guardrail),
    /// The service-linked role of AWS Config.
    CreateRole,
    PutChannel(Recorder),
    /// Of the recorder of that name.
    Start(String),
}

impl Guardrail {
    pub(super) fn create(&self) -> Vec<GuardrailStep> {
        match self {
            Self::Detector(want) => want.create(),
            Self::Recorder(want) => want.create(),
            _ => vec![GuardrailStep::Put(self.clone())],
        }
    }

    pub(super) fn repair(&self, have: &Self, parts: &BTreeSet<&str>) -> Vec<GuardrailStep> {
        match (self, have) {
            (Self::Detector(want), Self::Detector(have)) => want.repair(have, parts),
            (Self::Recorder(want), _) => want.repair(parts),
            _ => vec![GuardrailStep::Put(self.clone())],
        }
    }

    /// What is wanted, or what is there where that is stricter.
    pub(super) fn given(&self, have: &Self) -> Self {
        match (self, have) {
            (Self::PasswordPolicy(want), Self::PasswordPolicy(have)) => {
                Self::PasswordPolicy(want.stricter(have))
            }
            (Self::Detector(want), Self::Detector(have)) => Self::Detector(want.given(have)),
            (Self::Recorder(want), Self::Recorder(have)) => Self::Recorder(want.given(have)),
            _ => self.clone(),
        }
    }
}
