use std::collections::BTreeSet;

use serde::Serialize;

use super::Tags;
use crate::document::Document;

/// A customer-managed KMS key with its alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    pub state: KeyState,
    /// `ECC_NIST_P256` of a key that signs. None of one that encrypts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
    /// Whether the alias points to this key.
    pub alias: bool,
    /// `None` where what AWS holds is no policy document.
    pub policy: Option<Document>,
    pub rotation: Rotation,
    pub tags: Tags,
    /// Found: when KMS deletes it, where that is scheduled. RFC 3339.
    #[serde(skip)]
    pub deletion_date: Option<String>,
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum KeyState {
    Enabled,
    Disabled,
    PendingDeletion,
    /// Creating, Updating, Unavailable: nothing can be done now.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    pub enabled: bool,
    /// 90 to 2560 days; 0 while rotation is off.
    pub period_days: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum KeyStep {
    /// CreateKey with policy and tags. Not idempotent: never retried without looking first.
    Create,
    CreateAlias,
    /// UpdateAlias: the alias points to another key.
    PointAlias,
    CancelDeletion,
    Enable,
    PutPolicy,
    SetRotation,
    Tag,
    DeleteAlias,
    ScheduleDeletion {
        days: i32,
    },
}

impl Key {
    pub(super) fn create(&self) -> Vec<KeyStep> {
        let mut steps = vec![KeyStep::Create, KeyStep::CreateAlias];
        if self.rotation.enabled {
            steps.push(KeyStep::SetRotation);
        }
        steps
    }

    pub(super) fn repair(have: &Self, parts: &BTreeSet<&str>) -> Vec<KeyStep> {
        let mut steps = Vec::new();
        // The state first: KMS refuses most changes to a key that is not enabled.
        if parts.contains("state") {
            if have.state == KeyState::PendingDeletion {
                steps.push(KeyStep::CancelDeletion);
            }
            steps.push(KeyStep::Enable);
        }
        if parts.contains("policy") {
            steps.push(KeyStep::PutPolicy);
        }
        if parts.contains("rotation") {
            steps.push(KeyStep::SetRotation);
        }
        if parts.contains("alias") {
            steps.push(KeyStep::PointAlias);
        }
        if parts.contains("tags") {
            steps.push(KeyStep::Tag);
        }
        steps
    }

    /// Crypto-shredding: 30 days, the longest that KMS allows, in which it can be called back. Only what is
    /// left to do, since it may have been cut short before.
    pub(super) fn delete(&self) -> Vec<KeyStep> {
        let mut steps = Vec::new();
        // An alias that points elsewhere is not this key's.
        if self.alias {
            steps.push(KeyStep::DeleteAlias);
        }
        // The key's own policy denies its deletion, so a policy without that guard comes first.
        if self.state != KeyState::PendingDeletion {
            steps.extend([KeyStep::PutPolicy, KeyStep::ScheduleDeletion { days: 30 }]);
        }
        steps
    }
}
