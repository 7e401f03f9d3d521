//! The verbs.

pub mod access;
pub mod crds;
pub mod drill;
pub mod evidence;
pub mod karpenter;
pub mod kubectl;
pub mod plan;
pub mod run;

/// What a verb says when it cannot go on.
pub type Complaint = Box<dyn std::error::Error + Send + Sync>;
