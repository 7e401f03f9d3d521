//! Every decision of Cloister, and nothing else: no clock, no environment, no network. The manifest of
//! this crate is what enforces it.

pub mod app;
pub mod archive;
pub mod bucket;
pub mod conclude;
pub mod document;
pub mod drift;
pub mod drill;
pub mod environment;
pub mod evidence;
pub mod fault;
pub mod feed;
pub mod kubectl;
pub mod name;
pub mod observed;
pub mod offboarding;
pub mod ownership;
pub mod pipeline;
pub mod plan;
pub mod pool;
pub mod resource;
pub mod schema;
pub mod sql;
pub mod tenant;
pub mod violation;
pub mod warehouse;
