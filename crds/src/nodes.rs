//! The tenant's own worker nodes, as a part of `ClientTenant`, and what they need of the `Environment`.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{NO_DUPLICATES, ROLE_ARN, each, matches, matches_id};
use crate::status::Condition;

/// EC2 instances on which nobody else's pods run. They are launched when pods wait and ended when idle.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nodes {
    /// `DedicatedInstance` (default): hardware that no other AWS account uses, while other clients in the same
    /// account may. `DedicatedHost`: a physical server of this tenant's alone, paid for as a whole.
    #[serde(default)]
    pub tenancy: Tenancy,
    /// EC2 types that may be launched, the preferred ones first. Default m6i.large, m6i.xlarge, m6i.2xlarge.
    #[serde(default = "default_types")]
    #[schemars(length(max = 10), inner(length(max = 32)), transform = each(&[
        (matches("^[a-z][a-z0-9-]*[.][a-z0-9-]+$"), "nodes.instanceTypes must hold EC2 instance types, such as m6i.large"),
        ("!self.matches('^t[0-9]')".into(), "nodes.instanceTypes must not hold burstable types (t2, t3, t4g): their share of a core ends without notice; write one such as m6i.large"),
    ]))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1").message("nodes.instanceTypes must hold at least one type, such as m6i.large; leave it out for the default"),
        validation = Rule::new(NO_DUPLICATES).message("nodes.instanceTypes must not name a type twice: remove one")
    )]
    pub instance_types: Vec<String>,
    /// The most instances at a time, 0 to 100. Default 4. With 0 none is launched, and those that are idle go.
    #[serde(default = "default_max")]
    #[x_kube(validation = Rule::new("self >= 0 && self <= 100").message("nodes.max must be 0 to 100 instances; leave it out for the default of 4"))]
    pub max: i32,
    /// Seconds without a pod after which an instance is ended, 10 to 86400. Default 300.
    #[serde(default = "default_idle")]
    #[x_kube(validation = Rule::new("self >= 10 && self <= 86400").message("nodes.idleSeconds must be 10 to 86400; leave it out for the default of 300"))]
    pub idle_seconds: i32,
    /// Size of the root volume in GiB, 20 to 16384. Default 80. It is encrypted with the tenant's key.
    #[serde(default = "default_volume", rename = "rootVolumeGiB")]
    #[x_kube(validation = Rule::new("self >= 20 && self <= 16384").message("nodes.rootVolumeGiB must be 20 to 16384, EBS's most for gp3; leave it out for the default of 80"))]
    pub root_volume_gib: i32,
    /// Hours after which an instance is replaced, between runs, so that it gets patches: 24 to 2160. Default 336.
    #[serde(default = "default_expiry")]
    #[x_kube(validation = Rule::new("self >= 24 && self <= 2160").message("nodes.expireAfterHours must be 24 to 2160, a quarter of a year (45 CFR 164.308(a)(5)(ii)(B)); leave it out for the default of 336"))]
    pub expire_after_hours: i32,
}

impl Default for Nodes {
    fn default() -> Self {
        Self {
            tenancy: Tenancy::default(),
            instance_types: default_types(),
            max: default_max(),
            idle_seconds: default_idle(),
            root_volume_gib: default_volume(),
            expire_after_hours: default_expiry(),
        }
    }
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Tenancy {
    #[default]
    DedicatedInstance,
    DedicatedHost,
}

impl Tenancy {
    /// EC2's own word.
    #[must_use]
    pub fn ec2(self) -> &'static str {
        match self {
            Self::DedicatedInstance => "dedicated",
            Self::DedicatedHost => "host",
        }
    }

    /// What it separates from whom, for people.
    #[must_use]
    pub fn isolation(self) -> &'static str {
        match self {
            Self::DedicatedInstance => {
                "dedicated instances: hardware is shared with no other AWS account, but may be with another \
                 client in the same account"
            }
            Self::DedicatedHost => {
                "dedicated hosts: each server runs this tenant's instances only, as proven from its list of instances"
            }
        }
    }
}

fn default_types() -> Vec<String> {
    ["m6i.large", "m6i.xlarge", "m6i.2xlarge"].map(String::from).to_vec()
}

fn default_max() -> i32 {
    4
}

fn default_idle() -> i32 {
    300
}

fn default_volume() -> i32 {
    80
}

fn default_expiry() -> i32 {
    336
}

/// What the nodes of all tenants are made from. Without it no tenant may ask for nodes.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSource {
    /// The machine image: Amazon EKS's for Amazon Linux 2023, whose nodeadm reads the user data. Nodes of another
    /// image are replaced between runs.
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new(matches_id("ami")).message("nodes.imageId must be the id of a machine image, such as ami-0123456789abcdef0"))]
    pub image_id: String,
    pub cluster: ClusterAccess,
    /// Where this cluster runs Karpenter, it launches and ends the nodes instead: `cloister karpenter TENANT` prints
    /// what it needs. Nodes take pods only once proven, all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub karpenter: Option<Karpenter>,
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Karpenter {
    /// The role of Karpenter's controller in the Environment's account. Tenants' keys let it encrypt volumes.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(ROLE_ARN)).message("nodes.karpenter.roleArn must be the ARN of the IAM role of Karpenter's controller, such as arn:aws:iam::222222222222:role/KarpenterController"))]
    pub role_arn: String,
}

/// How a node finds this Kubernetes cluster; what `aws eks describe-cluster` says of it. Nothing of it is secret.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterAccess {
    #[schemars(length(max = 100))]
    #[x_kube(validation = Rule::new(matches("^[0-9A-Za-z][A-Za-z0-9_-]*$")).message("nodes.cluster.name must be the cluster's name in EKS: letters, digits, hyphens and underscores, such as platform"))]
    pub name: String,
    #[schemars(length(max = 255))]
    #[x_kube(validation = Rule::new(matches("^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")).message("nodes.cluster.apiServerEndpoint must be the https URL of the API server, such as https://ABCDEF.gr7.us-east-1.eks.amazonaws.com"))]
    pub api_server_endpoint: String,
    /// The certificate of the API server's authority: PEM, in base64.
    #[schemars(length(max = 8192))]
    #[x_kube(validation = Rule::new(matches("^LS0t[A-Za-z0-9+/]+={0,2}$")).message("nodes.cluster.certificateAuthority must be a PEM certificate in base64, as certificateAuthority.data of aws eks describe-cluster: it begins with LS0t"))]
    pub certificate_authority: String,
    /// The cluster's range of service addresses.
    #[schemars(length(max = 43))]
    #[x_kube(validation = Rule::new("isCIDR(self)").message("nodes.cluster.cidr must be the range of service addresses, such as 10.100.0.0/16"))]
    pub cidr: String,
}

/// The pool's part of a tenant's status, written by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodesStatus {
    /// What separates the nodes from whom, in words.
    pub isolation: String,
    /// Instances that are not ended yet.
    pub instances: i32,
    /// Nodes whose instance was proven to be as declared, and that take pods.
    pub proven: i32,
    /// Instances that are on their way to it.
    pub launching: i32,
    /// Nodes that take no more pods and go when their last pod has ended.
    pub draining: i32,
    /// Pods that wait for a node.
    pub waiting_pods: i32,
    /// What keeps pods waiting, or is wrong otherwise; empty where nothing is.
    #[serde(default)]
    pub message: String,
    /// Dedicated Hosts, each with how many instances of this tenant and of others are on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<HostStatus>,
    /// Launches that were sent, or are about to be, and have not been seen in EC2. Each is sent again as it was
    /// until it is: it carries a token, so that it never makes a second instance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub launches: Vec<LaunchIntent>,
    /// `Launching`: False while AWS ends or refuses instances, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HostStatus {
    pub id: String,
    pub instances: i32,
    /// Instances that are not this tenant's; 0 is what was paid for.
    pub strangers: i32,
}

/// One call of RunInstances or AllocateHosts, in full.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LaunchIntent {
    /// The token that makes it one, however often it is sent.
    pub token: String,
    #[serde(rename = "type")]
    pub type_: String,
    /// Of an instance; empty for a host.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subnet: String,
    /// Of a host; empty for an instance.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zone: String,
    /// The Dedicated Host that the instance is to be on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The version of the launch template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// UID of the pod that asked for it.
    pub pod: String,
    /// RFC 3339, seconds.
    pub since: String,
}
