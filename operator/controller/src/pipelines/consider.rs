//! What is decided, and on what: on a look at the pipeline and its Jobs, or on what is at hand where no Job can matter.

use cloister_core::pipeline::{
    Attempt, Decision, News, RETRY_FAILED, RUN_NOW, View, Wishes, decide, decide_blind, validate,
};
use cloister_core::violation::Violation;
use cloister_crds::{EtlPipeline, EtlPipelineStatus};
use jiff::Timestamp;
use kube::ResourceExt;

use super::jobs::{self, Seen};
use super::peers::{self, Peers};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

pub struct Considered {
    pub seen: Seen,
    pub peers: Peers,
    pub decided: Decision,
}

/// What is at hand.
pub enum Held {
    /// As the cache has it, which is as the last pass left it.
    Cached(EtlPipeline),
    /// As the API server has just answered.
    Written(EtlPipeline),
}

impl Held {
    /// None where the last pass left something open, or somebody has written since.
    pub fn of(cached: &EtlPipeline, context: &Context) -> Option<Self> {
        let memory = context.recall(&Object::uid(cached));
        let is_own = memory.version.is_some() && memory.version == cached.resource_version();
        (is_own && memory.jobs_are_known).then(|| Self::Cached(cached.clone()))
    }
}

/// None where the pipeline is gone, or is another by now.
pub async fn look(
    cached: &EtlPipeline,
    news: &News,
    context: &Context,
) -> Result<Option<Considered>, Unreported> {
    let Some(seen) = jobs::look(cached, context).await? else { return Ok(None) };
    let peers = peers::look(&seen.pipeline, context);
    let decided = on(&seen.pipeline, &peers, &seen.attempts, news, decide);
    Ok(Some(Considered { seen, peers, decided }))
}

/// None where the Jobs are to be looked at. On the cache alone nothing is started: it may lag behind a spec, while what
/// is written is refused then.
pub fn at_hand(held: Held, news: &News, context: &Context) -> Option<Considered> {
    let (pipeline, is_cached) = match held {
        Held::Cached(pipeline) => (pipeline, true),
        Held::Written(pipeline) => (pipeline, false),
    };
    let peers = peers::look(&pipeline, context);
    let decided = on(&pipeline, &peers, &[], news, decide_blind)?;
    let unchanged = pipeline.status.as_ref().is_some_and(|before| {
        EtlPipelineStatus { common: before.common.clone(), ..decided.status.clone() } == *before
    });
    let seen = Seen { pipeline, attempts: Vec::new() };
    (!is_cached || (decided.start.is_empty() && !unchanged)).then_some(Considered { seen, peers, decided })
}

/// Where nothing is active, the Jobs change nothing but what is forgotten.
pub fn glance(pipeline: &EtlPipeline, peers: &Peers, news: &News) -> Decision {
    on(pipeline, peers, &[], news, decide)
}

fn on<T>(
    pipeline: &EtlPipeline,
    peers: &Peers,
    attempts: &[Attempt],
    news: &News,
    decide: impl FnOnce(&View<'_>) -> T,
) -> T {
    let nothing = EtlPipelineStatus::default();
    let annotation = |name: &str| pipeline.annotations().get(name).map(String::as_str);
    decide(&View {
        uid: &Object::uid(pipeline),
        created: pipeline.creation_timestamp().map_or(Timestamp::UNIX_EPOCH, |time| time.0),
        spec: &pipeline.spec,
        previous: pipeline.status.as_ref().unwrap_or(&nothing),
        wishes: Wishes { run_now: annotation(RUN_NOW), retry_failed: annotation(RETRY_FAILED) },
        attempts,
        news,
        upstream: peers.upstream.as_ref(),
        may_start: peers.home.is_some() && violations(pipeline, None).is_empty(),
        now: Timestamp::now(),
    })
}

pub fn violations(pipeline: &EtlPipeline, decided: Option<&Decision>) -> Vec<Violation> {
    let mut all = validate("spec", &pipeline.name_any(), &pipeline.spec);
    all.extend(decided.into_iter().flat_map(|decided| decided.violations.clone()));
    all
}
