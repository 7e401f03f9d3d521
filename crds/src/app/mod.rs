//! `AnalyticsApp`: an application that shows a tenant's data to the client's users, and the door in front of it.

mod exposure;
mod sessions;

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

pub use exposure::{CertificateIssuer, Exposure, Gateway, IssuerKind, LoadBalancer, Tls};
pub use sessions::{Sessions, SignIn};

use crate::bucket::DriftPolicy;
use crate::pipeline::{IMAGE, Resources};
use crate::rules::{LABEL, PRINTABLE, each, matches};
use crate::status::CommonStatus;

/// cloister-acme-app-node would be the role of the nodes of a tenant acme-app, too.
const OF_OTHERS: &str = "(^|-)((app|door)-|(boundary|copies|etl|node|uploader|warehouse)$)";

/// An application that shows a tenant's data to the client's users. Lives in the tenant's namespace.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "AnalyticsApp",
    namespaced,
    status = "AnalyticsAppStatus",
    derive = "PartialEq",
    shortname = "app",
    category = "cloister",
    doc = "An application that shows a tenant's data to the client's users. Lives in the tenant's namespace.",
    printcolumn(name = "Host", type_ = "string", json_path = ".spec.host"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.readyReplicas"),
    printcolumn(name = "Drift", type_ = "integer", json_path = ".status.drift"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new(format!("self.metadata.name.matches('{LABEL}') && self.metadata.name.size() <= 19"))
        .message("metadata.name must be at most 19 lower-case letters, digits and hyphens, such as claims: it becomes part of the names of IAM roles"),
    validation = Rule::new(format!("!self.metadata.name.matches('{OF_OTHERS}')"))
        .message("metadata.name must not hold app- or door-, nor end with boundary, copies, etl, node, uploader or warehouse: the IAM role would be called as one of another tenant may be; write one such as claims"),
    cel
)]
pub struct AnalyticsAppSpec {
    /// The application's image, by digest: what showed the data must be known later.
    #[schemars(length(max = 512))]
    #[x_kube(validation = Rule::new(matches(IMAGE))
        .message("image must name its digest, so that nobody can change what runs: write one such as registry.example/claims-dashboard@sha256:0123…, as docker buildx imagetools inspect shows it"))]
    pub image: String,
    /// In place of the image's own entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 256)))]
    pub command: Vec<String>,
    /// Where the application listens on 127.0.0.1. Left out: on the Unix socket that `CLOISTER_APP_SOCKET` names, which
    /// nothing outside the pod can reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 1024 && self <= 65535 && !(self in [8443, 9090])")
        .message("port must be 1024 to 65535 and neither 8443 nor 9090, which are the door's: write one such as 8080, or leave it out for a Unix socket"))]
    pub port: Option<i32>,
    /// What the application answers with 200 once it can serve. Default `/healthz`.
    #[serde(default = "default_health")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches("^/[A-Za-z0-9._/-]*$")).message("healthPath must be a path of letters, digits and ._/-, such as /healthz"))]
    pub health_path: String,
    /// The name that users type; the certificate must be for it.
    #[schemars(length(max = 253))]
    #[x_kube(validation = Rule::new(matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$"))
        .message("host must be a DNS name in lower case, without scheme or port, such as claims.acme.example"))]
    pub host: String,
    /// Who may use it: those whose ID token names one of the groups.
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new("self.size() >= 1").message("users must hold at least one group, such as [{group: acme-analysts}]: an application for nobody needs no AnalyticsApp"))]
    pub users: Vec<AppUsers>,
    pub sign_in: SignIn,
    #[serde(default)]
    pub sessions: Sessions,
    pub tls: Tls,
    pub exposure: Exposure,
    /// What it may read. Left out: it is told of no warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<AppData>,
    /// Paths whose words may stand in the access log, with `:name` for what varies, such as `/claims/:id`. Segments of
    /// other paths, and what a `:name` stands for, are written as pseudonyms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200), inner(length(max = 256)), transform = each(&[(
        matches("^/([a-z0-9._-]+|:[a-z][a-z0-9_]*)?(/([a-z0-9._-]+|:[a-z][a-z0-9_]*))*$"),
        "routes must be paths of lower-case words and :names, such as /claims/:id",
    )]), extend("x-kubernetes-list-type" = "set"))]
    pub routes: Vec<String>,
    #[serde(default)]
    pub replicas: Replicas,
    /// Of the application's container. The door has its own.
    #[serde(default)]
    pub resources: Resources,
    /// Default: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_policy: Option<DriftPolicy>,
    /// Change nothing while true; status goes on saying what is different.
    #[serde(default)]
    pub paused: bool,
}

fn default_health() -> String {
    "/healthz".into()
}

/// Those whose ID token names the group.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppUsers {
    /// As the organisation's identity provider writes it into tokens. 1 to 128 characters.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(format!("{} && self.trim() == self", matches(PRINTABLE)))
        .message("group must be a group of your identity provider, such as acme-analysts: 1 to 128 printable characters without leading or trailing space"))]
    pub group: String,
}

/// A role of a `RedshiftSchema` that only reads. Its `members` must name the application's IAM role,
/// `IAMR:cloister-TENANT-app-NAME`.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppData {
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("schema must be the name of a RedshiftSchema of this tenant, such as claims"))]
    pub schema: String,
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches("^[a-z][a-z0-9_-]*$")).message("role must be the name of a role of the RedshiftSchema, such as analyst"))]
    pub role: String,
}

/// Pods that serve. More than `min` where the processor is busy.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.max) || self.max >= self.min")
    .message("max must not be less than min: raise it, or leave it out").field_path(".max"))]
pub struct Replicas {
    /// Default 2, so that a node can go.
    #[serde(default = "default_min")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 20").message("min must be 1 to 20; leave it out for the default of 2"))]
    pub min: i32,
    /// Left out: always `min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 50").message("max must be 1 to 50; leave it out for always min"))]
    pub max: Option<i32>,
    /// Percent of the requested processor time at which there are more. Default 70.
    #[serde(default = "default_target")]
    #[x_kube(validation = Rule::new("self >= 10 && self <= 95").message("targetCpuPercent must be 10 to 95; leave it out for the default of 70"))]
    pub target_cpu_percent: i32,
}

impl Default for Replicas {
    fn default() -> Self {
        Self { min: default_min(), max: None, target_cpu_percent: default_target() }
    }
}

fn default_min() -> i32 {
    2
}

fn default_target() -> i32 {
    70
}

/// An `AnalyticsApp` written inside its tenant.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineApp {
    /// Becomes the name of the `AnalyticsApp` object.
    #[schemars(length(max = 19))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be at most 19 lower-case letters, digits and hyphens, such as claims"),
        validation = Rule::new(format!("!self.matches('{OF_OTHERS}')"))
            .message("name must not hold app- or door-, nor end with boundary, copies, etl, node, uploader or warehouse: the IAM role would be called as one of another tenant may be; write one such as claims"))]
    pub name: String,
    #[serde(flatten)]
    pub spec: AnalyticsAppSpec,
}

#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnalyticsAppStatus {
    #[serde(flatten)]
    pub common: CommonStatus,
    /// Where it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_replicas: Option<i32>,
    /// The door's image, as the operator was told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door_image: Option<String>,
}
