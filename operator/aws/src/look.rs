use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::{self, Owner};
use cloister_core::resource::{Resource, ResourceId, Tags};
use tokio::time::Instant;

use crate::limit::Lane;

/// A look at one resource.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub id: &'a ResourceId,
    /// What is wanted, which says how far to look; it is never taken for what is there.
    pub want: &'a Resource,
    pub owner: &'a Owner,
    /// The ARN from an earlier look, for keys whose alias is lost.
    pub known_arn: Option<&'a str>,
    pub lane: Lane,
    /// Shared listings that began before this are too old.
    pub since: Instant,
    /// A creation was begun and never confirmed: look in places that cost more.
    pub intent_open: bool,
    /// A stranger's resource is read too, since it may be taken over.
    pub adopt: bool,
}

impl Look<'_> {
    /// Ours or a stranger's, by its tags.
    pub(crate) fn claim(&self, tags: &Tags, actual: Actual) -> Observed {
        if self.owner.owns(tags) { Observed::Present(actual) } else { self.foreign(tags, Some(actual)) }
    }

    pub(crate) fn foreign(&self, tags: &Tags, actual: Option<Actual>) -> Observed {
        Observed::Foreign { owner: ownership::describe(tags), actual: actual.filter(|_| self.adopt) }
    }
}
