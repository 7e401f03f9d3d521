use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Tags;

/// An EC2 launch template; its default version is what counts, and what instances are launched from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LaunchTemplate {
    pub image: String,
    /// `dedicated` or `host`; empty where none is said, which is shared hardware.
    pub tenancy: String,
    /// ARN of the instance profile.
    pub profile: String,
    pub security_groups: BTreeSet<String>,
    /// None where it is left to the subnet.
    pub public_address: Option<bool>,
    pub metadata: MetadataOptions,
    /// By device.
    pub volumes: BTreeMap<String, Volume>,
    /// A nodeadm NodeConfig, decoded.
    pub user_data: String,
    pub shutdown: String,
    pub instance_tags: Tags,
    pub volume_tags: Tags,
    pub interface_tags: Tags,
    /// Parameters that Cloister never sets, such as a key pair.
    pub others: BTreeSet<String>,
    pub tags: Tags,
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataOptions {
    /// `required` is IMDSv2 only.
    pub tokens: String,
    /// With 1 no container of its own network gets an answer, and so none gets the node's credentials.
    pub hop_limit: i32,
    pub endpoint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub gib: Option<i32>,
    #[serde(rename = "type")]
    pub type_: String,
    pub deleted_with_instance: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum LaunchTemplateStep {
    Create,
    /// A new version that becomes the default one.
    SetVersion,
    Tag,
    Delete,
}

impl LaunchTemplate {
    pub(super) fn repair(parts: &BTreeSet<&str>) -> Vec<LaunchTemplateStep> {
        let mut steps = Vec::new();
        if parts.iter().any(|part| *part != "tags") {
            steps.push(LaunchTemplateStep::SetVersion);
        }
        if parts.contains("tags") {
            steps.push(LaunchTemplateStep::Tag);
        }
        steps
    }
}
