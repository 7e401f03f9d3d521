//! Pods whose node is gone for good. By itself Kubernetes waits for a minute or more before it lets their place be taken.

use cloister_core::fault::Fault;
use cloister_core::pool::Pod as PoolPod;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::{Api, Client};
use serde_json::json;

use crate::objects::fault;

/// Says what the node would have said, and takes the pod away. A Job makes another then, which does not count as a
/// failure: <https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions>
pub async fn fail(client: &Client, namespace: &str, pod: &PoolPod) -> Result<(), Fault> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
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
    gone(told, "PatchPodStatus")?;
    let only = Preconditions { uid: Some(pod.uid.clone()), resource_version: None };
    let params = DeleteParams { preconditions: Some(only), ..DeleteParams::default() }.grace_period(0);
    gone(api.delete(&pod.name, &params).await, "DeletePod")
}

/// What is gone, or is another of that name by now, is not ours to fail.
fn gone<T>(sent: kube::Result<T>, operation: &'static str) -> Result<(), Fault> {
    match sent {
        Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(()),
        sent => sent.map(drop).map_err(|e| fault(operation, &e)),
    }
}
