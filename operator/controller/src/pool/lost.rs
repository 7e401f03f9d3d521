//! Pods whose node is gone for good. By itself Kubernetes waits for a minute or more before it lets their place be taken.

use cloister_core::fault::Fault;
use cloister_core::pool::Pod as PoolPod;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::{Api, Client, ResourceExt as _};
use serde_json::json;

use super::view;
use crate::objects::fault;

/// Says what the node would have said, and takes the pod away. A Job makes another then, which does not count as a
/// failure: <https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions>
/// False where it has ended by itself, or is gone.
pub async fn fail(client: &Client, namespace: &str, pod: &PoolPod) -> Result<bool, Fault> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let now = api.get_opt(&pod.name).await.map_err(|e| fault("GetPod", &e))?;
    let lives = |now: &Pod| now.uid().as_ref() == Some(&pod.uid) && !view::has_ended(now);
    // Nobody but the control plane writes to it any more, so that it cannot end after this look.
    if !now.is_some_and(|now| lives(&now)) {
        return Ok(false);
    }
    let condition = json!({
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "InstanceTerminated",
        "message": "the EC2 instance of its node was terminated",
        "lastTransitionTime": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    let patch = json!({
        "metadata": { "uid": pod.uid },
        "status": { "phase": "Failed", "conditions": [condition] },
    });
    let told = api.patch_status(&pod.name, &PatchParams::default(), &Patch::Strategic(&patch)).await;
    told.map_err(|e| fault("PatchPodStatus", &e))?;
    let only = Preconditions { uid: Some(pod.uid.clone()), resource_version: None };
    let params = DeleteParams { preconditions: Some(only), ..DeleteParams::default() }.grace_period(0);
    match api.delete(&pod.name, &params).await {
        Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(true),
        sent => sent.map(|_| true).map_err(|e| fault("DeletePod", &e)),
    }
}
