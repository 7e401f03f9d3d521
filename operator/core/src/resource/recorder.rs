//! AWS Config's recorder and its delivery channel: an account has one of each in a region, whoever made them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Guardrail, GuardrailStep};

/// Of a recorder and of a channel that Cloister makes.
pub const RECORDER: &str = "cloister";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorder {
    /// It cannot be changed, so it is known, not wanted.
    #[serde(skip)]
    pub name: String,
    /// ARN of the role as which AWS Config looks.
    pub role: String,
    /// Whether it records every type of resource that AWS Config knows, and will know.
    pub all_types: bool,
    pub recording: bool,
    /// Without one nothing is recorded.
    pub channel: Option<Channel>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    #[serde(skip)]
    pub name: String,
    pub bucket: String,
}

impl Recorder {
    #[must_use]
    pub fn required(role: String, bucket: String) -> Self {
        let channel = Some(Channel { name: RECORDER.into(), bucket });
        Self { name: RECORDER.into(), role, all_types: true, recording: true, channel }
    }

    /// What others have made looks as their role, and delivers where they want it: Control Tower's does.
    pub(super) fn given(&self, have: &Self) -> Self {
        let mut want = self.clone();
        have.name.clone_into(&mut want.name);
        if have.name != self.name {
            have.role.clone_into(&mut want.role);
        }
        if let Some(channel) = have.channel.as_ref().filter(|channel| channel.name != RECORDER) {
            want.channel = Some(channel.clone());
        }
        want
    }

    pub(super) fn create(&self) -> Vec<GuardrailStep> {
        self.repair(&BTreeSet::from(["role", "allTypes", "channel", "recording"]))
    }

    /// A recorder starts only where there is a channel, and a channel is made only where there is a recorder.
    pub(super) fn repair(&self, parts: &BTreeSet<&str>) -> Vec<GuardrailStep> {
        let whole = || Guardrail::Recorder(self.clone());
        let mut steps = Vec::new();
        if parts.contains("role") {
            steps.push(GuardrailStep::CreateRole);
        }
        if parts.contains("role") || parts.contains("allTypes") {
            steps.push(GuardrailStep::Put(whole()));
        }
        if parts.contains("channel") {
            steps.push(GuardrailStep::PutChannel(self.clone()));
        }
        if parts.contains("recording") {
            steps.push(GuardrailStep::Start(self.name.clone()));
        }
        steps
    }
}
