//! Carries out a plan: resources side by side as far as their order allows, the steps of one after another.

use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;

use cloister_aws::Lane;
use cloister_core::conclude::{Emptied, Outcome, Outcomes};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::plan::{Desired, Plan, Work};
use cloister_core::resource::{BucketStep, Resource, ResourceId, Step};
use cloister_crds::status::Intent;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::Value;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::{Kind, Prepared};
use crate::observe::no_account;
use crate::{objects, report};

pub async fn act<K: Kind>(
    object: &K,
    prepared: &Prepared,
    observed: &ObservedSet,
    plan: &Plan,
    intents: &[Intent],
    context: &Context,
) -> Outcomes {
    let uid = &Object::uid(object);
    let mut keys = prepared.keys(observed);
    let mut desired = prepared.desired_with(&keys);
    let mut waiting: BTreeMap<&ResourceId, &Work> = plan.works.iter().map(|w| (&w.id, w)).collect();
    let mut outcomes = Outcomes::new();
    let mut done: BTreeSet<ResourceId> = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    loop {
        let startable: Vec<&ResourceId> =
            waiting.iter().filter(|(_, w)| w.after.is_subset(&done)).map(|(id, _)| *id).collect();
        for id in startable {
            if let (Some(work), Some(want)) = (waiting.remove(id), desired.get(id).cloned()) {
                let seen = observed.get(id);
                running.push(async move {
                    let (id, outcome) = carry_out(uid, work, want, seen, prepared, context).await;
                    // The tenant's buckets wait for it.
                    if let (ResourceId::Key(_), Some(arn)) = (&id, &outcome.arn) {
                        report::announce_key(object, arn, intents, context).await;
                    }
                    (id, outcome)
                });
            }
        }
        // Nothing else may be awaited here: what runs would not go on meanwhile, and may hold a permit that
        // others wait for. What comes after something that failed is not tried in this pass.
        let Some((id, outcome)) = running.next().await else { return outcomes };
        // A bucket is mended even where its copy cannot be made.
        if outcome.failed.is_none() || matches!(id, ResourceId::ReplicaBucket(_)) {
            done.insert(id.clone());
        }
        // Others of this plan wait for the ARN of a key.
        if let (Some(known), Some(arn)) = (keys.of(&id), &outcome.arn) {
            *known = Some(arn.clone());
            desired = prepared.desired_with(&keys);
        }
        outcomes.insert(id, outcome);
    }
}

async fn carry_out(
    uid: &str,
    work: &Work,
    want: Desired,
    observed: Option<&Observed>,
    prepared: &Prepared,
    context: &Context,
) -> (ResourceId, Outcome) {
    let mut outcome = Outcome { done: Vec::new(), failed: None, arn: None, emptied: None };
    let seen = match observed {
        Some(Observed::Present(actual) | Observed::Foreign { actual: Some(actual), .. }) => {
            Some(actual.arn.clone())
        }
        _ => None,
    };
    // What transactions that failed were about: those that need it are left out, the others go on.
    let mut broken = BTreeSet::new();
    for step in &work.steps {
        if let Step::Schema(transaction) = step
            && !transaction.needs.is_disjoint(&broken)
        {
            broken.extend(transaction.about.iter().cloned());
            continue;
        }
        if let Step::Bucket(BucketStep::Empty) = step {
            match empty(&work.id, prepared, context).await {
                Ok(emptied) => {
                    outcome.emptied = Some(emptied);
                    outcome.done.push(step.clone());
                    // What is not empty cannot be deleted yet, or not before its locks end.
                    if emptied.is_whole() {
                        continue;
                    }
                    break;
                }
                Err(fault) => {
                    tracing::warn!(resource = %work.id, %fault, "a bucket could not be emptied");
                    outcome.failed = Some((step.clone(), fault));
                    break;
                }
            }
        }
        let arn = outcome.arn.as_ref().or(seen.as_ref()).map(String::as_str);
        match perform(&work.id, &want, arn, step, prepared, context).await {
            Ok(created) => {
                outcome.arn = created.or(outcome.arn);
                outcome.done.push(step.clone());
            }
            Err(fault) => {
                tracing::warn!(resource = %work.id, step = step.title(), %fault, "a step failed");
                note_contested(uid, &work.id, &fault, context);
                outcome.failed.get_or_insert((step.clone(), fault));
                let Step::Schema(transaction) = step else { break };
                broken.extend(transaction.about.iter().cloned());
            }
        }
    }
    if !matches!(work.id, ResourceId::Object(_)) {
        context.remember(uid, |memory| memory.last_write = Some(Instant::now()));
    }
    (work.id.clone(), outcome)
}

async fn empty(id: &ResourceId, prepared: &Prepared, context: &Context) -> Result<Emptied, Fault> {
    if !context.fence.holds() {
        return Err(not_leading());
    }
    let account = prepared.account.as_ref().ok_or_else(no_account)?;
    account.empty(id, &prepared.owner.uid, &|| context.fence.holds()).await
}

async fn perform(
    id: &ResourceId,
    want: &Desired,
    arn: Option<&str>,
    step: &Step,
    prepared: &Prepared,
    context: &Context,
) -> Result<Option<String>, Fault> {
    if !context.fence.holds() {
        return Err(not_leading());
    }
    if let (ResourceId::Object(object), Step::Object(step)) = (id, step) {
        let body = if let Resource::Object(body) = &want.resource { body } else { &Value::Null };
        return objects::perform(&context.client, object, body, prepared.keeper(), step).await.map(|()| None);
    }
    let Some(account) = &prepared.account else {
        return Err(no_account());
    };
    account.perform(id, &want.resource, &prepared.owner, arn, step, Lane::User).await
}

/// Another may lead already: nothing more may be changed.
pub fn not_leading() -> Fault {
    let class = FaultClass::Ambiguous;
    Fault { service: "kubernetes", operation: "Lease", code: "NotRenewed".into(), class }
}

/// A name that is taken is looked at directly from now on: the caches hold only what carries our label.
fn note_contested(uid: &str, id: &ResourceId, fault: &Fault, context: &Context) {
    if let (ResourceId::Object(object), FaultClass::Exists) = (id, fault.class) {
        context.remember(uid, |memory| memory.contested.insert(object.clone()));
    }
}
