//! `Environment`: one AWS account in which tenants live.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::CommonStatus;

/// One AWS account in which tenants live, and how the operator gets into it. Cluster-scoped.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "Environment",
    status = "EnvironmentStatus",
    derive = "PartialEq",
    shortname = "env",
    category = "cloister",
    doc = "One AWS account in which tenants live, and how the operator gets into it.",
    printcolumn(name = "Account", type_ = "string", json_path = ".spec.accountId"),
    printcolumn(name = "Region", type_ = "string", json_path = ".spec.region"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Drift", type_ = "integer", json_path = ".status.drift"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new("self.metadata.name.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$') && self.metadata.name.size() <= 32")
        .message("metadata.name must be at most 32 lower-case letters, digits and hyphens, such as production"),
    cel
)]
#[x_kube(
    validation = Rule::new("self.roleArn.split(':').size() == 6 && self.roleArn.split(':')[4] == self.accountId")
        .message("roleArn must be a role of accountId: write arn:aws:iam::ACCOUNT_ID:role/NAME with the same account id")
        .field_path(".roleArn"),
    validation = Rule::new("!has(self.recoveryRegion) || self.recoveryRegion != self.region")
        .message("recoveryRegion must be another region than region, or a loss of the region loses both copies")
        .field_path(".recoveryRegion")
)]
pub struct EnvironmentSpec {
    /// AWS account id, 12 digits. Immutable.
    #[schemars(length(max = 12))]
    #[x_kube(
        validation = Rule::new("self.matches('^[0-9]{12}$')").message("accountId must be 12 digits in quotes, such as \"222222222222\""),
        validation = Rule::new("self == oldSelf").message("accountId is immutable: tenants cannot move between accounts; make a new Environment")
    )]
    pub account_id: String,
    /// The role that the operator assumes in this account.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^arn:aws(-us-gov|-cn)?:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$')")
        .message("roleArn must be the ARN of an IAM role, such as arn:aws:iam::222222222222:role/CloisterProvisioner"))]
    pub role_arn: String,
    /// The ExternalId that the role's trust policy demands, 8-128 characters.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9+=,.@:/-]{8,128}$')")
        .message("externalId must be 8 to 128 of letters, digits and +=,.@:/- : it guards against the confused deputy"))]
    pub external_id: String,
    /// AWS region of all resources. Immutable.
    #[schemars(length(max = 24))]
    #[x_kube(
        validation = Rule::new("self.matches('^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-[0-9]$')").message("region must be an AWS region name, such as us-east-1"),
        validation = Rule::new("self == oldSelf").message("region is immutable: buckets and keys cannot move; make a new Environment")
    )]
    pub region: String,
    /// Region of the second copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 24))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-[0-9]$')").message("recoveryRegion must be an AWS region name, such as us-west-2"))]
    pub recovery_region: Option<String>,
    pub network: Network,
    /// Who may take on the tenants' uploader roles: the ARN of the upload API's role in the login account.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^arn:aws(-us-gov|-cn)?:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$')")
        .message("uploadPrincipal must be the ARN of the upload API's IAM role in the login account"))]
    pub upload_principal: String,
    /// The cluster's OIDC issuer, for web identity of ServiceAccounts (IRSA). An https URL.
    #[schemars(length(max = 255))]
    #[x_kube(validation = Rule::new("self.matches('^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*)?$')")
        .message("workloadIssuer must be the https URL of the cluster's OIDC issuer, without a query"))]
    pub workload_issuer: String,
    pub audit: Audit,
    /// How long S3 access logs are kept, in days. Default 2192 (six years, 45 CFR 164.316(b)(2)(i)).
    #[serde(default = "default_log_retention")]
    #[x_kube(validation = Rule::new("self >= 2192 && self <= 36500")
        .message("logRetentionDays must be 2192 to 36500: 45 CFR 164.316(b)(2)(i) asks for six years"))]
    pub log_retention_days: i32,
    /// Names of existing resources that may be taken over, such as `s3-bucket/cloister-logs-222222222222-us-east-1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 128)))]
    pub adopt: Vec<String>,
}

/// Where workers run.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new("self.matches('^vpc-[0-9a-f]{8,17}$')").message("vpcId must look like vpc-0123456789abcdef0"))]
    pub vpc_id: String,
    /// Private subnets in at least two availability zones.
    #[schemars(length(max = 12), inner(length(max = 32)))]
    #[x_kube(
        validation = Rule::new("self.size() >= 2").message("subnetIds must name at least two private subnets in different availability zones"),
        validation = Rule::new("self.all(s, s.matches('^subnet-[0-9a-f]{8,17}$'))").message("subnetIds must each look like subnet-0123456789abcdef0"),
        validation = Rule::new("self.all(s, self.exists_one(t, t == s))").message("subnetIds must not name a subnet twice")
    )]
    pub subnet_ids: Vec<String>,
    #[schemars(length(max = 5), inner(length(max = 32)))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1").message("securityGroupIds must name at least one security group"),
        validation = Rule::new("self.all(s, s.matches('^sg-[0-9a-f]{8,17}$'))").message("securityGroupIds must each look like sg-0123456789abcdef0")
    )]
    pub security_group_ids: Vec<String>,
    /// Address ranges that tenants may reach on ports 443 and 5439: where the VPC's interface endpoints are.
    /// Default: the private ranges of RFC 1918. Add S3's prefix list where a gateway endpoint is used.
    #[serde(default = "default_endpoint_cidrs")]
    #[schemars(length(max = 32), inner(length(max = 43)))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1 && self.all(c, isCIDR(c))").message("endpointCidrs must hold at least one address range, such as 10.0.0.0/16"),
        validation = Rule::new("!self.exists(c, isCIDR(c) && cidr(c).containsIP('169.254.169.254'))").message("endpointCidrs must not reach the instance metadata service at 169.254.169.254: it hands out the node's credentials")
    )]
    pub endpoint_cidrs: Vec<String>,
}

fn default_endpoint_cidrs() -> Vec<String> {
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(String::from).to_vec()
}

/// The central audit account. Its delivery is set up with the account guardrails.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    #[schemars(length(max = 12))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{12}$')").message("audit.accountId must be 12 digits in quotes"))]
    pub account_id: String,
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$')").message("audit.bucket must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"))]
    pub bucket: String,
}

fn default_log_retention() -> i32 {
    2192
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    /// The bucket that receives the S3 access logs of all tenants of this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_bucket: Option<String>,
    /// The session that the operator holds in the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed_role: Option<String>,
    /// What the account lacks, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}
