//! How many pods there are.

use serde_json::{Value, json};

use super::{Inputs, object_name};

pub(super) fn autoscaler(inputs: &Inputs<'_>) -> Value {
    let replicas = &inputs.spec.replicas;
    let Some(max) = replicas.max else { return json!({}) };
    json!({ "spec": {
        "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": object_name(inputs.name) },
        "minReplicas": replicas.min,
        "maxReplicas": max,
        "metrics": [{
            "type": "Resource",
            "resource": {
                "name": "cpu",
                "target": { "type": "Utilization", "averageUtilization": replicas.target_cpu_percent },
            },
        }],
    } })
}
