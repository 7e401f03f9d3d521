//! Evidence's part of the status, and the Event where it could not be written.

use cloister_core::conclude::Notice;
use cloister_crds::EvidenceStatus;
use kube::ResourceExt as _;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::learn;
use crate::api::Object;
use crate::commands::{Complaint, told};
use crate::context::Context;
use crate::report;

/// By a field manager of its own, so that passes leave it as it is.
pub async fn down<K: Object>(
    object: &K,
    before: Option<&EvidenceStatus>,
    written: Result<String, Complaint>,
    context: &Context,
) {
    if !context.fence.holds() {
        return;
    }
    learn(object, written.is_ok(), context);
    let mut status = before.cloned().unwrap_or_default();
    match written {
        Ok(key) => {
            tracing::info!(object = object.label(), key, "evidence is in the audit bucket");
            status = EvidenceStatus { last_written: Some(report::now()), key: Some(key), failure: None };
        }
        Err(complaint) => {
            let why = told(&complaint);
            tracing::warn!(object = object.label(), why, "evidence could not be written; it is tried again");
            if status.failure.as_ref() != Some(&why) {
                report::publish(object, vec![failed(&why)], context).await;
            }
            status.failure = Some(why);
        }
    }
    if before == Some(&status) {
        return;
    }
    let name = object.name_any();
    let patch = json!({
        "apiVersion": K::api_version(&()),
        "kind": K::kind(&()),
        "metadata": { "name": name, "uid": Object::uid(object) },
        "status": { "evidence": status },
    });
    let params = PatchParams::apply("cloister-evidence").force();
    let sent = object.api(&context.client).patch_status(&name, &params, &Patch::Apply(&patch)).await;
    match sent {
        Ok(_) => {}
        // Gone in the meantime, or its namesake.
        Err(kube::Error::Api(answer)) if answer.code == 404 || answer.code == 409 => {}
        // It is found to be written when it is tried again.
        Err(error) => tracing::warn!(%error, object = object.label(), "status.evidence could not be written"),
    }
}

fn failed(why: &str) -> Notice {
    let message = format!("evidence could not be written into the audit bucket: {why}");
    Notice { warning: true, reason: "EvidenceFailed", action: "Evidence", message, about: None }
}
