//! The pool's part of the tenant's status, its Events and its metrics.

use cloister_core::pool::{Decision, condition};
use cloister_crds::ClientTenant;
use kube::api::{Patch, PatchParams};
use kube::runtime::events::{Event, EventType};
use kube::{Resource as _, ResourceExt as _};
use serde_json::json;

use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

/// Writes `status.nodes` if it is new, over this version of the tenant and no other: an older view must not take
/// launches away that are written down since. False where somebody was faster.
pub async fn write(
    tenant: &ClientTenant,
    decision: &Decision,
    version: &str,
    context: &Context,
) -> Result<bool, Unreported> {
    let name = tenant.name_any();
    let before = tenant.status.as_ref().and_then(|status| status.nodes.as_ref());
    let mut nodes = decision.status.clone();
    let (generation, now) = (Object::generation(tenant), jiff::Timestamp::now().as_second());
    let launching = condition(decision.refusal.as_ref(), generation, now, before);
    if decision.refusal.is_some() && is_news(before, &launching.message) {
        publish(tenant, "LaunchFailed", &launching.message, true, context).await;
    }
    nodes.conditions = vec![launching];
    context.metrics.pool(&name, &nodes);
    if before == Some(&nodes) {
        return Ok(true);
    }
    let patch = json!({
        "apiVersion": ClientTenant::api_version(&()),
        "kind": ClientTenant::kind(&()),
        "metadata": { "name": name, "uid": Object::uid(tenant), "resourceVersion": version },
        "status": { "nodes": nodes },
    });
    let params = PatchParams::apply("cloister-nodes").force();
    let sent = tenant.api(&context.client).patch_status(&name, &params, &Patch::Apply(&patch)).await;
    match sent {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(answer)) if answer.code == 404 || answer.code == 409 => Ok(false),
        Err(error) => Err(Unreported::at("patch status of nodes")(error)),
    }
}

fn is_news(before: Option<&cloister_crds::NodesStatus>, message: &str) -> bool {
    let said = before.and_then(|nodes| nodes.conditions.iter().find(|c| c.type_ == "Launching"));
    said.is_none_or(|said| said.message != message)
}

pub async fn publish(tenant: &ClientTenant, reason: &str, message: &str, warning: bool, context: &Context) {
    tracing::info!(object = tenant.label(), reason, message, "event");
    let event = Event {
        type_: if warning { EventType::Warning } else { EventType::Normal },
        reason: reason.to_owned(),
        note: Some(message.to_owned()),
        action: "Nodes".to_owned(),
        secondary: None,
    };
    // An event that is lost is still in the log.
    if let Err(error) = context.events.publish(&event, &tenant.object_ref(&())).await {
        tracing::debug!(%error, "an event could not be published");
    }
}
