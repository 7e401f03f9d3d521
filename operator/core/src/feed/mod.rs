//! What CloudTrail tells of a call, and what of ours it touched.
//!
//! Nothing here knows the calls of services: whatever a call names (parameters, ARNs) is compared with what our
//! resources are called. A call that is not known yet is so understood as well; at worst one looks in vain.

mod call;
mod touch;

pub use call::{Call, Message, read};
pub use touch::{Touch, author, seconds, touches};
