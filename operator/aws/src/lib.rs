//! The only crate that knows the AWS SDK. One file per resource: `observe` says what is there, `perform`
//! makes one call of a plan, and nothing here decides anything.

mod account;
mod bucket;
mod client;
mod credentials;
mod fault;
mod key;
mod limit;
mod look;
mod network;
mod policy;
mod queue;
mod record;
mod role;
mod shared;
mod snapshot;

pub use account::Account;
pub use client::{Aws, Target};
pub use limit::Lane;
pub use look::Look;
pub use record::{Call, Recorder};
