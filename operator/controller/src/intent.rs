//! CreateKey has no idempotency token. So the wish for a key is written down before it is sent, and while
//! its answer is missing no second one is sent before KMS has had time to show the first.

use std::time::Duration;

use cloister_core::conclude::{Outcome, Outcomes};
use cloister_core::fault::FaultClass;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::plan::Plan;
use cloister_core::resource::{KeyStep, ResourceId, Step};
use cloister_crds::status::Intent;

use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;
use crate::report;

/// Turns an absent key with an open intent into one that is on its way, until KMS has had its time.
pub fn wait_for_visibility(mut observed: ObservedSet, intents: &[Intent], context: &Context) -> ObservedSet {
    for (id, seen) in &mut observed {
        let open = intents.iter().find(|intent| intent.resource == id.to_string());
        if let (Observed::Absent, Some(intent)) = (&*seen, open.filter(|i| is_recent(i, context))) {
            *seen = Observed::Changing {
                what: format!("asked for at {}; KMS has not shown it yet", intent.since),
            };
        }
    }
    observed
}

fn is_recent(intent: &Intent, context: &Context) -> bool {
    let since: Option<jiff::Timestamp> = intent.since.parse().ok();
    since.is_some_and(|since| {
        let age = jiff::Timestamp::now().duration_since(since).unsigned_abs();
        // The stamp is cut to whole seconds.
        age < context.settings.visibility + Duration::from_secs(1)
    })
}

/// Writes down the keys that this plan will ask for, before it does.
pub async fn record<K: Object>(
    object: &K,
    plan: &Plan,
    observed: &ObservedSet,
    context: &Context,
) -> Result<Vec<Intent>, Unreported> {
    let mut intents = object.common().map(|c| c.intents.clone()).unwrap_or_default();
    intents.retain(|i| !observed.iter().any(|(id, o)| is_there(o) && id.to_string() == i.resource));
    let wanted: Vec<&ResourceId> = plan
        .works
        .iter()
        .filter(|work| work.steps.contains(&Step::Key(KeyStep::Create)))
        .map(|work| &work.id)
        .collect();
    if wanted.is_empty() {
        return Ok(intents);
    }
    for id in wanted {
        intents.retain(|intent| intent.resource != id.to_string());
        intents.push(Intent { resource: id.to_string(), since: report::now() });
    }
    let mut status = object.common().cloned().unwrap_or_default();
    status.intents.clone_from(&intents);
    report::write_common::<K>(object, &status, context).await?;
    Ok(intents)
}

fn is_there(observed: &Observed) -> bool {
    matches!(observed, Observed::Present(_))
}

/// An intent is closed by seeing the key or by a clear refusal. An answer alone does not close it: KMS may
/// name a key and still not show it to the next request.
pub fn still_open(intents: &[Intent], observed: &ObservedSet, outcomes: &Outcomes) -> Vec<Intent> {
    let closed = |intent: &&Intent| {
        let named = |id: &ResourceId| id.to_string() == intent.resource;
        let seen = observed.iter().any(|(id, o)| named(id) && is_there(o));
        let refused = outcomes.iter().any(|(id, outcome)| named(id) && is_refused(outcome));
        !(seen || refused)
    };
    intents.iter().filter(closed).cloned().collect()
}

fn is_refused(outcome: &Outcome) -> bool {
    outcome.failed.as_ref().is_some_and(|(step, fault)| {
        *step == Step::Key(KeyStep::Create) && fault.class != FaultClass::Ambiguous
    })
}
