//! One pass over one object: the table of contents of the operator.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloister_core::conclude::{Conclusion, Outcomes, Requeue, Story, conclude};
use cloister_core::feed::Touch;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::{Plan, plan};
use cloister_crds::status::CommonStatus;
use jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::controller::Action;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::{Kind, Prepared};
use crate::{act, archive, intent, observe, report};

pub const FINALIZER: &str = "cloister.dev/finalizer";

/// The API server could not be talked to, so that nothing could even be reported.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {source}")]
pub struct Unreported {
    pub operation: &'static str,
    #[source]
    pub source: Box<kube::Error>,
}

impl Unreported {
    pub fn at(operation: &'static str) -> impl FnOnce(kube::Error) -> Self {
        move |source| Self { operation, source: Box::new(source) }
    }
}

pub async fn reconcile<K: Kind>(object: Arc<K>, context: Arc<Context>) -> Result<Action, Unreported> {
    if let Some(later) = first_look_of_the_settled(&*object, &context) {
        return Ok(later);
    }
    let started = Instant::now();
    context.metrics.begun(K::KIND);
    let result = pass(&*object, &context).await;
    context.metrics.passed(K::KIND, result.as_ref().ok(), started.elapsed());
    result.map(|requeue| action(&*object, requeue, &context))
}

#[allow(clippy::needless_pass_by_value)] // the signature is kube's
pub fn on_error<K: Kind>(object: Arc<K>, error: &Unreported, context: Arc<Context>) -> Action {
    tracing::warn!(object = object.label(), %error, "the pass could not be reported");
    action(&*object, Requeue::BackOff, &context)
}

/// The natural pass: dereference, validate and desire; observe; diff and plan; act; conclude; report.
async fn pass<K: Kind>(object: &K, context: &Context) -> Result<Requeue, Unreported> {
    if !report::hold(object, context).await? {
        return Ok(Requeue::Sweep);
    }
    let began = Timestamp::now().as_second();
    let mut object = object.clone();
    let (mut prepared, observed, plan, has_effect) = loop {
        let prepared = object.prepare(context).await;
        let observed = look(&object, &prepared, context).await;
        let plan = plan(&prepared.desired(&observed), &observed, prepared.mode());
        // A cached view may be old, right after a restart above all: what is to be done is decided on
        // what the API server holds now, or not at all.
        let has_effect =
            !plan.works.is_empty() || report::lets_go(&object, &prepared, &plan) || object.is_due();
        match if has_effect { confirm(&object, context).await? } else { Confirmed::Same } {
            Confirmed::Same => break (prepared, observed, plan, has_effect),
            Confirmed::Reported(newer) => {
                object = *newer;
                break (prepared, observed, plan, has_effect);
            }
            Confirmed::Gone => return Ok(Requeue::Sweep),
            Confirmed::Changed(newer) => object = *newer,
        }
    };
    if has_effect && !object.confirm_peers(context).await? {
        return Ok(Requeue::BackOff);
    }
    let intents = intent::record(&object, &plan, &observed, context).await?;
    let outcomes = act::act(&object, &prepared, &observed, &plan, &intents, context).await;
    let turn = object.turn(&mut prepared, &observed, &plan, &outcomes, context).await;
    let touches = context.recall(&Object::uid(&object)).touches;
    let are_recorded = archive::home(&object, context).is_some();
    let mut conclusion =
        close(&object, &prepared, &observed, &plan, &outcomes, &intents, &touches, are_recorded);
    if plan.is_settled() {
        context.remember(&Object::uid(&object), |memory| memory.forget(&touches, began));
    }
    if let Some(notice) = turn {
        conclusion.notices.push(notice);
        conclusion.requeue = Requeue::Now;
    } else if prepared.facts.works && conclusion.requeue == Requeue::Sweep {
        conclusion.requeue = Requeue::UnderWay;
    }
    report::report(&object, &prepared, &observed, &plan, conclusion, !intents.is_empty(), context).await
}

async fn look<K: Kind>(object: &K, prepared: &Prepared, context: &Context) -> ObservedSet {
    let intents = object.common().map(|c| c.intents.as_slice()).unwrap_or_default();
    let observed = observe::observe(object, prepared, intents, context).await;
    intent::wait_for_visibility(observed, intents, context)
}

enum Confirmed<K> {
    Same,
    /// Only its status is newer.
    Reported(Box<K>),
    Gone,
    Changed(Box<K>),
}

async fn confirm<K: Object>(object: &K, context: &Context) -> Result<Confirmed<K>, Unreported> {
    let now = object.api(&context.client).get_opt(&object.name_any()).await.map_err(Unreported::at("get"))?;
    let Some(now) = now.filter(|now| Object::uid(now) == Object::uid(object)) else {
        return Ok(Confirmed::Gone);
    };
    if now.resource_version() == object.resource_version() {
        return Ok(Confirmed::Same);
    }
    let basis = |o: &K| {
        let intents = o.common().map(|c| c.intents.clone()).unwrap_or_default();
        (Object::generation(o), o.is_leaving(), intents, o.decided().cloned())
    };
    let same = basis(&now) == basis(object);
    Ok(if same { Confirmed::Reported(Box::new(now)) } else { Confirmed::Changed(Box::new(now)) })
}

#[allow(clippy::too_many_arguments)] // the parts of a Story
fn close<K: Object>(
    object: &K,
    prepared: &Prepared,
    observed: &ObservedSet,
    plan: &Plan,
    outcomes: &Outcomes,
    intents: &[cloister_crds::status::Intent],
    touches: &[Touch],
    are_recorded: bool,
) -> Conclusion {
    let nothing = CommonStatus::default();
    let now = report::now();
    let desired = prepared.desired(observed);
    conclude(&Story {
        generation: Object::generation(object),
        now: &now,
        previous: object.common().unwrap_or(&nothing),
        violations: &prepared.violations,
        waiting: &prepared.waiting,
        desired: &desired,
        observed,
        plan,
        outcomes,
        intents: &intent::still_open(intents, observed, outcomes),
        mode: prepared.mode(),
        touches,
        are_recorded,
    })
}

/// After a restart, what was as declared is looked at within one sweep interval, not all at once.
fn first_look_of_the_settled<K: Kind>(object: &K, context: &Context) -> Option<Action> {
    let first = context.remember(&Object::uid(object), |memory| !std::mem::replace(&mut memory.seen, true));
    let generation = Object::generation(object);
    let settled = object.common().is_some_and(|c| c.is_ready() && c.observed_generation == generation);
    (first && settled && !object.is_leaving())
        .then(|| Action::requeue(context.settings.sweep.mul_f64(rand::random_range(0.05..1.0))))
}

fn action<K: Kind>(object: &K, requeue: Requeue, context: &Context) -> Action {
    let uid = Object::uid(object);
    let (faults, restless, again) = context.remember(&uid, |memory| {
        let waits = matches!(requeue, Requeue::BackOff | Requeue::UnderWay);
        memory.faults = if waits { memory.faults.saturating_add(1) } else { 0 };
        memory.restless = if requeue == Requeue::Now { memory.restless.saturating_add(1) } else { 0 };
        (memory.faults, memory.restless, memory.touched_again())
    });
    match requeue {
        // A write that does not change what is seen must not become a loop.
        Requeue::Now if restless > RESTLESS => Action::requeue(look_again(restless - RESTLESS, context)),
        Requeue::Now => Action::requeue(Duration::ZERO),
        // They will wake it; this is for the case that they never are.
        Requeue::AfterOthers => Action::requeue(Duration::from_secs(10)),
        Requeue::Sweep => {
            let rest = context.rest(object);
            Action::requeue(again.map_or(rest, |again| again.min(rest)))
        }
        Requeue::BackOff => Action::requeue(look_again(faults, context)),
        Requeue::UnderWay => Action::requeue(look_again(faults, context).min(UNDER_WAY)),
    }
}

/// How often something that AWS takes minutes for is looked at; the look is shared by all who wait.
const UNDER_WAY: Duration = Duration::from_secs(30);

/// So many passes in a row may each have something to do; onboarding takes three.
const RESTLESS: u32 = 6;

/// What is at fault must not be looked at less often than what is well.
pub fn look_again(faults: u32, context: &Context) -> Duration {
    back_off(faults).min(context.next_sweep())
}

/// 0.5 s, doubled each time, at most five minutes; a fifth more or less.
pub fn back_off(faults: u32) -> Duration {
    let seconds = 0.5 * f64::from(1_u32 << faults.saturating_sub(1).min(10));
    Duration::from_secs_f64(seconds.min(300.0) * rand::random_range(0.8..1.2))
}
