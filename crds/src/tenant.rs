//! `ClientTenant`: one client, whole.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bucket::{DeletionPolicy, DriftPolicy, IngestBucketSpec};
use crate::status::CommonStatus;

/// One client: namespace and guards, key, roles and buckets. Cluster-scoped.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "ClientTenant",
    status = "ClientTenantStatus",
    derive = "PartialEq",
    shortname = "ct",
    category = "cloister",
    doc = "One client: namespace and guards, key, roles and buckets.",
    printcolumn(name = "Environment", type_ = "string", json_path = ".spec.environment"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Drift", type_ = "integer", json_path = ".status.drift"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new("self.metadata.name.matches('^[a-z]([a-z0-9-]*[a-z0-9])?$') && self.metadata.name.size() <= 30")
        .message("metadata.name must be at most 30 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen: it names the namespace, the roles and the buckets"),
    validation = Rule::new("!self.metadata.name.startsWith('kube-') && !(self.metadata.name in ['default', 'cloister-system', 'cloister'])")
        .message("metadata.name must not be a system namespace: the tenant's namespace has the same name"),
    cel
)]
pub struct ClientTenantSpec {
    /// Name of the `Environment` (AWS account) that the tenant lives in. Immutable.
    #[schemars(length(max = 32))]
    #[x_kube(
        validation = Rule::new("self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')").message("environment must be the name of an Environment, such as production"),
        validation = Rule::new("self == oldSelf").message("environment is immutable: data cannot move between accounts; make a new ClientTenant")
    )]
    pub environment: String,
    /// The client's name as people write it.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new("self.matches('^[^[:cntrl:]]+$') && self.trim() == self").message("displayName must be 1 to 128 printable characters without leading or trailing space"))]
    pub display_name: String,
    /// Whom to reach. A privacy officer is required (45 CFR 164.530(a)(1)).
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.exists(c, c.role == 'privacy-officer')")
        .message("contacts must name a privacy-officer: add {role: privacy-officer, email: ...} (45 CFR 164.530(a)(1))"))]
    pub contacts: Vec<Contact>,
    /// Kubernetes groups (of your identity provider) whose members operate this tenant's workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 128)))]
    #[x_kube(validation = Rule::new("self.all(g, g.size() > 0 && !g.startsWith('system:'))")
        .message("operators must be groups of your identity provider, not empty and not system: groups"))]
    pub operators: Vec<String>,
    #[serde(default)]
    pub quotas: Quotas,
    /// AWS services that the tenant's roles may call. Only HIPAA-eligible ones can be named.
    #[serde(default = "default_services")]
    #[schemars(length(max = 24), inner(length(max = 32)))]
    #[x_kube(
        validation = Rule::new("self.exists(s, s == 's3') && self.exists(s, s == 'kms')").message("services must include s3 and kms: nothing works without them"),
        validation = Rule::new("self.all(s, s in ['athena','cloudwatch','comprehendmedical','dynamodb','ec2','ecr','events','firehose','glue','kinesis','kms','lambda','logs','rds-data','redshift','redshift-data','s3','secretsmanager','sns','sqs','ssm','states','sts','textract'])")
            .message("services names one that is not HIPAA-eligible or not supported: No. Allowed are athena, cloudwatch, comprehendmedical, dynamodb, ec2, ecr, events, firehose, glue, kinesis, kms, lambda, logs, rds-data, redshift, redshift-data, s3, secretsmanager, sns, sqs, ssm, states, sts, textract"),
        validation = Rule::new("self.all(s, self.exists_one(t, t == s))").message("services must not name a service twice")
    )]
    pub services: Vec<String>,
    /// Where the client's files arrive. The same may be written as `IngestBucket` objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub ingest_buckets: Vec<InlineBucket>,
    /// What becomes of key and buckets when the tenant is deleted. Default `Retain`.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// What is done about differences that somebody else made. Default `Correct`.
    #[serde(default)]
    pub drift_policy: DriftPolicy,
    /// Change nothing while true; status goes on saying what is different.
    #[serde(default)]
    pub paused: bool,
    /// Ids of existing resources that may be taken over, as status names them: `kms-key/alias/cloister/acme-health`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 160)))]
    #[x_kube(validation = Rule::new("self.all(a, a.matches('^(kms-key/alias|iam-role)/.+$'))")
        .message("adopt must hold ids as status shows them, such as kms-key/alias/cloister/acme-health or iam-role/NAME"))]
    pub adopt: Vec<String>,
}

fn default_services() -> Vec<String> {
    ["s3", "kms", "sqs", "redshift-data", "logs", "sts"].map(String::from).to_vec()
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub role: ContactRole,
    #[schemars(length(max = 254))]
    #[x_kube(validation = Rule::new("self.matches('^[^@ ]+@[^@ ]+[.][^@ ]+$')").message("email must be an address, such as privacy@acme.example"))]
    pub email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContactRole {
    PrivacyOfficer,
    SecurityOfficer,
    Engineer,
    Billing,
}

/// What the tenant's namespace may use in all.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quotas {
    /// Cores, summed over all pods. Default 64.
    #[serde(default = "default_cpu")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("quotas.cpu must be 1 to 10000 cores"))]
    pub cpu: i32,
    /// GiB of memory, summed over all pods. Default 256.
    #[serde(default = "default_memory")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 100000").message("quotas.memoryGiB must be 1 to 100000"))]
    #[serde(rename = "memoryGiB")]
    pub memory_gib: i32,
    /// Pods. Default 100.
    #[serde(default = "default_pods")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("quotas.pods must be 1 to 10000"))]
    pub pods: i32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { cpu: default_cpu(), memory_gib: default_memory(), pods: default_pods() }
    }
}

fn default_cpu() -> i32 {
    64
}

fn default_memory() -> i32 {
    256
}

fn default_pods() -> i32 {
    100
}

/// An `IngestBucket` written inside its tenant.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineBucket {
    /// Becomes the name of the `IngestBucket` object.
    #[schemars(length(max = 20))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')").message("name must be at most 20 lower-case letters, digits and hyphens"))]
    pub name: String,
    #[serde(flatten)]
    pub spec: IngestBucketSpec,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientTenantStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    /// The tenant's namespace; it has the tenant's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The tenant's KMS key. Its buckets wait for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_arn: Option<String>,
}
