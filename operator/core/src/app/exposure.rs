//! How users reach the pods. TLS goes through to them untouched: no certificate and no listener that ends it is
//! declared anywhere before them, and one that somebody adds is taken away again.

use serde_json::{Value, json};

use super::{Inputs, certificate_secret, object_name};
use crate::resource::LOAD_BALANCER;

/// Of users, at the pods.
pub(super) const PORT: u16 = 8443;

pub(super) fn service(inputs: &Inputs<'_>) -> Value {
    let mut spec = json!({
        "type": "ClusterIP",
        "selector": inputs.selector()["matchLabels"],
        "ports": [{ "name": "https", "port": 443, "targetPort": PORT, "protocol": "TCP" }],
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
    });
    let mut body = json!({});
    if let Some(balancer) = &inputs.spec.exposure.load_balancer {
        spec["type"] = json!("LoadBalancer");
        spec["loadBalancerClass"] = json!("service.k8s.aws/nlb");
        // It sends to the pods themselves.
        spec["allocateLoadBalancerNodePorts"] = json!(false);
        spec["externalTrafficPolicy"] = json!("Cluster");
        if !balancer.source_ranges.is_empty() {
            spec["loadBalancerSourceRanges"] = json!(balancer.source_ranges);
        }
        body["metadata"] = metadata(inputs, balancer.public);
    }
    body["spec"] = spec;
    body
}

/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/>
fn metadata(inputs: &Inputs<'_>, public: bool) -> Value {
    let mut metadata =
        inputs.object(crate::resource::ObjectKind::Service, &object_name(inputs.name), json!({}))["metadata"]
            .take();
    let annotations = [
        ("type", "external"),
        ("nlb-target-type", "ip"),
        ("scheme", if public { "internet-facing" } else { "internal" }),
        ("healthcheck-protocol", "tcp"),
        // Whose address the access log names; and who is served by a pod that ends moves to another.
        (
            "target-group-attributes",
            "preserve_client_ip.enabled=true,deregistration_delay.timeout_seconds=30,\
             deregistration_delay.connection_termination.enabled=true",
        ),
        ("attributes", "load_balancing.cross_zone.enabled=true"),
    ];
    for (name, value) in annotations {
        metadata["annotations"][format!("{LOAD_BALANCER}{name}")] = json!(value);
    }
    metadata
}

/// Of the Gateway API. A TLSRoute goes by the name in the first packet, and has no way to end TLS.
pub(super) fn route(inputs: &Inputs<'_>) -> Value {
    let Some(gateway) = &inputs.spec.exposure.gateway else { return json!({}) };
    let mut parent = json!({
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "namespace": gateway.namespace,
        "name": gateway.name,
    });
    if let Some(listener) = &gateway.listener {
        parent["sectionName"] = json!(listener);
    }
    let service =
        json!({ "group": "", "kind": "Service", "name": object_name(inputs.name), "port": 443, "weight": 1 });
    json!({ "spec": {
        "parentRefs": [parent],
        "hostnames": [inputs.spec.host],
        "rules": [{ "backendRefs": [service] }],
    } })
}

/// Of cert-manager. The key never leaves the cluster, and is a new one each time.
pub(super) fn certificate(inputs: &Inputs<'_>) -> Value {
    let Some(issuer) = &inputs.spec.tls.issuer else { return json!({}) };
    json!({ "spec": {
        "secretName": certificate_secret(inputs.name),
        "dnsNames": [inputs.spec.host],
        "issuerRef": { "group": "cert-manager.io", "kind": format!("{:?}", issuer.kind), "name": issuer.name },
        "privateKey": { "algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always" },
        "usages": ["digital signature", "server auth"],
    } })
}
