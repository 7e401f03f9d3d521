//! The only crate that knows the AWS SDK. One file per resource: `observe` says what is there, `perform`
//! makes one call of a plan, and nothing here decides anything.

mod account;
mod alarm;
mod arrivals;
mod bucket;
mod client;
mod cluster_log;
mod credentials;
mod drill;
mod event_rule;
mod fault;
mod fleet;
mod flow_log;
mod guardrail;
mod instance_profile;
mod key;
mod launch_template;
mod limit;
mod log_group;
mod look;
mod network;
mod place;
mod policy;
mod queue;
mod record;
mod redshift;
mod role;
mod schema;
mod shared;
mod snapshot;
mod table;
mod trail;
mod unload;
mod vault;

pub use account::Account;
pub use arrivals::{Cursor, Page, Received, Version};
pub use client::{AuditTarget, Aws, Target};
pub use drill::{ScratchState, Side};
pub use fleet::{Fleet, Hosts, Launching, TypeFigures};
pub use limit::Lane;
pub use look::Look;
pub use record::{Call, Recorder};
pub use unload::Fate;
