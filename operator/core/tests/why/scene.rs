//! Objects as the API server holds them, and what is asked of one.

use cloister_core::kubectl::why::{Answer, Sight, World, explain};
use cloister_core::kubectl::{Kind, Target};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub const SINCE: &str = "2026-01-31T11:56:00Z";

pub fn object<T: DeserializeOwned>(kind: &str, name: &str, spec: Value, status: Value) -> T {
    let mut meta = json!({ "name": name, "generation": 1, "managedFields": [{
        "manager": "cloister", "operation": "Apply", "subresource": "status", "time": SINCE, "fieldsType": "FieldsV1",
        "fieldsV1": {}, "apiVersion": "cloister.dev/v1alpha1",
    }] });
    if !matches!(kind, "Environment" | "ClientTenant") {
        meta["namespace"] = json!("acme");
    }
    let object = json!({ "apiVersion": "cloister.dev/v1alpha1", "kind": kind, "metadata": meta, "spec": spec, "status": status });
    serde_json::from_value(object).unwrap()
}

pub fn condition(type_: &str, status: &str, reason: &str) -> Value {
    json!({ "type": type_, "status": status, "reason": reason, "message": "", "observedGeneration": 1, "lastTransitionTime": SINCE })
}

pub fn ready() -> Value {
    json!({ "observedGeneration": 1, "conditions": [condition("Ready", "True", "AsDeclared")] })
}

/// Not Ready, with a reason and a message; `more` is the rest of the status.
pub fn unready(reason: &str, message: &str, more: Value) -> Value {
    let mut status = json!({ "observedGeneration": 1, "conditions": [condition("Ready", "False", reason)], "message": message });
    status.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    status
}

pub fn tenant_spec() -> Value {
    json!({ "environment": "production", "displayName": "Acme", "contacts": [{ "role": "privacy-officer", "email": "p@acme.example" }] })
}

pub fn home(status: Value) -> cloister_crds::Environment {
    let spec = json!({
        "accountId": "222222222222", "roleArn": "arn:aws:iam::222222222222:role/cloister", "externalId": "external-1",
        "region": "us-east-1", "uploadPrincipal": "arn:aws:iam::111111111111:role/upload", "workloadIssuer": "https://oidc.example",
        "network": { "vpcId": "vpc-1", "subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"] },
        "audit": { "accountId": "333333333333", "bucket": "audit" },
    });
    object("Environment", "production", spec, status)
}

pub fn pipeline(name: &str, status: Value) -> cloister_crds::EtlPipeline {
    object(
        "EtlPipeline",
        name,
        json!({ "image": "registry.example/etl", "tasks": { "module": "claims", "task": "Load" } }),
        status,
    )
}

pub fn world(tenant: Value) -> World {
    World {
        environment: Sight::Found(Box::new(home(ready()))),
        tenant: Sight::Found(Box::new(object("ClientTenant", "acme", tenant_spec(), tenant))),
        buckets: Vec::new(),
        schemas: Vec::new(),
        pipelines: Vec::new(),
        apps: Vec::new(),
        now: "2026-01-31T12:00:00Z".parse().unwrap(),
    }
}

pub fn why(world: &World, object: &str) -> Answer {
    let target = Target::read(object, Kind::ClientTenant).unwrap();
    let answer = explain(world, &target, "acme").unwrap();
    let text = answer.show();
    assert!(text.lines().count() <= 40, "more than a screen:\n{text}");
    answer
}
