//! The upload API: who has an access token of the organisation's identity provider, and is named by an IngestBucket,
//! gets credentials for one prefix of it. The files themselves never pass here.

pub mod api;
pub mod audit;
pub mod cloud;
pub mod declared;
mod fields;
pub mod identity;
pub mod metrics;
pub mod options;
pub mod path;
pub mod problem;
pub mod receipt;
pub mod request;
pub mod routes;
pub mod run;
pub mod serve;
pub mod upload;
