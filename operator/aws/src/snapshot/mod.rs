//! Listings of a whole account, of which each look takes its part.

pub(crate) mod iam;
pub(crate) mod tags;
