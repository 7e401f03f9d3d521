//! What was found, classified exactly once. Built from what AWS or the API server answered, never
//! copied from what is wanted.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::resource::{Resource, ResourceId};

/// The managed fields of a resource as they are, and its ARN (empty for Kubernetes objects).
#[derive(Clone, Debug, PartialEq)]
pub struct Actual {
    pub resource: Resource,
    pub arn: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    Absent,
    /// It is there, and carries our ownership.
    Present(Actual),
    /// The name is taken by something that is not provably ours. `actual` is known where it may be adopted.
    Foreign {
        owner: String,
        actual: Option<Actual>,
    },
    /// It is on its way, and nothing can be done until then.
    Changing {
        what: String,
    },
    /// It could not be read. Never taken for absent.
    Unreadable(Fault),
}

pub type ObservedSet = BTreeMap<ResourceId, Observed>;

impl Observed {
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Present(actual) if !actual.arn.is_empty() => Some(&actual.arn),
            _ => None,
        }
    }
}
