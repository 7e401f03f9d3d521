//! How many pods serve, and why others do not.

use cloister_core::app::{self, APP};
use cloister_core::resource::{ObjectId, ObjectKind};
use cloister_crds::AnalyticsApp;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::Value;

use crate::context::Context;

#[derive(Default)]
pub(super) struct Serving {
    pub ready: Option<i32>,
    pub waiting: Vec<String>,
}

pub(super) async fn look(app: &AnalyticsApp, context: &Context) -> Serving {
    let namespace = app.namespace().unwrap_or_default();
    let name = app::object_name(&app.name_any());
    let id = ObjectId { kind: ObjectKind::Deployment, namespace, name };
    let Some(deployment) = context.objects.get(&id) else { return Serving::default() };
    let count = |field: &str| deployment["status"][field].as_i64().unwrap_or_default();
    let (ready, all) = (count("readyReplicas"), count("replicas"));
    let wanted = deployment["spec"]["replicas"].as_i64().unwrap_or(1).max(app.spec.replicas.min.into());
    let told =
        count("observedGeneration") >= deployment["metadata"]["generation"].as_i64().unwrap_or_default();
    let new = count("updatedReplicas") == all;
    let mut waiting = Vec::new();
    if !told || !new || ready < wanted {
        let how = if told && !new { ", and older ones are being replaced" } else { "" };
        let mut sentence = format!("{ready} of {wanted} pods are ready{how}");
        let why = app::troubles(&pods(app, context).await);
        if !why.is_empty() {
            sentence = format!("{sentence}: {}", why.join(", "));
        }
        waiting.push(sentence);
    }
    Serving { ready: i32::try_from(ready).ok(), waiting }
}

async fn pods(app: &AnalyticsApp, context: &Context) -> Vec<Value> {
    let api: Api<Pod> = Api::namespaced(context.client.clone(), &app.namespace().unwrap_or_default());
    let ours = ListParams::default().labels(&format!("{APP}={}", app.name_any())).limit(100);
    // Without it the numbers are told all the same.
    let listed = api.list(&ours).await.map(|list| list.items).unwrap_or_default();
    listed.iter().filter_map(|pod| serde_json::to_value(pod).ok()).collect()
}
