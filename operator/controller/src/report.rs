//! What a pass leaves behind: the finalizer, one status write if anything changed, events, metrics.

use cloister_core::conclude::{Conclusion, Notice, Requeue};
use cloister_core::feed::seconds;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::Plan;
use cloister_crds::ClientTenant;
use cloister_crds::status::{CommonStatus, DriftRecord, Intent};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use kube::runtime::events::{Event, EventType};
use serde_json::{Value, json};

use crate::api::Object;
use crate::archive;
use crate::context::Context;
use crate::driver::{FINALIZER, Unreported};
use crate::kinds::{Kind, Prepared, Turn};

pub fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// Puts the finalizer on before anything is made. False where there is nothing more to do for the object.
pub async fn hold<K: Kind>(object: &K, context: &Context) -> Result<bool, Unreported> {
    let held = object.finalizers().iter().any(|f| f == FINALIZER);
    if held || object.is_leaving() {
        return Ok(held);
    }
    change_finalizers(object, |finalizers| finalizers.push(FINALIZER.to_owned()), context).await?;
    Ok(true)
}

/// A merge patch replaces the whole list, and the cache may not know what others have put on it: so the list is
/// read anew, and its version is a precondition.
async fn change_finalizers<K: Object>(
    object: &K,
    change: impl Fn(&mut Vec<String>),
    context: &Context,
) -> Result<(), Unreported> {
    let api = object.api(&context.client);
    loop {
        let now = api.get_opt(&object.name_any()).await.map_err(Unreported::at("get"))?;
        // A namesake of a deleted object is another object.
        let Some(now) = now.filter(|now| Object::uid(now) == Object::uid(object)) else { return Ok(()) };
        let mut finalizers: Vec<String> =
            now.finalizers().iter().filter(|f| *f != FINALIZER).cloned().collect();
        change(&mut finalizers);
        let version = now.resource_version();
        let patch = json!({ "metadata": { "resourceVersion": version, "finalizers": finalizers } });
        match api.patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch)).await {
            // Somebody else was faster.
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
            Err(error) => return Err(Unreported::at("patch finalizers")(error)),
            Ok(_) => return Ok(()),
        }
    }
}

/// Whether the object may go now: nothing of it is left to be done.
pub fn lets_go<K: Object>(object: &K, prepared: &Prepared, plan: &Plan) -> bool {
    object.is_leaving() && plan.is_settled() && prepared.waiting.is_empty()
}

pub async fn report<K: Kind>(
    object: &K,
    prepared: &Prepared,
    observed: &ObservedSet,
    plan: &Plan,
    conclusion: Conclusion,
    intents_written: bool,
    context: &Context,
) -> Result<Requeue, Unreported> {
    let Conclusion { mut status, notices, requeue } = conclusion;
    if lets_go(object, prepared, plan) {
        change_finalizers(object, |_| {}, context).await?;
        context.forget(&Object::uid(object));
        context.metrics.forget(&object.label());
        context.metrics.forget_pool(&object.name_any());
        context.pools.forget(&Object::uid(object));
        return Ok(Requeue::Sweep);
    }
    context.metrics.drift(&object.label(), status.drift, plan, object.common());
    mended(object.common(), &status).for_each(|seconds| context.metrics.feed.mended(seconds));
    if let Some(account) = &prepared.account {
        archive::drift(object, account, &mut status, context).await;
    }
    let status = object.with_common(status, prepared, observed);
    // While something is still being made, the next pass follows at once and reports for both.
    let was_converged = object.common().is_some_and(|c| c.converged_generation.is_some());
    let reported_soon = requeue == Requeue::Now
        && !was_converged
        && matches!(prepared.facts.next, Turn::Undecided)
        && object.status().is_some();
    if !reported_soon && (intents_written || object.status() != Some(&status)) {
        let value = serde_json::to_value(&status).unwrap_or_default();
        let basis = prepared.facts.is_open.then(|| object.resource_version()).flatten();
        write(object, value, basis, context).await?;
    }
    publish(object, notices, context).await;
    Ok(requeue)
}

/// How long each difference stood that has gone with this pass.
fn mended<'a>(before: Option<&'a CommonStatus>, now: &'a CommonStatus) -> impl Iterator<Item = u32> + 'a {
    let open = move |record: &&DriftRecord| {
        let same = |r: &DriftRecord| {
            (&r.resource, &r.path, &r.found_at) == (&record.resource, &record.path, &record.found_at)
        };
        before.is_some_and(|c| c.recent_drift.iter().any(|r| r.mended_at.is_none() && same(r)))
    };
    now.recent_drift.iter().filter(|record| record.mended_at.is_some()).filter(open).filter_map(|record| {
        let began = record.changed_by.as_ref().map_or(&record.found_at, |by| &by.at);
        let stood = seconds(record.mended_at.as_deref()?)? - seconds(began)?;
        Some(u32::try_from(stood).unwrap_or_default())
    })
}

/// Writes the common part of the status and leaves the kind's own as it is.
pub async fn write_common<K: Object>(
    object: &K,
    common: &CommonStatus,
    context: &Context,
) -> Result<(), Unreported> {
    let mut value = object.status().and_then(|s| serde_json::to_value(s).ok()).unwrap_or_else(|| json!({}));
    if let (Value::Object(into), Ok(Value::Object(from))) = (&mut value, serde_json::to_value(common)) {
        into.extend(from);
    }
    write(object, value, None, context).await
}

/// Tells the tenant's buckets of its key as soon as there is one, before the rest of the pass.
pub async fn announce_key<K: Object>(object: &K, arn: &str, intents: &[Intent], context: &Context) {
    // Nobody waits for an environment's.
    if K::KIND != ClientTenant::KIND {
        return;
    }
    let mut value = object.status().and_then(|s| serde_json::to_value(s).ok()).unwrap_or_else(|| json!({}));
    value["keyArn"] = json!(arn);
    value["intents"] = json!(intents);
    if let Err(error) = write(object, value, None, context).await {
        tracing::warn!(%error, "the key could not be announced; the end of the pass does it");
    }
}

/// With a `basis`, only onto that version of the object; the next pass decides anew.
async fn write<K: Object>(
    object: &K,
    mut status: Value,
    basis: Option<String>,
    context: &Context,
) -> Result<(), Unreported> {
    if let Some(parts) = status.as_object_mut() {
        parts.retain(|name, _| !K::OTHERS.contains(&name.as_str()));
    }
    let mut patch = json!({
        "apiVersion": K::api_version(&()),
        "kind": K::kind(&()),
        "metadata": { "name": object.name_any(), "uid": Object::uid(object) },
        "status": status,
    });
    if let Some(version) = basis {
        patch["metadata"]["resourceVersion"] = json!(version);
    }
    let params = PatchParams::apply("cloister").force();
    let api = object.api(&context.client);
    let result = api.patch_status(&object.name_any(), &params, &Patch::Apply(&patch)).await;
    match result {
        Ok(_) => Ok(()),
        // Gone in the meantime, or its namesake: there is nobody to report to.
        Err(kube::Error::Api(answer)) if answer.code == 404 || answer.code == 409 => Ok(()),
        Err(error) => Err(Unreported::at("patch status")(error)),
    }
}

pub async fn publish<K: Object>(object: &K, notices: Vec<Notice>, context: &Context) {
    let reference = object.object_ref(&());
    for notice in notices {
        tracing::info!(object = object.label(), reason = notice.reason, message = notice.message, "event");
        let event = Event {
            type_: if notice.warning { EventType::Warning } else { EventType::Normal },
            reason: notice.reason.to_owned(),
            note: Some(notice.message),
            action: notice.action.to_owned(),
            // Events about different things must not be folded into one.
            secondary: notice.about.map(|about| ObjectReference {
                kind: Some("Resource".to_owned()),
                name: Some(about.resource),
                field_path: Some(about.path),
                ..ObjectReference::default()
            }),
        };
        // An event that is lost is still in the status and the log.
        if let Err(error) = context.events.publish(&event, &reference).await {
            tracing::debug!(%error, "an event could not be published");
        }
    }
}
