//! `why`: what an object waits for, down to what somebody has to do.
//!
//! The operator says in status what it found, one sentence each; a sentence that names another object is followed to that
//! object's own status. What is at the end of such a chain is a cause. Names of files are in none of it.

mod invalid;
mod kinds;
mod plan;
mod render;
mod resource;
mod right;
mod runs;
mod search;
mod seen;
mod sentences;
mod served;

use cloister_crds::{AnalyticsApp, ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use jiff::Timestamp;
use serde::Serialize;

use super::target::{Kind, Target};
use search::Search;

/// What the asker may see of one object.
#[derive(Clone, Debug)]
pub enum Sight<T> {
    Found(Box<T>),
    Absent,
    /// They may not read it, or nobody named it.
    Hidden,
}

impl<T> Sight<T> {
    #[must_use]
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(object) => Some(object),
            Self::Absent | Self::Hidden => None,
        }
    }
}

/// A tenant with all that is around it, as the API server holds it.
#[derive(Clone, Debug)]
pub struct World {
    pub environment: Sight<Environment>,
    pub tenant: Sight<ClientTenant>,
    pub buckets: Vec<IngestBucket>,
    pub schemas: Vec<RedshiftSchema>,
    pub pipelines: Vec<EtlPipeline>,
    pub apps: Vec<AnalyticsApp>,
    pub now: Timestamp,
}

/// The most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Rank {
    /// The declaration is wrong.
    Invalid,
    /// Something that is named is not there.
    Absent,
    /// Something that is there belongs to somebody else.
    Foreign,
    /// The operator lacks a right, a quota is used up, and the like.
    Refused,
    /// A plan waits for somebody's word.
    Approval,
    /// A declared policy leaves it undone.
    Held,
    RunFailed,
    Paused,
    /// The tenant leaves.
    Leaving,
    /// It is done at a time that is declared.
    Timed,
    /// Nobody has looked yet.
    Unseen,
    /// It goes on by itself.
    Moving,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    pub rank: Rank,
    pub object: String,
    pub what: String,
    /// What to do.
    pub next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// One line of the tree, and what is below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    pub text: String,
    /// Its place in `causes`, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub object: String,
    pub ready: bool,
    /// When its status was last written: so long nothing has changed about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_written: Option<String>,
    pub tree: Line,
    pub causes: Vec<Cause>,
}

impl Answer {
    /// For people: no longer than a screen.
    #[must_use]
    pub fn show(&self) -> String {
        render::render(self)
    }
}

/// None where the object does not exist.
#[must_use]
pub fn explain(world: &World, target: &Target, namespace: &str) -> Option<Answer> {
    let mut search = Search::new(world);
    let seen = search.find(target.kind, namespace, &target.name)?;
    let tree = search.visit(&seen, true);
    let found = search.causes;
    let mut causes = found.clone();
    causes.sort();
    let tree = number(tree, &found, &causes);
    Some(Answer { object: seen.label(), ready: seen.is_ready(), status_written: seen.written, tree, causes })
}

/// From the order in which causes were found to the order in which they are told.
fn number(mut line: Line, found: &[Cause], told: &[Cause]) -> Line {
    let place = |n: usize| Some(1 + told.iter().position(|cause| Some(cause) == found.get(n))?);
    line.cause = line.cause.and_then(place);
    line.below = line.below.into_iter().map(|below| number(below, found, told)).collect();
    line
}

fn kubectl(verb: &str, kind: Kind, namespace: &str, name: &str) -> String {
    let place = if kind.is_namespaced() { format!(" -n {namespace}") } else { String::new() };
    format!("kubectl cloister {verb} {kind}/{name}{place}")
}
