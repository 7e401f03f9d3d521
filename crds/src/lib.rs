//! The API types of group `cloister.dev`: what a user writes, and the status that they read.
//!
//! Everything that CEL can say is said here, so that the API server refuses it at admission; the
//! message names what is wrong and what to write instead. The rest is in `cloister-core::*::validate`.

pub mod app;
pub mod bucket;
pub mod cluster_log;
pub mod drill;
pub mod environment;
pub mod events;
pub mod evidence;
pub mod guardrails;
pub mod nodes;
pub mod offboarding;
pub mod people;
pub mod pipeline;
pub mod provider;
mod rules;
pub mod schema;
pub mod status;
pub mod tenant;
pub mod unload;
pub mod uploads;
pub mod warehouse;

pub use app::{AnalyticsApp, AnalyticsAppSpec, AnalyticsAppStatus};
pub use bucket::{IngestBucket, IngestBucketSpec, IngestBucketStatus};
pub use cluster_log::KubernetesAudit;
pub use drill::DrillStatus;
pub use environment::{Environment, EnvironmentSpec, EnvironmentStatus};
pub use evidence::{EvidenceSchedule, EvidenceStatus};
pub use guardrails::{Guardrail, Guardrails};
pub use nodes::{Nodes, NodesStatus};
pub use offboarding::{Offboarding, OffboardingStatus};
pub use people::People;
pub use pipeline::{EtlPipeline, EtlPipelineSpec, EtlPipelineStatus};
pub use provider::IdentityProvider;
pub use schema::{RedshiftSchema, RedshiftSchemaSpec, RedshiftSchemaStatus};
pub use tenant::{ClientTenant, ClientTenantSpec, ClientTenantStatus};
pub use warehouse::{Warehouse, WarehouseCluster};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::CustomResourceExt;

pub const GROUP: &str = "cloister.dev";

/// Every definition, in the order in which they are installed.
#[must_use]
pub fn definitions() -> Vec<CustomResourceDefinition> {
    let mut all = vec![
        Environment::crd(),
        ClientTenant::crd(),
        IngestBucket::crd(),
        RedshiftSchema::crd(),
        EtlPipeline::crd(),
        AnalyticsApp::crd(),
    ];
    let versions = all.iter_mut().flat_map(|definition| &mut definition.spec.versions);
    versions.filter_map(|v| v.schema.as_mut()?.open_api_v3_schema.as_mut()).for_each(take_null_for_absent);
    all
}

/// Where a field is not nullable, the API server drops a null, as templates write it for what is left
/// out. Where it is, the null stays, and an enumeration refuses it, or offers it to people as a choice.
fn take_null_for_absent(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    if let Some(choices) = &mut schema.enum_ {
        choices.retain(|choice| !choice.0.is_null());
    }
    schema.properties.iter_mut().flatten().for_each(|(_, inner)| take_null_for_absent(inner));
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        take_null_for_absent(items);
    }
}
