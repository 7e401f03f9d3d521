//! `EtlPipeline`: what is run when files arrive or a time comes, and how.

mod policy;
mod status;
mod trigger;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use policy::{Backfill, Concurrency, Deadlines, History, Reprocess, Resources, Retries};
pub use status::{
    BackfillStatus, Coverage, EtlPipelineStatus, FileStatus, Handled, Interval, ListStatus, Outcome,
    RunCause, RunState, RunStatus, UpstreamStatus,
};
pub use trigger::{ArrivalTrigger, CatchUp, ScheduleTrigger, Trigger, UpstreamTrigger};

use crate::rules::{LABEL, PRINTABLE, matches};

/// One image by its digest: `registry.example/name@sha256:` and 64 hexadecimal digits.
pub(crate) const IMAGE: &str = "^[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$";
const PYTHON_NAME: &str = "[A-Za-z_][A-Za-z0-9_]*";

/// What is run when files arrive, a time comes, another pipeline is done, or somebody asks for it.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "cloister.dev",
    version = "v1alpha1",
    kind = "EtlPipeline",
    namespaced,
    status = "EtlPipelineStatus",
    derive = "PartialEq",
    shortname = "ep",
    category = "cloister",
    doc = "What is run when files arrive, a time comes, another pipeline is done, or somebody asks for it. Lives in the tenant's namespace.",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Active", type_ = "integer", json_path = ".status.active"),
    printcolumn(name = "Queued", type_ = "integer", json_path = ".status.queued"),
    printcolumn(name = "Last", type_ = "string", json_path = ".status.lastOutcome"),
    printcolumn(name = "Succeeded", type_ = "date", json_path = ".status.lastSuccess"),
    printcolumn(name = "Next", type_ = "string", json_path = ".status.next[0]"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message"),
    validation = Rule::new(format!("self.metadata.name.matches('{LABEL}') && self.metadata.name.size() <= 40"))
        .message("metadata.name must be at most 40 lower-case letters, digits and hyphens, such as load-claims: it becomes part of the names of Jobs"),
    cel
)]
#[x_kube(
    validation = Rule::new("has(self.workBucket) || (has(self.trigger) && has(self.trigger.arrival))")
        .message("workBucket must be given where no file's arrival starts the pipeline: name the IngestBucket in which runs keep what they work on, such as landing").field_path(".workBucket"),
    validation = Rule::new("!has(self.trigger) || !has(self.parameters) || self.parameters.all(p, has(p.default))")
        .message("parameters must have a default where trigger is given, since nobody is there to say a value: add default, or leave trigger out to run by hand only").field_path(".parameters"),
    validation = Rule::new("!has(self.trigger) || !has(self.trigger.arrival) || self.concurrency in ['Queue', 'Allow']")
        .message("concurrency must be Queue or Allow where files arrive: Forbid and Replace would leave files out").field_path(".concurrency"),
    validation = Rule::new("!has(self.maxActive) || self.concurrency == 'Allow'")
        .message("maxActive needs concurrency: Allow, since with the others one run is active at a time: set it, or leave maxActive out").field_path(".maxActive"),
    validation = Rule::new("!has(self.backfill) || (has(self.trigger) && has(self.trigger.schedule))")
        .message("backfill needs trigger.schedule, whose slots it runs again: remove it").field_path(".backfill")
)]
pub struct EtlPipelineSpec {
    /// What starts a run. Left out: only people do, by the annotation `cloister.dev/run-now`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The worker's image, by digest: what ran must be known later.
    #[schemars(length(max = 512))]
    #[x_kube(validation = Rule::new(matches(IMAGE))
        .message("image must name its digest, so that nobody can change what runs: write one such as registry.example/cloister-etl@sha256:0123…, as docker buildx imagetools inspect shows it"))]
    pub image: String,
    /// In place of the image's own entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(max = 256)))]
    pub command: Vec<String>,
    pub tasks: Tasks,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub parameters: Vec<Parameter>,
    /// Name of the `RedshiftSchema` that is loaded into. Left out: the worker is told of no warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("schema must be the name of a RedshiftSchema of this tenant, such as claims"))]
    pub schema: Option<String>,
    /// Name of the `IngestBucket` in which runs keep what they work on, under `_cloister/`. Default: the bucket of the arrivals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("workBucket must be the name of an IngestBucket of this tenant, such as landing"))]
    pub work_bucket: Option<String>,
    /// What happens when a run is due while another is active. Default `Queue`.
    #[serde(default)]
    pub concurrency: Concurrency,
    /// Runs that may be active at a time with concurrency `Allow`. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 1 && self <= 50").message("maxActive must be 1 to 50; leave it out for the default of 5"))]
    pub max_active: Option<i32>,
    #[serde(default)]
    pub retries: Retries,
    #[serde(default)]
    pub deadlines: Deadlines,
    #[serde(default)]
    pub history: History,
    #[serde(default)]
    pub resources: Resources,
    /// Start nothing while true. What is active goes on; files that arrive are kept for later.
    #[serde(default)]
    pub suspend: bool,
    /// Run the schedule's slots of a range again, beside the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<Backfill>,
}

/// What the worker runs.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tasks {
    /// The Python module that has the task.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(&format!("^{PYTHON_NAME}([.]{PYTHON_NAME})*$")))
        .message("module must be the name of a Python module, such as claims or loads.claims"))]
    pub module: String,
    /// The Luigi task that stands for the whole.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(&format!("^{PYTHON_NAME}$"))).message("task must be the name of a Luigi task, such as LoadClaims"))]
    pub task: String,
}

/// A value that the tasks are given.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.type != 'Integer' || !has(self.default) || self.default.matches('^-?[0-9]{1,18}$')")
        .message("default must be an integer of at most 18 digits, in quotes, such as \"30\"").field_path(".default"),
    validation = Rule::new("self.type != 'Date' || !has(self.default) || self.default.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}$')")
        .message("default must be a date, in quotes, such as \"2026-01-31\"").field_path(".default"),
    validation = Rule::new("self.type != 'Boolean' || !has(self.default) || self.default in ['true', 'false']")
        .message("default must be \"true\" or \"false\", in quotes").field_path(".default")
)]
pub struct Parameter {
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches("^[a-z][a-z0-9_]*$")).message("name must be lower-case letters, digits and _, and begin with a letter, such as payer"))]
    pub name: String,
    /// Default `String`.
    #[serde(default, rename = "type")]
    pub type_: ParameterType,
    /// The value where a run says no other. Not for secrets or PHI: everybody who sees the pipeline sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    #[x_kube(validation = Rule::new(matches(PRINTABLE)).message("default must be 1 to 256 printable characters"))]
    pub default: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ParameterType {
    #[default]
    String,
    Integer,
    /// `2026-01-31`
    Date,
    /// `true` or `false`
    Boolean,
}

/// An `EtlPipeline` written inside its tenant.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlinePipeline {
    /// Becomes the name of the `EtlPipeline` object.
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be at most 40 lower-case letters, digits and hyphens, such as load-claims"))]
    pub name: String,
    #[serde(flatten)]
    pub spec: EtlPipelineSpec,
}
