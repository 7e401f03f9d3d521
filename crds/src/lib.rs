//! The API types of group `cloister.dev`: what a user writes, and the status that they read.
//!
//! Everything that CEL can say is said here, so that the API server refuses it at admission; the
//! message names what is wrong and what to write instead. The rest is in `cloister-core::*::validate`.

pub mod bucket;
pub mod environment;
mod rules;
pub mod status;
pub mod tenant;

pub use bucket::{IngestBucket, IngestBucketSpec, IngestBucketStatus};
pub use environment::{Environment, EnvironmentSpec, EnvironmentStatus};
pub use tenant::{ClientTenant, ClientTenantSpec, ClientTenantStatus};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;

pub const GROUP: &str = "cloister.dev";

/// Every definition, in the order in which they are installed.
#[must_use]
pub fn definitions() -> Vec<CustomResourceDefinition> {
    vec![Environment::crd(), ClientTenant::crd(), IngestBucket::crd()]
}
