//! Of pods and nodes what the pool is decided from.

use std::collections::BTreeMap;

use cloister_core::ownership::TENANT;
use cloister_core::pool::{DRAINING, Node as PoolNode, PROVEN, Pod as PoolPod, Resources, UNPROVEN};
use k8s_openapi::api::core::v1::{Container, Node, Pod, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::ResourceExt as _;

const ZONE: &str = "topology.kubernetes.io/zone";
const TYPE: &str = "node.kubernetes.io/instance-type";

/// None for pods that do not count: ended ones, a DaemonSet's, and those that are not for the tenant's nodes.
pub fn pod(pod: &Pod) -> Option<PoolPod> {
    let spec = pod.spec.as_ref()?;
    let controller = pod.owner_references().iter().find(|owner| owner.controller == Some(true));
    if has_ended(pod) || controller.is_some_and(|owner| owner.kind == "DaemonSet") {
        return None;
    }
    let selector = spec.node_selector.clone().unwrap_or_default();
    if spec.node_name.is_none() && selector.get(PROVEN) != pod.namespace().as_ref() {
        return None;
    }
    let ours = [PROVEN, ZONE, TYPE, "kubernetes.io/os"];
    Some(PoolPod {
        uid: pod.uid().unwrap_or_default(),
        name: pod.name_any(),
        node: spec.node_name.clone(),
        requests: requests(spec),
        unschedulable: is_unschedulable(pod),
        replaceable: controller.is_some_and(|owner| owner.kind != "Job"),
        leaving: pod.metadata.deletion_timestamp.is_some(),
        zone: selector.get(ZONE).cloned(),
        type_: selector.get(TYPE).cloned(),
        odd: selector.keys().find(|key| !ours.contains(&key.as_str())).cloned(),
        demands: demands(spec),
    })
}

fn demands(spec: &PodSpec) -> Option<&'static str> {
    let affinity = spec.affinity.clone().unwrap_or_default();
    let node = affinity.node_affinity.unwrap_or_default();
    let pods = affinity.pod_affinity.unwrap_or_default();
    let others = affinity.pod_anti_affinity.unwrap_or_default();
    let spread = spec.topology_spread_constraints.iter().flatten();
    let all = [
        ("nodeAffinity", node.required_during_scheduling_ignored_during_execution.is_some()),
        ("podAffinity", pods.required_during_scheduling_ignored_during_execution.is_some()),
        ("podAntiAffinity", others.required_during_scheduling_ignored_during_execution.is_some()),
        ("topologySpreadConstraints", spread.into_iter().any(|c| c.when_unsatisfiable == "DoNotSchedule")),
    ];
    all.into_iter().find_map(|(field, asked)| asked.then_some(field))
}

pub fn has_ended(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

fn is_unschedulable(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| {
        all.iter().any(|c| {
            c.type_ == "PodScheduled" && c.status == "False" && c.reason.as_deref() == Some("Unschedulable")
        })
    })
}

/// <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers>
fn requests(spec: &PodSpec) -> Resources {
    let asked = |container: &Container| {
        let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
        resources(requests)
    };
    let none = Vec::new();
    let inits = spec.init_containers.as_ref().unwrap_or(&none);
    let (sidecars, inits): (Vec<_>, Vec<_>) =
        inits.iter().partition(|c| c.restart_policy.as_deref() == Some("Always"));
    let together =
        spec.containers.iter().chain(sidecars).map(asked).fold(Resources::default(), Resources::plus);
    let most = inits.into_iter().map(asked).fold(together, |most, one| Resources {
        cpu: most.cpu.max(one.cpu),
        memory: most.memory.max(one.memory),
        pods: 0,
    });
    most.plus(resources(spec.overhead.as_ref())).plus(Resources { pods: 1, ..Resources::default() })
}

fn resources(from: Option<&BTreeMap<String, Quantity>>) -> Resources {
    let of = |name: &str| from.and_then(|all| all.get(name));
    Resources {
        cpu: of("cpu").and_then(|q| thousandths(&q.0)).unwrap_or_default(),
        memory: of("memory").and_then(|q| thousandths(&q.0)).unwrap_or_default().div_ceil(1000),
        pods: of("pods").and_then(|q| thousandths(&q.0)).unwrap_or_default() / 1000,
    }
}

/// A quantity in thousandths, rounded up: `100m`, `1.5`, `2Gi`.
/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn thousandths(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = part.chars().chain("000000000".chars()).take(9).collect::<String>();
    let nanos = whole.parse::<u128>().unwrap_or_default() * 1_000_000_000 + digits.parse::<u128>().ok()?;
    let (times, over): (u128, u128) = match suffix {
        "" => (1, 1),
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1000),
        "k" => (1000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        exponent => (10_u128.checked_pow(exponent.strip_prefix(['e', 'E'])?.parse().ok()?)?, 1),
    };
    u64::try_from((nanos.checked_mul(times)? / over).div_ceil(1_000_000)).ok()
}

pub fn labelled_node(node: &Node) -> Option<(String, PoolNode)> {
    Some((node.labels().get(TENANT)?.clone(), self::node(node)))
}

pub fn node(node: &Node) -> PoolNode {
    let spec = node.spec.clone().unwrap_or_default();
    let taints = spec.taints.unwrap_or_default();
    let tenant = node.labels().get(TENANT);
    let taint = |key: &str| taints.iter().find(|taint| taint.key == key);
    let status = node.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_ref());
    PoolNode {
        name: node.name_any(),
        instance: spec.provider_id.as_deref().and_then(instance_id).unwrap_or_default().to_owned(),
        proven: tenant.is_some() && node.labels().get(PROVEN) == tenant,
        unproven_taint: taint(UNPROVEN).is_some(),
        tenant_taint: taint(TENANT).is_some_and(|t| t.value.as_ref() == tenant && t.effect == "NoSchedule"),
        draining: taint(DRAINING).map(|taint| taint.value.clone().unwrap_or_default()),
        ready: conditions.is_some_and(|all| all.iter().any(|c| c.type_ == "Ready" && c.status == "True")),
        allocatable: resources(status.and_then(|status| status.allocatable.as_ref())),
        created: node.metadata.creation_timestamp.as_ref().map_or(0, |at| at.0.as_second()),
    }
}

/// `aws:///us-east-1a/i-0123456789abcdef0`.
fn instance_id(provider: &str) -> Option<&str> {
    provider.strip_prefix("aws://")?.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parsed(spec: &Value) -> Option<PoolPod> {
        let whole = json!({ "metadata": { "name": "p", "namespace": "acme", "uid": "u" }, "spec": spec });
        pod(&serde_json::from_value(whole).unwrap_or_default())
    }

    #[test]
    fn quantities_are_read_in_every_spelling() {
        let read = ["100m", "1.5", "2", "1Ki", "0.1", "1e3", "128974848", "1500u"].map(thousandths);
        let want = [100, 1500, 2000, 1_024_000, 100, 1_000_000, 128_974_848_000, 2];
        assert_eq!(read, want.map(Some));
        assert_eq!(thousandths("many"), None);
    }

    #[test]
    fn init_containers_count_where_they_ask_for_more_and_sidecars_always() {
        let cpu = |cores: &str| json!({ "requests": { "cpu": cores } });
        let seen = parsed(&json!({
            "nodeSelector": { PROVEN: "acme" },
            "initContainers": [
                { "name": "i", "resources": cpu("3") },
                { "name": "s", "restartPolicy": "Always", "resources": cpu("500m") },
            ],
            "containers": [{ "name": "a", "resources": cpu("1") }, { "name": "b", "resources": cpu("1") }],
        }));
        assert_eq!(seen.map(|pod| (pod.requests.cpu, pod.requests.pods)), Some((3000, 1)));
    }

    #[test]
    fn a_pod_that_selects_another_tenants_nodes_or_none_does_not_count() {
        assert_eq!(parsed(&json!({ "containers": [] })), None);
        assert_eq!(parsed(&json!({ "containers": [], "nodeSelector": { PROVEN: "beta" } })), None);
    }

    #[test]
    fn what_must_be_kept_to_and_is_not_known_is_told() {
        let with = |affinity: &Value| {
            let spec = json!({ "containers": [], "nodeSelector": { PROVEN: "acme" }, "affinity": affinity });
            parsed(&spec).and_then(|pod| pod.demands)
        };
        let term = json!([{ "topologyKey": "kubernetes.io/hostname" }]);
        let asked = json!({ "podAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": term } });
        assert_eq!(with(&asked), Some("podAffinity"));
        let wished = json!([{ "weight": 1, "podAffinityTerm": term[0] }]);
        let wished = json!({ "podAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": wished } });
        assert_eq!(with(&wished), None);
    }

    #[test]
    fn the_instance_is_the_end_of_the_provider_id() {
        assert_eq!(instance_id("aws:///us-east-1a/i-1"), Some("i-1"));
        assert_eq!(instance_id("kind://x"), None);
    }
}
