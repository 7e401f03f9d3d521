//! `EtlPipeline`: a pass looks, decides in core, makes and ends Jobs, and writes the status once.
//!
//! Here the status is what the next decision rests on. So Jobs are made and ended on what the API server holds at that
//! moment, and the status is written only if nobody has written since.

mod consider;
mod hearing;
mod inbox;
mod jobs;
mod listen;
mod listing;
mod metrics;
mod peers;
mod records;
mod tell;
mod wake;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloister_core::conclude::{Conclusion, Outcomes, Requeue, Story, conclude};
use cloister_core::observed::ObservedSet;
use cloister_core::pipeline::{Decision, is_loose, record_is_due};
use cloister_core::plan::{DesiredSet, Mode, Plan};
use cloister_crds::pipeline::RunState;
use cloister_crds::status::CommonStatus;
use cloister_crds::{EtlPipeline, EtlPipelineStatus};
use jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action;
use serde_json::json;

use consider::{Considered, Held, violations};
pub use hearing::Deaf;
pub use inbox::Inbox;
pub use jobs::api_resource;
pub use listen::listen;
pub use metrics::PipelineMetrics;
use peers::Peers;
pub use wake::{wake_followers, wake_on_wish, wake_pipeline_of, wake_pipelines_beside};

use crate::api::Object;
use crate::context::Context;
use crate::driver::{Unreported, look_again};
use crate::report;

/// How a pass ended, and when to look again.
struct End {
    requeue: Requeue,
    look_again: Option<Timestamp>,
}

pub async fn reconcile(pipeline: Arc<EtlPipeline>, context: Arc<Context>) -> Result<Action, Unreported> {
    let started = Instant::now();
    context.metrics.begun(EtlPipeline::KIND);
    let result = pass(&pipeline, &context).await;
    let requeue = result.as_ref().ok().map(|end| &end.requeue);
    context.metrics.passed(EtlPipeline::KIND, requeue, started.elapsed());
    result.map(|end| action(&Object::uid(&*pipeline), &end, &context))
}

#[allow(clippy::needless_pass_by_value)] // the signature is kube's
pub fn on_error(pipeline: Arc<EtlPipeline>, error: &Unreported, context: Arc<Context>) -> Action {
    tracing::warn!(object = pipeline.label(), %error, "the pass could not be reported");
    action(&Object::uid(&*pipeline), &End { requeue: Requeue::BackOff, look_again: None }, &context)
}

/// A run is written down in one round and its Job is made in the next.
const ROUNDS: usize = 5;

async fn pass(cached: &EtlPipeline, context: &Context) -> Result<End, Unreported> {
    let uid = Object::uid(cached);
    if let Some(end) = idle(cached, context) {
        return Ok(end);
    }
    let mut held = Held::of(cached, context);
    for _ in 0..ROUNDS {
        let (batches, news) = context.inbox.news(&uid);
        let at_hand = held.take().and_then(|held| consider::at_hand(held, &news, context));
        // Until status says what came of it.
        context.remember(&uid, |memory| memory.jobs_are_known = false);
        let Considered { seen, peers, mut decided } = match at_hand {
            Some(considered) => considered,
            None => match consider::look(cached, &news, context).await? {
                Some(considered) => considered,
                // Its Jobs go with it, by their owner references.
                None => return Ok(End { requeue: Requeue::Sweep, look_again: None }),
            },
        };
        let fault = jobs::act(&seen, &peers, &mut decided, context).await;
        let fault = fault.or(records::keep(&seen.pipeline, &peers, &mut decided, context).await);
        let requeue = if fault.is_some() { Requeue::BackOff } else { Requeue::Sweep };
        let end = End { requeue, look_again: decided.look_again };
        let (status, notices) = conclude_on(&seen.pipeline, &peers, &decided, fault.as_ref(), context);
        let jobs_are_known = fault.is_none() && !is_loose(&seen.attempts, &status);
        let changed = seen.pipeline.status.as_ref() != Some(&status);
        let mut now = seen.pipeline.clone();
        if changed {
            let Some(written) = write(&seen.pipeline, &status, context).await? else { continue };
            now = written;
        }
        context.remember(&uid, |memory| {
            memory.version = now.resource_version();
            memory.jobs_are_known = jobs_are_known;
        });
        context.inbox.done(&uid, &batches, decided.heard_all);
        if changed {
            tell::tell(&seen.pipeline, &status, &decided, notices, context).await;
        }
        // What was written down just now may start.
        if !changed || fault.is_some() || status.queued == 0 {
            return Ok(end);
        }
        held = jobs_are_known.then_some(Held::Written(now));
    }
    Ok(End { requeue: Requeue::Now, look_again: None })
}

/// Most passes have nothing to do, which the cache shows: where no Job is to be looked at, nothing is asked.
fn idle(cached: &EtlPipeline, context: &Context) -> Option<End> {
    let known = cached.status.as_ref()?;
    let left = context.recall(&Object::uid(cached)).version;
    let is_old = left.is_some() && left != cached.resource_version();
    let (_, news) = context.inbox.news(&Object::uid(cached));
    let is_heard_of = !news.files.is_empty() || news.listing.is_some();
    if is_old || is_heard_of || known.active > 0 || known.runs.iter().any(record_is_due) {
        return None;
    }
    let peers = peers::look(cached, context);
    let decided = consider::glance(cached, &peers, &news);
    let (status, _) = conclude_on(cached, &peers, &decided, None, context);
    let idle = decided.start.is_empty() && decided.end.is_empty() && status == *known;
    context.metrics.pipelines.depth(&cached.label(), known);
    idle.then_some(End { requeue: Requeue::Sweep, look_again: decided.look_again })
}

/// What is gone takes along what was remembered of it.
pub fn forget(uid: &str, label: &str, context: &Context) {
    context.forget(uid);
    context.inbox.forget(uid);
    context.metrics.pipelines.forget(label);
}

/// The whole status, and what people should hear of it.
fn conclude_on(
    pipeline: &EtlPipeline,
    peers: &Peers,
    decided: &Decision,
    fault: Option<&jobs::Failed>,
    context: &Context,
) -> (EtlPipelineStatus, Vec<cloister_core::conclude::Notice>) {
    let nothing = CommonStatus::default();
    let mut waiting = peers.waiting.clone();
    waiting.extend(fault.map(ToString::to_string));
    let Conclusion { status: mut common, notices, .. } = conclude(&Story {
        generation: Object::generation(pipeline),
        now: &report::now(),
        previous: pipeline.common().unwrap_or(&nothing),
        violations: &violations(pipeline, Some(decided)),
        waiting: &waiting,
        desired: &DesiredSet::new(),
        observed: &ObservedSet::new(),
        plan: &Plan::default(),
        outcomes: &Outcomes::new(),
        intents: &[],
        mode: Mode::Correct,
        touches: &[],
        are_recorded: false,
    });
    let listening = hearing::condition(pipeline, context);
    if common.message.is_empty() {
        let deaf =
            listening.as_ref().map(|condition| condition.message.clone()).filter(|why| !why.is_empty());
        common.message = deaf.or_else(|| last_trouble(&decided.status)).unwrap_or_default();
    }
    common.conditions.extend(listening);
    (EtlPipelineStatus { common, ..decided.status.clone() }, notices)
}

/// A pipeline is as declared also when its runs fail; its message says that they do.
fn last_trouble(status: &EtlPipelineStatus) -> Option<String> {
    let last =
        status.runs.iter().rev().find(|run| run.ended_at.is_some() || run.state == RunState::BackingOff)?;
    matches!(last.state, RunState::Failed | RunState::Missed | RunState::BackingOff)
        .then(|| tell::sentence(last))
}

/// None where somebody has written since it was read.
async fn write(
    pipeline: &EtlPipeline,
    status: &EtlPipelineStatus,
    context: &Context,
) -> Result<Option<EtlPipeline>, Unreported> {
    let patch = json!({
        "apiVersion": "cloister.dev/v1alpha1",
        "kind": EtlPipeline::KIND,
        "metadata": {
            "name": pipeline.name_any(),
            "uid": Object::uid(pipeline),
            "resourceVersion": pipeline.resource_version(),
        },
        "status": status,
    });
    let params = PatchParams::apply("cloister").force();
    let api = pipeline.api(&context.client);
    match api.patch_status(&pipeline.name_any(), &params, &Patch::Apply(&patch)).await {
        Ok(written) => Ok(Some(written)),
        Err(kube::Error::Api(answer)) if answer.code == 404 || answer.code == 409 => Ok(None),
        Err(error) => Err(Unreported::at("patch status")(error)),
    }
}

fn action(uid: &str, end: &End, context: &Context) -> Action {
    let faults = context.remember(uid, |memory| {
        let waits = matches!(end.requeue, Requeue::BackOff);
        memory.faults = if waits { memory.faults.saturating_add(1) } else { 0 };
        memory.faults
    });
    match end.requeue {
        Requeue::BackOff => Action::requeue(look_again(faults, context)),
        Requeue::Now => Action::requeue(Duration::from_millis(200)),
        _ => {
            let until =
                |at: Timestamp| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default();
            // A little after the whole second, so that it has come.
            let next = end.look_again.map(|at| until(at) + Duration::from_millis(20));
            let sweep = context.next_sweep();
            Action::requeue(next.map_or(sweep, |next| next.min(sweep)))
        }
    }
}
