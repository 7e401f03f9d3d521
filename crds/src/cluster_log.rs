//! Where the API server of the Kubernetes cluster writes who asked what of it.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{ROLE_ARN, matches};

/// The audit log of the Kubernetes API server, as whoever runs the cluster ships it to CloudWatch Logs (45 CFR 164.312(b)).
/// Cloister looks at it for the evidence, and changes nothing of it.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KubernetesAudit {
    /// Name of the log group, in the Environment's region. EKS writes into `/aws/eks/NAME/cluster`.
    #[schemars(length(max = 512))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9._/#-]{1,512}$')")
        .message("audit.kubernetes.logGroup must be the name of a CloudWatch log group and not its ARN, such as /aws/eks/platform/cluster"))]
    pub log_group: String,
    /// What the names of its streams begin with that hold the audit log: `kube-apiserver-audit` by default, as EKS names them.
    #[serde(default = "default_stream_prefix")]
    #[schemars(length(max = 512))]
    #[x_kube(validation = Rule::new("self.matches('^[^:*]{1,512}$')")
        .message("audit.kubernetes.streamPrefix must be 1 to 512 characters without : and *, such as kube-apiserver-audit"))]
    pub stream_prefix: String,
    /// A role in the account of the log group that the operator assumes to look at it, with the Environment's `externalId`.
    /// Without it the log group is in the Environment's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(ROLE_ARN))
        .message("audit.kubernetes.roleArn must be the ARN of an IAM role, such as arn:aws:iam::111111111111:role/CloisterClusterLog"))]
    pub role_arn: Option<String>,
}

fn default_stream_prefix() -> String {
    "kube-apiserver-audit".into()
}
