//! How a tenant leaves for good: one stage after the other, each written down before anything is done in it. Pure: times
//! come from outside, and only what the tenant's status says is destroyed.

mod certificate;
mod destruction;
pub mod principals;
mod stages;
pub mod unload;

pub use certificate::{certify, json};
pub use destruction::{Destruction, doomed};
pub use stages::{Seen, advance, bucket_id, destruction, may_still_be_called_off, sentence};
