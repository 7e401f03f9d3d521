//! `ClientTenant`: one client, whole.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::InlineApp;
use crate::bucket::{Copies, DeletionPolicy, DriftPolicy, IngestBucketSpec, Lifecycle};
use crate::drill::DrillStatus;
use crate::evidence::EvidenceStatus;
use crate::nodes::{Nodes, NodesStatus};
use crate::offboarding::{Offboarding, OffboardingStatus};
use crate::pipeline::InlinePipeline;
use crate::rules::{LABEL, NO_DUPLICATES, PRINTABLE, RESERVED_BUCKET_START, each, matches};
use crate::schema::InlineSchema;
use crate::status::CommonStatus;
use crate::warehouse::{Warehouse, free};

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
        .message("metadata.name must be at most 30 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen: it names the namespace, the roles and the buckets; write one such as acme-health"),
    validation = Rule::new("!self.metadata.name.matches('^(default|(kube|cloister)(-.*)?)$')")
        .message("metadata.name must not be default or begin with kube or cloister, as system namespaces do: the tenant's namespace has the same name; write one such as acme-health"),
    validation = Rule::new(format!("!self.metadata.name.matches('{RESERVED_BUCKET_START}')"))
        .message("metadata.name must not begin with xn--, sthree- or amzn-s3-demo-: the tenant's buckets begin alike, and S3 reserves these; write one such as acme-health"),
    validation = Rule::new("!has(oldSelf.spec.warehouse) || has(self.spec.warehouse)")
        .message("warehouse cannot be removed: its data would have no owner; put it back, or delete the tenant")
        .field_path(".spec.warehouse"),
    validation = Rule::new("!has(oldSelf.spec.nodes) || has(self.spec.nodes)")
        .message("nodes cannot be removed while the tenant exists: pods may be on them; write nodes: {max: 0} to have none")
        .field_path(".spec.nodes"),
    validation = Rule::new(format!("!has(self.spec.warehouse) || has(self.spec.warehouse.database) || {}", free("self.metadata.name.replace('-', '_')")))
        .message("warehouse.database must be given where the tenant is called dev, padb-harvest, template0, template1, postgres or sys: it would be called so too, and these belong to Redshift; write one such as acme_health")
        .field_path(".spec.warehouse.database"),
    validation = Rule::new("!has(self.spec.schemas) || self.spec.schemas.size() == 0 || has(self.spec.warehouse)")
        .message("schemas need a warehouse to be in: add spec.warehouse, such as warehouse: {size: Small}")
        .field_path(".spec.schemas"),
    validation = Rule::new("!has(self.spec.adopt) || self.spec.adopt.all(a, a == 'kms-key/alias/cloister/' + self.metadata.name || a.startsWith('iam-role/cloister-' + self.metadata.name + '-') || a.startsWith('redshift-database/'))")
        .message("adopt must hold only this tenant's own ids as status shows them: write kms-key/alias/cloister/TENANT, iam-role/cloister-TENANT-PURPOSE or redshift-database/CLUSTER/DATABASE")
        .field_path(".spec.adopt"),
    validation = Rule::new("!has(self.spec.offboarding) || self.spec.offboarding.approval == self.metadata.name")
        .message("offboarding.approval must be the tenant's own name: all of its data is destroyed; write metadata.name there, or remove offboarding")
        .field_path(".spec.offboarding.approval"),
    validation = Rule::new("has(self.spec.offboarding) || !has(oldSelf.spec.offboarding) || !has(oldSelf.status) || !has(oldSelf.status.offboarding) || !(oldSelf.status.offboarding.stage in ['Destroying', 'Shredding', 'Destroyed'])")
        .message("offboarding cannot be removed any more: the destruction has begun; put it back")
        .field_path(".spec.offboarding"),
    cel
)]
pub struct ClientTenantSpec {
    /// Name of the `Environment` (AWS account) that the tenant lives in. Immutable.
    #[schemars(length(max = 32))]
    #[x_kube(
        validation = Rule::new(matches(LABEL)).message("environment must be the name of an Environment, such as production"),
        validation = Rule::new("self == oldSelf").message("environment is immutable: data cannot move between accounts; make a new ClientTenant")
    )]
    pub environment: String,
    /// The client's name as people write it.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(format!("{} && self.trim() == self", matches(PRINTABLE)))
        .message("displayName must be 1 to 128 printable characters without leading or trailing space, such as Acme Health"))]
    pub display_name: String,
    /// Whom to reach. A privacy officer is required (45 CFR 164.530(a)(1)).
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self.exists(c, c.role == 'privacy-officer')")
        .message("contacts must name a privacy-officer: add {role: privacy-officer, email: ...} (45 CFR 164.530(a)(1))"))]
    pub contacts: Vec<Contact>,
    /// Kubernetes groups (of your identity provider) whose members operate this tenant's workloads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 128)), transform = each(&[(
        format!("{} && self.trim() == self && !self.startsWith('system:')", matches(PRINTABLE)),
        "operators must hold groups of your identity provider, such as acme-operators: printable, without leading or trailing space, and none of Kubernetes' own that begin with system:",
    )]))]
    #[x_kube(validation = Rule::new(NO_DUPLICATES).message("operators must not name a group twice: remove one"))]
    pub operators: Vec<String>,
    #[serde(default)]
    pub quotas: Quotas,
    /// Days until objects are archived and removed, for buckets that do not say it themselves.
    #[serde(default)]
    pub retention: Lifecycle,
    /// Whether objects are copied to the Environment's `recoveryRegion`, for buckets that do not say it themselves.
    /// Default `None`.
    #[serde(default)]
    pub copies: Copies,
    /// AWS services that the tenant's roles may call. Only HIPAA-eligible ones can be named.
    #[serde(default = "default_services")]
    #[schemars(length(max = 24), inner(length(max = 32)), transform = each(&[(
        format!("self in [{}]", SERVICES.map(|s| format!("'{s}'")).join(", ")),
        &format!("No. services must hold AWS services that are HIPAA-eligible and supported: write only {}", SERVICES.join(", ")),
    )]))]
    #[x_kube(
        validation = Rule::new("self.exists(s, s == 's3') && self.exists(s, s == 'kms')").message("services must include s3 and kms, since nothing works without them: add them, or leave services out for the default"),
        validation = Rule::new(NO_DUPLICATES).message("services must not name a service twice: remove one")
    )]
    pub services: Vec<String>,
    /// Where the client's files arrive. The same may be written as `IngestBucket` objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub ingest_buckets: Vec<InlineBucket>,
    /// What is in the warehouse. The same may be written as `RedshiftSchema` objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub schemas: Vec<InlineSchema>,
    /// What loads the client's files. The same may be written as `EtlPipeline` objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub pipelines: Vec<InlinePipeline>,
    /// What shows the data to the client's users. The same may be written as `AnalyticsApp` objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub apps: Vec<InlineApp>,
    /// The client's Redshift cluster, or its database in the Environment's. It cannot be taken away again while the
    /// tenant exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<Warehouse>,
    /// The client's own worker nodes. They cannot be taken away again while the tenant exists; `max: 0` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Nodes>,
    /// What becomes of buckets and warehouse when the tenant is deleted. Default `Retain`. PHI is destroyed by
    /// `offboarding` alone.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// What is done about differences that somebody else made. Default `Correct`.
    #[serde(default)]
    pub drift_policy: DriftPolicy,
    /// Change nothing while true; status goes on saying what is different.
    #[serde(default)]
    pub paused: bool,
    /// The tenant leaves for good, and its data is destroyed after a waiting period, keys last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offboarding: Option<Offboarding>,
    /// Ids of existing resources that may be taken over, as status names them: `kms-key/alias/cloister/acme-health`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 6), inner(length(max = 160)), transform = each(&[(
        matches("^(kms-key/alias/cloister/[a-z0-9-]+|iam-role/cloister-[a-z0-9-]+|redshift-database/cloister-[a-z0-9-]+/[a-z0-9_]+)$"),
        "adopt must hold ids as status shows them, such as kms-key/alias/cloister/acme-health or iam-role/cloister-acme-health-etl",
    )]))]
    pub adopt: Vec<String>,
}

/// What `services` may hold: HIPAA-eligible and known to the roles' policies.
/// <https://aws.amazon.com/compliance/hipaa-eligible-services-reference/>
pub const SERVICES: [&str; 24] = [
    "athena",
    "cloudwatch",
    "comprehendmedical",
    "dynamodb",
    "ec2",
    "ecr",
    "events",
    "firehose",
    "glue",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "rds-data",
    "redshift",
    "redshift-data",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
    "textract",
];

fn default_services() -> Vec<String> {
    ["s3", "kms", "sqs", "redshift-data", "logs", "sts"].map(String::from).to_vec()
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub role: ContactRole,
    #[schemars(length(max = 254))]
    #[x_kube(validation = Rule::new("self.matches('^[^@\\\\s\\\\p{C}\\\\p{Z}]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[.])+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])$')").message("email must be an address, such as privacy@acme.example"))]
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
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("quotas.cpu must be 1 to 10000 cores; leave it out for the default of 64"))]
    pub cpu: i32,
    /// GiB of memory, summed over all pods. Default 256.
    #[serde(default = "default_memory")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 100000").message("quotas.memoryGiB must be 1 to 100000; leave it out for the default of 256"))]
    #[serde(rename = "memoryGiB")]
    pub memory_gib: i32,
    /// Pods. Default 100.
    #[serde(default = "default_pods")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 10000").message("quotas.pods must be 1 to 10000; leave it out for the default of 100"))]
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
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be at most 20 lower-case letters, digits and hyphens, such as landing"))]
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
    /// The pool of worker nodes. It has a writer of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<NodesStatus>,
    /// The last recovery drill. `cloister drill` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_drill: Option<DrillStatus>,
    /// Its evidence in the audit bucket. It has a writer of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceStatus>,
    /// How far the tenant's leaving has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offboarding: Option<OffboardingStatus>,
}
