//! What holds the pods: where they may speak to, and how many of them may go at a time.

use serde_json::{Value, json};

use super::Inputs;
use super::exposure::PORT;

/// Of the door's metrics and health, in plain HTTP.
pub(super) const HEALTH_PORT: u16 = 9090;

/// In: users, and who reads metrics. Out: names, and HTTPS to AWS and the identity provider. Never to the instance's
/// metadata, nor to other pods but on the ports of HTTPS.
pub(super) fn network(inputs: &Inputs<'_>) -> Value {
    let tcp = |port: u16| json!({ "protocol": "TCP", "port": port });
    let dns = json!([{ "protocol": "UDP", "port": 53 }, tcp(53)]);
    let mut out = vec![tcp(443)];
    out.extend(issuer_port(inputs).filter(|port| *port != 443).map(tcp));
    let monitoring = json!({ "namespaceSelector": { "matchLabels": { MONITORING: "true" } } });
    json!({ "spec": {
        "podSelector": inputs.selector(),
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            { "ports": [tcp(PORT)] },
            { "from": [monitoring], "ports": [tcp(HEALTH_PORT)] },
        ],
        "egress": [
            {
                "to": [{
                    "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
                    "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
                }],
                "ports": dns,
            },
            {
                "to": [
                    { "ipBlock": { "cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"] } },
                    { "ipBlock": { "cidr": "::/0", "except": ["fd00:ec2::/32", "fe80::/10"] } },
                ],
                "ports": out,
            },
        ],
    } })
}

/// Namespaces whose pods may read the door's metrics.
const MONITORING: &str = "cloister.dev/monitoring";

fn issuer_port(inputs: &Inputs<'_>) -> Option<u16> {
    let authority = inputs.provider?.issuer.strip_prefix("https://")?.split('/').next()?;
    authority.rsplit_once(':')?.1.parse().ok()
}

/// A drain takes one pod at a time, and is not held up by one that does not work anyway.
pub(super) fn disruption(inputs: &Inputs<'_>) -> Value {
    json!({ "spec": {
        "maxUnavailable": 1,
        "selector": inputs.selector(),
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    } })
}
