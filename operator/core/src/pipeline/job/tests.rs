use super::*;

fn rendered(place: Place, queue: Option<&str>) -> Value {
    let home = Home {
        tenant: "acme".into(),
        pipeline: "l".repeat(40),
        uid: "u".into(),
        region: "us-east-1".into(),
        role_arn: "arn:aws:iam::222222222222:role/cloister/cloister-acme-etl".into(),
        key_arn: "arn:aws:kms:us-east-1:222222222222:key/k".into(),
        work_bucket: "acme-landing".into(),
        warehouse: None,
        place,
        queue: queue.map(Into::into),
    };
    let spec = json!({
        "image": "i", "tasks": { "module": "claims", "task": "Load" },
        "parameters": [{ "name": "payer", "default": "medicare" }, { "name": "days", "default": "7" }],
    });
    let run = json!({
        "id": "0123456789", "cause": "ByHand", "state": "Active", "attempt": 100, "queuedAt": "",
        "parameters": { "payer": "medicaid" },
    });
    job(&home, &serde_json::from_value(spec).unwrap(), &serde_json::from_value(run).unwrap())
}

#[test]
fn its_name_is_a_label_and_its_worker_is_restricted_and_told() {
    let job = rendered(Place::Anywhere, None);
    assert!(job["metadata"]["name"].as_str().unwrap().len() <= 63);
    let pod = &job["spec"]["template"]["spec"];
    assert!(pod["nodeSelector"].is_null() && job["spec"]["suspend"].is_null());
    let worker = &pod["containers"][0];
    assert_eq!(worker["securityContext"]["readOnlyRootFilesystem"], true);
    let env = worker["env"].as_array().unwrap();
    let told = env.iter().find(|e| e["name"] == "CLOISTER_RUN").and_then(|e| e["value"].as_str());
    let told: Value = serde_json::from_str(told.unwrap()).unwrap();
    assert_eq!(told["parameters"], json!({ "payer": "medicaid", "days": "7" }));
    assert!(told["interval"].is_null() && told["warehouse"].is_null());
}

#[test]
fn a_tenant_with_nodes_keeps_its_workers_on_them_and_kueue_decides_when() {
    let job = rendered(Place::OwnNodes, Some("loads"));
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["nodeSelector"]["node-restriction.kubernetes.io/cloister-tenant"], "acme");
    assert_eq!(pod["tolerations"][0]["value"], "acme");
    assert_eq!((&job["spec"]["suspend"], &job["metadata"]["labels"][KUEUE]), (&json!(true), &json!("loads")));
}
