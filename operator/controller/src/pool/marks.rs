//! Changes of Node objects. Each is of the object as it was just read, and fails where somebody was faster.

use cloister_core::fault::Fault;
use cloister_core::ownership::TENANT;
use cloister_core::pool::{DRAINING, PROVEN, UNPROVEN};
use k8s_openapi::api::core::v1::{Node, Pod, Taint};
use kube::api::{DeleteParams, EvictParams, ListParams, Patch, PatchParams, Preconditions};
use kube::{Api, Client, ResourceExt as _};
use serde_json::json;

use super::view;
use crate::objects::fault;

/// Gives the node the label by which pods select it, and lifts the taint of what is not proven. False where it is not
/// the instance's node any more.
pub async fn prove(client: &Client, name: &str, instance: &str, tenant: &str) -> Result<bool, Fault> {
    let change = |node: &Node| {
        let mut taints = taints(node);
        taints.retain(|taint| taint.key != UNPROVEN);
        if !taints.iter().any(|taint| taint.key == TENANT) {
            taints.push(no_schedule(TENANT, tenant));
        }
        json!({ "metadata": { "labels": { PROVEN: tenant } }, "spec": { "taints": taints } })
    };
    mark(client, name, instance, change).await
}

pub async fn drain(client: &Client, name: &str, instance: &str, why: &str) -> Result<bool, Fault> {
    let change = |node: &Node| {
        let mut taints = taints(node);
        taints.retain(|taint| taint.key != DRAINING);
        taints.push(no_schedule(DRAINING, why));
        json!({ "spec": { "taints": taints } })
    };
    mark(client, name, instance, change).await
}

async fn mark(
    client: &Client,
    name: &str,
    instance: &str,
    change: impl Fn(&Node) -> serde_json::Value,
) -> Result<bool, Fault> {
    let api: Api<Node> = Api::all(client.clone());
    let Some(node) = api.get_opt(name).await.map_err(|e| fault("GetNode", &e))? else { return Ok(false) };
    if view::node(&node).instance != instance {
        return Ok(false);
    }
    let mut patch = change(&node);
    patch["metadata"]["resourceVersion"] = json!(node.resource_version());
    let sent = api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await;
    sent.map(|_| true).map_err(|e| fault("PatchNode", &e))
}

fn taints(node: &Node) -> Vec<Taint> {
    node.spec.as_ref().and_then(|spec| spec.taints.clone()).unwrap_or_default()
}

fn no_schedule(key: &str, value: &str) -> Taint {
    Taint { key: key.into(), value: Some(value.into()), effect: "NoSchedule".into(), time_added: None }
}

/// Asked of the API server itself: a pod may have been bound since the cache last saw the node.
pub async fn is_busy(client: &Client, node: &str) -> Result<bool, Fault> {
    let api: Api<Pod> = Api::all(client.clone());
    let params = ListParams::default().fields(&format!("spec.nodeName={node}"));
    let pods = api.list(&params).await.map_err(|e| fault("ListPods", &e))?;
    Ok(pods.iter().any(|pod| view::pod(pod).is_some()))
}

pub async fn delete(client: &Client, name: &str, instance: &str) -> Result<(), Fault> {
    let api: Api<Node> = Api::all(client.clone());
    let Some(node) = api.get_opt(name).await.map_err(|e| fault("GetNode", &e))? else { return Ok(()) };
    if view::node(&node).instance != instance {
        return Ok(());
    }
    let only = Preconditions { uid: node.uid(), resource_version: None };
    let params = DeleteParams { preconditions: Some(only), ..DeleteParams::default() };
    match api.delete(name, &params).await {
        Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(()),
        sent => sent.map(drop).map_err(|e| fault("DeleteNode", &e)),
    }
}

/// A disruption budget may say no, and then it is asked again later.
pub async fn evict(client: &Client, namespace: &str, name: &str) -> Result<(), Fault> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    match api.evict(name, &EvictParams::default()).await {
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 429) => Ok(()),
        sent => sent.map(drop).map_err(|e| fault("EvictPod", &e)),
    }
}
