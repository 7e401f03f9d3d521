//! The tenant's namespace and what guards it, and what is written inline.

use serde_json::{Value, json};

use super::{Inputs, want};
use crate::ownership::TENANT;
use crate::plan::{DesiredSet, Fate};
use crate::resource::{ObjectKind, Resource, quantity};

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let mut add = |kind: ObjectKind, name: &str, labels: Value, body: Value| {
        let namespaced = kind != ObjectKind::Namespace;
        let object = object(inputs, kind, name, labels, body);
        // A bucket or schema has nothing to do before there is a key.
        let key = kind.is_child().then(|| inputs.key_id());
        let needs = namespaced.then(|| inputs.namespace_id()).into_iter().chain(key);
        set.insert(inputs.object_id(kind, name), want(Resource::Object(object), needs));
    };
    add(ObjectKind::Namespace, &inputs.names.tenant, namespace_labels(inputs), json!({}));
    add(ObjectKind::ResourceQuota, "tenant", json!({}), quota(inputs));
    add(ObjectKind::LimitRange, "tenant", json!({}), limits());
    add(ObjectKind::NetworkPolicy, "default-deny", json!({}), default_deny());
    add(ObjectKind::NetworkPolicy, "allow-dns-and-aws", json!({}), needed_egress(inputs));
    add(ObjectKind::ServiceAccount, "etl", json!({}), json!({ "automountServiceAccountToken": false }));
    add(ObjectKind::Role, OPERATOR, json!({}), json!({ "rules": operator_rules() }));
    add(ObjectKind::RoleBinding, "tenant-operators", json!({}), operators(inputs));
    for bucket in &inputs.spec.ingest_buckets {
        add(
            ObjectKind::IngestBucket,
            &bucket.name,
            json!({ INLINE: "true" }),
            json!({ "spec": bucket.spec }),
        );
    }
    for schema in &inputs.spec.schemas {
        let spec = json!({ "spec": schema.spec });
        add(ObjectKind::RedshiftSchema, &schema.name, json!({ INLINE: "true" }), spec);
    }
    for pipeline in &inputs.spec.pipelines {
        let spec = json!({ "spec": pipeline.spec });
        add(ObjectKind::EtlPipeline, &pipeline.name, json!({ INLINE: "true" }), spec);
    }
    for app in &inputs.spec.apps {
        add(ObjectKind::AnalyticsApp, &app.name, json!({ INLINE: "true" }), json!({ "spec": app.spec }));
    }
    // A binding to a Role that is not there yet is refused.
    let role = inputs.object_id(ObjectKind::Role, OPERATOR);
    if let Some(binding) = set.get_mut(&inputs.object_id(ObjectKind::RoleBinding, "tenant-operators")) {
        binding.needs.insert(role);
    }
    for (kind, name) in inputs.dropped_children {
        let id = inputs.object_id(*kind, name);
        let mut gone = want(Resource::Object(json!({})), []);
        gone.fate = Fate::Vanish;
        set.insert(id, gone);
    }
}

const OPERATOR: &str = "tenant-operator";

/// Marks an IngestBucket, RedshiftSchema, EtlPipeline or AnalyticsApp that its tenant wrote, and so may remove.
pub const INLINE: &str = "cloister.dev/inline";

fn object(inputs: &Inputs<'_>, kind: ObjectKind, name: &str, labels: Value, body: Value) -> Value {
    let mut object = json!({
        "apiVersion": kind.api_version(),
        "kind": kind.kind(),
        "metadata": {
            "name": name,
            "labels": { TENANT: inputs.names.tenant, "app.kubernetes.io/managed-by": "cloister" },
            "ownerReferences": [{
                "apiVersion": "cloister.dev/v1alpha1",
                "kind": "ClientTenant",
                "name": inputs.names.tenant,
                "uid": inputs.owner.uid,
                "controller": true,
                "blockOwnerDeletion": false,
            }],
        },
    });
    if kind != ObjectKind::Namespace {
        object["metadata"]["namespace"] = json!(inputs.names.tenant);
    }
    if kind == ObjectKind::ServiceAccount {
        let role = inputs.account.role_arn(&inputs.names.role(name));
        object["metadata"]["annotations"] = json!({ "eks.amazonaws.com/role-arn": role });
    }
    merge(&mut object["metadata"]["labels"], labels);
    merge(&mut object, body);
    object
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

/// Where the admission policies for tenants' nodes apply (crds/admission.yaml).
pub const NODES: &str = "cloister.dev/nodes";

fn namespace_labels(inputs: &Inputs<'_>) -> Value {
    let mut labels = pod_security();
    if inputs.spec.nodes.is_some() {
        labels[NODES] = json!("true");
    }
    labels
}

/// <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>
fn pod_security() -> Value {
    json!({
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
    })
}

/// Load balancers and node ports would open a way around the tenant's guards: there are as many as its applications
/// declare.
fn quota(inputs: &Inputs<'_>) -> Value {
    let quotas = &inputs.spec.quotas;
    let cpu = quantity(quotas.cpu, 1000, &["", "k"]);
    let memory = quantity(quotas.memory_gib, 1024, &["Gi", "Ti"]);
    json!({ "spec": { "hard": {
        "limits.cpu": cpu,
        "limits.memory": memory,
        "pods": quantity(quotas.pods, 1000, &["", "k"]),
        "requests.cpu": cpu,
        "requests.memory": memory,
        "services.loadbalancers": inputs.load_balancers.to_string(),
        "services.nodeports": "0",
    } } })
}

fn limits() -> Value {
    json!({ "spec": { "limits": [{
        "type": "Container",
        "default": { "cpu": "1", "memory": "1Gi" },
        "defaultRequest": { "cpu": "100m", "memory": "128Mi" },
    }] } })
}

fn default_deny() -> Value {
    json!({ "spec": { "podSelector": {}, "policyTypes": ["Ingress", "Egress"] } })
}

/// DNS, and HTTPS and Redshift within the environment's own address ranges, where its VPC endpoints are.
/// The instance metadata service (169.254.169.254) is in none of them.
fn needed_egress(inputs: &Inputs<'_>) -> Value {
    let blocks: Vec<Value> =
        inputs.account.endpoint_cidrs.iter().map(|cidr| json!({ "ipBlock": { "cidr": cidr } })).collect();
    let port = |protocol: &str, port: i32| json!({ "protocol": protocol, "port": port });
    json!({ "spec": {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [{
                    "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
                    "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
                }],
                "ports": [port("UDP", 53), port("TCP", 53)],
            },
            { "to": blocks, "ports": [port("TCP", 443), port("TCP", 5439)] },
        ],
    } })
}

/// The tenant's operators see everything in it but Secrets, and restart what hangs. They change nothing
/// that Cloister keeps.
fn operator_rules() -> Value {
    let look = ["get", "list", "watch"];
    json!([
        { "apiGroups": [""], "resources": ["pods", "pods/log", "events", "services", "serviceaccounts", "resourcequotas", "limitranges"], "verbs": look },
        { "apiGroups": [""], "resources": ["pods"], "verbs": ["delete"] },
        { "apiGroups": ["batch"], "resources": ["jobs"], "verbs": look },
        { "apiGroups": ["apps"], "resources": ["deployments"], "verbs": look },
        { "apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": look },
        { "apiGroups": ["cloister.dev"], "resources": ["ingestbuckets", "etlpipelines", "analyticsapps"], "verbs": look },
    ])
}

fn operators(inputs: &Inputs<'_>) -> Value {
    let subjects: Vec<Value> = inputs
        .spec
        .operators
        .iter()
        .map(|group| json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group }))
        .collect();
    let mut binding = json!({
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": OPERATOR },
    });
    // The API server leaves out an empty list.
    if !subjects.is_empty() {
        binding["subjects"] = json!(subjects);
    }
    binding
}
