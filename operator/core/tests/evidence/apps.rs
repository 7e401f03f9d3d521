//! An application, as it is declared and as somebody loosened it.

use std::collections::BTreeSet;

use cloister_core::app;
use cloister_core::environment::Account;
use cloister_core::evidence::Finding;
use cloister_core::name::Names;
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Fate};
use cloister_core::resource::Resource;
use cloister_crds::{AnalyticsAppSpec, ClientTenant, Environment, IdentityProvider};
use serde_json::{Value, json};

use super::{KEY, findings, present, red};

pub fn desired(
    tenant: &ClientTenant,
    (owner, names): (&Owner, &Names),
    account: &Account,
    home: &Environment,
) -> DesiredSet {
    let spec: AnalyticsAppSpec = serde_json::from_value(json!({
        "image": "registry.example/claims@sha256:00", "host": "claims.acme.example",
        "users": [{ "group": "acme-analysts" }],
        "signIn": { "clientId": "acme-claims", "secretName": "claims-sign-in" },
        "tls": { "secretName": "claims-tls" },
        "exposure": { "loadBalancer": {} },
    }))
    .expect("an application");
    let provider: IdentityProvider =
        serde_json::from_value(json!({ "issuer": "https://login.example.org" })).expect("a provider");
    let audit = &home.spec.audit;
    app::desire(&app::Inputs {
        name: "claims",
        uid: "u",
        spec: &spec,
        names,
        account,
        audit: &app::Audit {
            account: audit.account_id.clone(),
            bucket: audit.bucket.clone(),
            region: home.spec.region.clone(),
        },
        provider: Some(&provider),
        door_image: Some("registry.example/door@sha256:11"),
        warehouse: None,
        in_aws: Some(app::aws::Inputs {
            name: "claims",
            tenant: owner,
            names,
            account,
            key_arn: KEY,
            warehouse: None,
            fate: Fate::Exist,
        }),
        own_nodes: tenant.spec.nodes.is_some(),
        closed: false,
        optional: &BTreeSet::new(),
    })
}

/// What is not met once this was done to an object of the application's.
fn after(kind: &str, change: impl Fn(&mut Value)) -> Vec<Finding> {
    let starts = format!("{kind}/acme-health/app-claims");
    findings(&super::desired(), |id, want| {
        let mut resource = want.clone();
        if let Resource::Object(object) = &mut resource
            && id.to_string().starts_with(&starts)
        {
            change(object);
        }
        Some(present(resource))
    })
}

fn door(object: &mut Value, change: impl Fn(&mut Value)) {
    let file = &mut object["data"]["door.json"];
    let mut told = serde_json::from_str(file.as_str().expect("text")).expect("what the door is told");
    change(&mut told);
    *file = json!(told.to_string());
}

#[test]
fn what_loosens_an_application_turns_its_safeguard_red() {
    const CERTIFICATE: &str = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";
    let ended = after("service", |it| it["metadata"]["annotations"][CERTIFICATE] = json!("arn"));
    assert_eq!(red(&ended), ["S8", "A1"]);
    let proof = ended.iter().flat_map(|one| &one.proofs).find(|proof| proof.field.ends_with("ssl-cert"));
    assert_eq!(proof.map(|proof| (&proof.observed, proof.holds)), Some((&json!("arn"), false)));

    let longer = |field: &'static str| {
        after("configmap", move |it| door(it, |told| told["sessions"][field] = json!(86_400)))
    };
    assert_eq!(red(&longer("idleSeconds")), ["S8", "A2"]);
    assert_eq!(red(&longer("absoluteSeconds")), ["S8", "A2"]);
    let shorter = after("configmap", |it| door(it, |told| told["sessions"]["idleSeconds"] = json!(60)));
    assert_eq!(red(&shorter), ["S8"]);
    let unrecorded = after("configmap", |it| {
        door(it, |told| {
            told.as_object_mut().expect("a map").remove("accessLog");
        });
    });
    assert_eq!(red(&unrecorded), ["S8", "A3"]);
    assert_eq!(
        red(&after("configmap", |it| it["data"]["door.json"] = json!("{"))),
        ["S8", "A1", "A2", "A3", "A5"]
    );
    let one = after("configmap", |it| door(it, |told| told["signIn"]["amr"] = json!(["pwd"])));
    assert_eq!(red(&one), ["S8", "A5"]);
    let swapped =
        after("deployment", |it| it["spec"]["template"]["spec"]["containers"][1]["image"] = json!("evil"));
    assert_eq!(red(&swapped), ["S8", "A4"]);
    assert_eq!(red(&after("networkpolicy", |it| it["spec"]["egress"] = json!([{}]))), ["S8", "A6"]);
    assert_eq!(red(&after("service", |it| it["spec"]["externalIPs"] = json!(["203.0.113.9"]))), ["S8", "A6"]);
}

#[test]
fn what_somebody_put_into_a_pod_is_judged_and_never_shown() {
    let spied = after("deployment", |it| {
        let containers = &mut it["spec"]["template"]["spec"]["containers"];
        containers.as_array_mut().expect("containers").push(json!({
            "name": "spy", "image": "spy", "env": [{ "name": "PASSWORD", "value": "hunter2" }],
        }));
    });
    assert_eq!(red(&spied), ["S8", "A4"]);
    let shown = serde_json::to_string(&spied).expect("a report");
    assert!(shown.contains("containers.spy.image") && !shown.contains("hunter2"));
}
