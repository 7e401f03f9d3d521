//! What others fill into a Kubernetes object, and so must not look like a difference.

use serde_json::{Map, Value, json};

/// Begins what the AWS Load Balancer Controller is told by a Service.
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/>
pub const LOAD_BALANCER: &str = "service.beta.kubernetes.io/aws-load-balancer-";

/// `kubectl rollout restart` does no harm.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// What the API server chooses for a Service.
const CHOSEN: [&str; 5] = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"];

/// What is wanted, with what is others' to say as they have said it. Null is what must not be there.
#[must_use]
pub fn filled_in(want: &Value, have: &Value) -> Value {
    let mut want = want.clone();
    match want["kind"].as_str() {
        Some("Service") => service(&mut want, have),
        Some("Deployment") => deployment(&mut want, have),
        // Made once; what is in it is told to nobody, and the API server keeps it as it is.
        Some("Secret") => want = have.clone(),
        _ => {}
    }
    want
}

fn service(want: &mut Value, have: &Value) {
    for field in CHOSEN {
        let chosen = &have["spec"][field];
        if want["spec"].is_object() && !chosen.is_null() {
            want["spec"][field] = chosen.clone();
        }
    }
    // One that we do not know could end TLS at the load balancer.
    let none = Map::new();
    let others = have["metadata"]["annotations"].as_object().unwrap_or(&none).keys();
    let undeclared: Vec<&String> = others
        .filter(|name| {
            name.starts_with(LOAD_BALANCER) && want["metadata"]["annotations"][name.as_str()].is_null()
        })
        .collect();
    for name in undeclared {
        want["metadata"]["annotations"][name.as_str()] = Value::Null;
    }
}

fn deployment(want: &mut Value, have: &Value) {
    if !want["spec"].is_object() {
        return;
    }
    let restarted = &have["spec"]["template"]["metadata"]["annotations"][RESTARTED];
    if !restarted.is_null() {
        want["spec"]["template"]["metadata"]["annotations"][RESTARTED] = restarted.clone();
    }
    if want["spec"]["replicas"].is_null() {
        // The autoscaler's to say; but it does nothing about none.
        let replicas = &have["spec"]["replicas"];
        want["spec"]["replicas"] = if *replicas == json!(0) { json!(1) } else { replicas.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_keeps_its_address_and_no_annotation_that_could_end_tls() {
        let certificate = format!("{LOAD_BALANCER}ssl-cert");
        let want =
            json!({ "kind": "Service", "metadata": { "annotations": {} }, "spec": { "type": "ClusterIP" } });
        let have = json!({
            "kind": "Service",
            "metadata": { "annotations": { certificate.as_str(): "arn", "other.example/note": "theirs" } },
            "spec": { "type": "ClusterIP", "clusterIP": "10.0.0.7", "externalIPs": ["203.0.113.7"] },
        });
        let filled = filled_in(&want, &have);
        assert_eq!(filled["spec"], json!({ "type": "ClusterIP", "clusterIP": "10.0.0.7" }));
        assert_eq!(filled["metadata"]["annotations"], json!({ certificate.as_str(): null }));
    }

    #[test]
    fn replicas_are_the_autoscalers_unless_it_could_not_act() {
        let want = json!({ "kind": "Deployment", "spec": { "template": { "metadata": {} } } });
        let with =
            |n: i32| filled_in(&want, &json!({ "spec": { "replicas": n } }))["spec"]["replicas"].clone();
        assert_eq!((with(7), with(0)), (json!(7), json!(1)));
        let fixed = json!({ "kind": "Deployment", "spec": { "replicas": 2 } });
        assert_eq!(filled_in(&fixed, &json!({ "spec": { "replicas": 9 } }))["spec"]["replicas"], 2);
    }
}
