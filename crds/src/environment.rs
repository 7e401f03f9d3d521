//! `Environment`: one AWS account in which tenants live.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bucket::DeletionPolicy;
use crate::cluster_log::KubernetesAudit;
use crate::events::{Events, Hearing};
use crate::evidence::{EvidenceSchedule, EvidenceStatus};
use crate::guardrails::Guardrails;
use crate::nodes::NodeSource;
use crate::people::People;
use crate::provider::IdentityProvider;
use crate::rules::{
    LABEL, NO_DUPLICATES, REGION, ROLE_ARN, each, matches, matches_id, partition, same_partition,
};
use crate::status::CommonStatus;
use crate::warehouse::WarehouseCluster;

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
    validation = Rule::new(format!("self.metadata.name.matches('{LABEL}') && self.metadata.name.size() <= 32"))
        .message("metadata.name must be at most 32 lower-case letters, digits and hyphens, such as production"),
    validation = Rule::new("!has(oldSelf.spec.warehouse) || has(self.spec.warehouse)")
        .message("warehouse cannot be removed, for tenants may be in it, and databases that tenants left: put it back, or delete the tenants and then the Environment")
        .field_path(".spec.warehouse"),
    cel
)]
#[x_kube(
    validation = Rule::new("!self.accountId.matches('^[0-9]{12}$') || !self.roleArn.startsWith('arn:') || self.roleArn.contains(':' + self.accountId + ':')")
        .message("roleArn must be a role of accountId: write arn:aws:iam::ACCOUNT_ID:role/NAME with the same account id")
        .field_path(".roleArn"),
    validation = Rule::new(same_partition("self.roleArn"))
        .message("roleArn must lie in the partition of region: begin it with arn:aws-us-gov: in us-gov regions, arn:aws-cn: in cn regions and arn:aws: elsewhere")
        .field_path(".roleArn"),
    validation = Rule::new(same_partition("self.uploadPrincipal"))
        .message("uploadPrincipal must lie in the partition of region, for no role can be assumed across partitions: begin it with arn:aws-us-gov: in us-gov regions, arn:aws-cn: in cn regions and arn:aws: elsewhere")
        .field_path(".uploadPrincipal"),
    validation = Rule::new(format!("!has(self.recoveryRegion) || {} == {}", partition("self.recoveryRegion"), partition("self.region")))
        .message("recoveryRegion must lie in the partition of region, for nothing is copied across partitions: choose one that begins alike, such as us-west-2 for us-east-1")
        .field_path(".recoveryRegion"),
    validation = Rule::new(format!("!has(self.adopt) || self.adopt.all(a, a == 's3-bucket/cloister-logs-' + self.accountId + '-' + self.region || a == 'audit-bucket/' + self.audit.bucket || {})", matches_adoptable("a")))
        .message("adopt may name only the log bucket and what records calls: write s3-bucket/cloister-logs-ACCOUNT_ID-REGION, audit-bucket/BUCKET, audit-key/alias/cloister/environment/NAME/audit or trail/cloister-NAME")
        .field_path(".adopt"),
    validation = Rule::new("!has(self.audit.roleArn) || !self.audit.roleArn.startsWith('arn:') || self.audit.roleArn.contains(':' + self.audit.accountId + ':')")
        .message("audit.roleArn must be a role of audit.accountId: write arn:aws:iam::ACCOUNT_ID:role/NAME with the same account id")
        .field_path(".audit.roleArn"),
    validation = Rule::new(format!("!has(self.audit.roleArn) || {}", same_partition("self.audit.roleArn")))
        .message("audit.roleArn must lie in the partition of region: begin it with arn:aws-us-gov: in us-gov regions, arn:aws-cn: in cn regions and arn:aws: elsewhere")
        .field_path(".audit.roleArn"),
    validation = Rule::new(format!("!has(self.audit.alarmTopicArn) || self.audit.alarmTopicArn.startsWith('arn:' + {} + ':sns:' + self.region + ':' + self.accountId + ':')", partition("self.region")))
        .message("audit.alarmTopicArn must be a topic of accountId and region, for alarms reach no other: write arn:aws:sns:REGION:ACCOUNT_ID:NAME with the same region and account id")
        .field_path(".audit.alarmTopicArn"),
    validation = Rule::new(format!("!has(self.audit.kubernetes) || !has(self.audit.kubernetes.roleArn) || {}", same_partition("self.audit.kubernetes.roleArn")))
        .message("audit.kubernetes.roleArn must lie in the partition of region: begin it with arn:aws-us-gov: in us-gov regions, arn:aws-cn: in cn regions and arn:aws: elsewhere")
        .field_path(".audit.kubernetes.roleArn"),
    validation = Rule::new("!has(self.warehouse) || has(self.recoveryRegion)")
        .message("warehouse needs a second region for the copies of its snapshots (45 CFR 164.308(a)(7)(ii)(A)): set recoveryRegion, such as us-west-2")
        .field_path(".recoveryRegion"),
    validation = Rule::new("!has(self.recoveryRegion) || self.recoveryRegion != self.region")
        .message("recoveryRegion must be another region than region, or a loss of the region loses both copies: name one such as us-west-2, or leave it out")
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
    #[x_kube(validation = Rule::new(matches(ROLE_ARN))
        .message("roleArn must be the ARN of an IAM role, such as arn:aws:iam::222222222222:role/CloisterProvisioner"))]
    pub role_arn: String,
    /// The ExternalId that the role's trust policy demands, 8-128 characters.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9_+=,.@:/-]{8,128}$')")
        .message("externalId must be 8 to 128 letters, digits and _+=,.@:/- such as cloister-production: it guards against the confused deputy"))]
    pub external_id: String,
    /// AWS region of all resources. Immutable.
    #[schemars(length(max = 24))]
    #[x_kube(
        validation = Rule::new(matches(REGION)).message("region must be an AWS region name, such as us-east-1"),
        validation = Rule::new("self == oldSelf").message("region is immutable: buckets and keys cannot move; make a new Environment")
    )]
    pub region: String,
    /// Region of the second copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 24))]
    #[x_kube(validation = Rule::new(matches(REGION)).message("recoveryRegion must be an AWS region name, such as us-west-2"))]
    pub recovery_region: Option<String>,
    pub network: Network,
    /// Who may take on the tenants' uploader roles: the ARN of the upload API's role in the login account.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(ROLE_ARN))
        .message("uploadPrincipal must be the ARN of the upload API's IAM role in the login account, such as arn:aws:iam::111111111111:role/cloister-upload"))]
    pub upload_principal: String,
    /// The cluster's OIDC issuer, for web identity of ServiceAccounts (IRSA). An https URL.
    #[schemars(length(max = 255))]
    #[x_kube(validation = Rule::new("self.matches('^https://[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$')")
        .message("workloadIssuer must be the https URL of the cluster's OIDC issuer, without port or query, such as https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"))]
    pub workload_issuer: String,
    pub audit: Audit,
    /// Roles for people. Without it others make those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
    /// Settings of the account itself that are kept safe.
    #[serde(default)]
    pub guardrails: Guardrails,
    /// How drift is found in seconds: CloudTrail's events, heard through EventBridge. Without it every object is
    /// looked at by sweep alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Events>,
    /// Whose users sign in at tenants' applications. Without it no tenant may have an `AnalyticsApp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<IdentityProvider>,
    /// What tenants' worker nodes are made from. Without it no tenant may ask for nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<NodeSource>,
    /// How long S3 access logs are kept, in days. Default 2192 (six years, 45 CFR 164.316(b)(2)(i)).
    #[serde(default = "default_log_retention")]
    #[x_kube(validation = Rule::new("self >= 2192 && self <= 36500")
        .message("logRetentionDays must be 2192 to 36500: 45 CFR 164.316(b)(2)(i) asks for six years; leave it out for the default of 2192"))]
    pub log_retention_days: i32,
    /// A Redshift cluster for the tenants of this account whose `warehouse` is `shared: true`, each in a database of its
    /// own. Encrypted with a key of the Environment's, so what is in it is not under the tenants' own keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseCluster>,
    /// What becomes of the shared warehouse when the Environment is deleted: `Retain` (default), or `Delete`, which leaves
    /// a final snapshot with all that tenants left in it. Its keys and the log bucket stay in any case.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
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
    #[x_kube(validation = Rule::new(matches_id("vpc")).message("vpcId must be the id of a VPC, such as vpc-0123456789abcdef0"))]
    pub vpc_id: String,
    /// Private subnets in at least two availability zones.
    #[schemars(length(max = 12), inner(length(max = 32)), transform = each(&[
        (matches_id("subnet"), "subnetIds must hold ids of subnets, such as subnet-0123456789abcdef0"),
    ]))]
    #[x_kube(
        validation = Rule::new("self.size() >= 2").message("subnetIds must name at least two private subnets in different availability zones, such as [subnet-0123456789abcdef0, subnet-0123456789abcdef1]"),
        validation = Rule::new(NO_DUPLICATES).message("subnetIds must not name a subnet twice: remove one")
    )]
    pub subnet_ids: Vec<String>,
    #[schemars(length(max = 5), inner(length(max = 32)), transform = each(&[
        (matches_id("sg"), "securityGroupIds must hold ids of security groups, such as sg-0123456789abcdef0"),
    ]))]
    #[x_kube(
        validation = Rule::new("self.size() >= 1").message("securityGroupIds must name at least one security group, such as sg-0123456789abcdef0"),
        validation = Rule::new(NO_DUPLICATES).message("securityGroupIds must not name a security group twice: remove one")
    )]
    pub security_group_ids: Vec<String>,
    /// Address ranges that tenants may reach on ports 443 and 5439: where the VPC's interface endpoints are.
    /// Default: the private ranges of RFC 1918. Add S3's prefix list where a gateway endpoint is used.
    #[serde(default = "default_endpoint_cidrs")]
    #[schemars(length(max = 32), inner(length(max = 43)), transform = each(&[
        ("isCIDR(self)".into(), "endpointCidrs must hold address ranges, such as 10.0.0.0/16"),
        ("!isCIDR(self) || cidr(self) == cidr(self).masked()".into(),
            "endpointCidrs must begin at the first address of a range: write 10.0.0.0/16, not 10.0.0.1/16"),
        ("!isCIDR(self) || cidr(self).prefixLength() >= (cidr(self).ip().family() == 4 ? 8 : 32)".into(),
            "endpointCidrs must not be wider than /8, or /32 of IPv6: name the ranges of the VPC's endpoints, such as 10.0.0.0/16"),
        (NO_METADATA.into(), "endpointCidrs must not reach the instance metadata service (169.254.0.0/16, fd00:ec2::/32), which hands out the node's credentials: name the ranges of the VPC's endpoints, such as 10.0.0.0/16"),
    ]))]
    #[x_kube(validation = Rule::new("self.size() >= 1")
        .message("endpointCidrs must hold at least one address range, such as 10.0.0.0/16; leave it out for those of RFC 1918"))]
    pub endpoint_cidrs: Vec<String>,
}

/// IMDS, and the credential endpoints of ECS and EKS Pod Identity.
const NO_METADATA: &str = "!isCIDR(self) || ['169.254.0.0/16', 'fd00:ec2::/32'].all(m, !cidr(m).containsCIDR(cidr(self)) && !cidr(self).containsCIDR(cidr(m)))";

fn default_endpoint_cidrs() -> Vec<String> {
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(String::from).to_vec()
}

/// The central audit account. With `roleArn` and `externalId`, Cloister keeps the bucket there, write-once for six years,
/// and a CloudTrail of the Environment's account that records into it; without them it leaves both to others.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.roleArn) == has(self.externalId)")
    .message("audit.roleArn and audit.externalId belong together: set both, and Cloister keeps the trail and its bucket, or neither"))]
#[x_kube(validation = Rule::new("!has(self.alarmTopicArn) || has(self.roleArn)")
    .message("audit.alarmTopicArn needs the trail that its alarms watch: set audit.roleArn and audit.externalId, or leave it out"))]
#[x_kube(validation = Rule::new("!has(self.evidence) || self.evidence == 'Never' || has(self.roleArn)")
    .message("audit.evidence needs the bucket that it is written into: set audit.roleArn and audit.externalId, or leave it out"))]
pub struct Audit {
    #[schemars(length(max = 12))]
    #[x_kube(validation = Rule::new("self.matches('^[0-9]{12}$')").message("audit.accountId must be 12 digits in quotes, such as \"444444444444\""))]
    pub account_id: String,
    /// In the Environment's region, where its trail's key is. Environments of one region may share it.
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$') && !self.contains('..')").message("audit.bucket must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, such as audit-444444444444"))]
    pub bucket: String,
    /// The role that the operator assumes in the audit account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(ROLE_ARN))
        .message("audit.roleArn must be the ARN of an IAM role, such as arn:aws:iam::444444444444:role/CloisterAudit"))]
    pub role_arn: Option<String>,
    /// The ExternalId that this role's trust policy demands, 8-128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^[A-Za-z0-9_+=,.@:/-]{8,128}$')")
        .message("audit.externalId must be 8 to 128 letters, digits and _+=,.@:/- such as cloister-audit: it guards against the confused deputy"))]
    pub external_id: Option<String>,
    /// The SNS topic that people hear alarms by, in the Environment's account and region; the topic itself is yours. With
    /// it Cloister keeps a metric filter and an alarm on the trail's log group for each item of CIS's list (45 CFR
    /// 164.308(a)(5)(ii)(C)). They stay, as the trail does, when it is taken away again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 320))]
    #[x_kube(validation = Rule::new("self.matches('^arn:aws(-us-gov|-cn)?:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$')")
        .message("audit.alarmTopicArn must be the ARN of an SNS topic, such as arn:aws:sns:us-east-1:222222222222:security-alarms"))]
    pub alarm_topic_arn: Option<String>,
    /// How often evidence of the Environment and of each of its tenants is written into the bucket, signed: `Daily`
    /// (default), `Weekly` (of the week that begins on Monday) or `Never`. Days are UTC's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceSchedule>,
    /// Where the audit log of the Kubernetes API server goes, so that the evidence shows it. Without it others answer for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<KubernetesAudit>,
}

impl Audit {
    /// Nothing is written where the bucket is others' to keep.
    #[must_use]
    pub fn evidence(&self) -> EvidenceSchedule {
        if self.role_arn.is_none() { EvidenceSchedule::Never } else { self.evidence.unwrap_or_default() }
    }
}

fn matches_adoptable(name: &str) -> String {
    format!(
        "{name}.matches('^(audit-key/alias/cloister/environment/[a-z0-9-]{{1,32}}/audit|trail/cloister-[a-z0-9-]{{1,32}})$')"
    )
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
    /// Tenants whose IAM role the shared warehouse can take for COPY. The others wait for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warehouse_tenants: Vec<String>,
    /// Whether events are heard; absent where none are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Hearing>,
    /// Its evidence in the audit bucket. It has a writer of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceStatus>,
    /// What the account lacks, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}
