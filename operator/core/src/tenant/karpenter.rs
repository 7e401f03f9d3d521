//! A tenant's nodes for a cluster in which Karpenter launches them: its EC2NodeClass and NodePool.
//! <https://karpenter.sh/docs/concepts/nodepools/> <https://karpenter.sh/docs/concepts/nodeclasses/>

use cloister_crds::Nodes;
use cloister_crds::nodes::NodeSource;
use serde_json::{Value, json};

use super::Inputs;
use super::nodes::{ROOT, labelled};
use crate::ownership::TENANT;
use crate::pool::{PROVEN, UNPROVEN};

/// None where the tenant has no nodes, or Karpenter is not the Environment's.
#[must_use]
pub fn karpenter(inputs: &Inputs<'_>) -> Option<[Value; 2]> {
    let (nodes, source) = (inputs.spec.nodes.as_ref()?, inputs.account.nodes.as_ref()?);
    source.karpenter.as_ref()?;
    let name = format!("cloister-{}", inputs.names.tenant);
    Some([class(inputs, &name, nodes, source), pool(inputs, &name, nodes)])
}

fn class(inputs: &Inputs<'_>, name: &str, nodes: &Nodes, source: &NodeSource) -> Value {
    let ids = |ids: &std::collections::BTreeSet<String>| -> Vec<Value> {
        ids.iter().map(|id| json!({ "id": id })).collect()
    };
    json!({
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": { "name": name, "labels": { TENANT: inputs.names.tenant } },
        "spec": {
            "amiFamily": "AL2023",
            "amiSelectorTerms": [{ "id": source.image_id }],
            "subnetSelectorTerms": ids(&inputs.account.subnets),
            "securityGroupSelectorTerms": ids(&inputs.account.security_groups),
            "instanceProfile": inputs.names.role("node"),
            "associatePublicIPAddress": false,
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpTokens": "required",
                "httpPutResponseHopLimit": 1,
            },
            "blockDeviceMappings": [{
                "deviceName": ROOT,
                "rootVolume": true,
                "ebs": {
                    "encrypted": true,
                    "kmsKeyID": inputs.key_arn(),
                    "volumeSize": format!("{}Gi", nodes.root_volume_gib),
                    "volumeType": "gp3",
                    "deleteOnTermination": true,
                },
            }],
            // By these the operator finds the instances, proves them, and may end what is not as declared.
            "tags": labelled(inputs, "node"),
        },
    })
}

fn pool(inputs: &Inputs<'_>, name: &str, nodes: &Nodes) -> Value {
    let tenant = &inputs.names.tenant;
    let one_of = |key: &str, values: &[String]| json!({ "key": key, "operator": "In", "values": values });
    json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": { "name": name, "labels": { TENANT: tenant } },
        "spec": {
            "template": {
                "metadata": { "labels": { TENANT: tenant, PROVEN: tenant } },
                "spec": {
                    "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name },
                    "taints": [{ "key": TENANT, "value": tenant, "effect": "NoSchedule" }],
                    // Lifted once EC2 has shown that the instance is as declared.
                    "startupTaints": [{ "key": UNPROVEN, "value": "true", "effect": "NoSchedule" }],
                    "requirements": [
                        one_of("karpenter.k8s.aws/instance-tenancy", &[nodes.tenancy.ec2().to_owned()]),
                        one_of("karpenter.sh/capacity-type", &["on-demand".to_owned()]),
                        one_of("kubernetes.io/os", &["linux".to_owned()]),
                        one_of("node.kubernetes.io/instance-type", &nodes.instance_types),
                    ],
                    "expireAfter": format!("{}h", nodes.expire_after_hours),
                },
            },
            // Consolidation would end runs to save money.
            "disruption": {
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": format!("{}s", nodes.idle_seconds),
            },
            "limits": { "nodes": nodes.max.to_string() },
        },
    })
}
