use std::collections::BTreeSet;

use cloister_crds::{EnvironmentSpec, RedshiftSchemaSpec};
use serde_json::from_value;

use super::*;
use crate::drift::compare;

fn spec(more: Value) -> AnalyticsAppSpec {
    let mut spec = json!({
        "image": "registry.example/claims@sha256:00", "host": "claims.acme.example",
        "users": [{ "group": "acme-analysts" }],
        "signIn": { "clientId": "acme-claims", "secretName": "claims-sign-in" },
        "tls": { "secretName": "claims-tls" },
        "exposure": { "loadBalancer": {} },
    });
    if let (Value::Object(into), Value::Object(from)) = (&mut spec, more) {
        into.extend(from);
    }
    from_value(spec).unwrap()
}

fn environment() -> EnvironmentSpec {
    from_value(json!({
        "accountId": "222222222222", "region": "us-east-1",
        "roleArn": "arn:aws:iam::222222222222:role/CloisterProvisioner", "externalId": "cloister-1",
        "network": { "vpcId": "vpc-1", "subnetIds": [], "securityGroupIds": [], "endpointCidrs": ["10.0.0.0/16"] },
        "audit": { "accountId": "444444444444", "bucket": "audit-444444444444" },
        "uploadPrincipal": "arn:aws:iam::111111111111:role/CloisterUploadApi",
        "workloadIssuer": "https://oidc.example",
        "signIn": { "issuer": "https://login.example.org:8443/acme" },
    }))
    .unwrap()
}

fn desired(spec: &AnalyticsAppSpec, change: impl Fn(&mut Inputs<'_>)) -> DesiredSet {
    let home = environment();
    let (names, account) = (Names::new("acme", "u"), Account::new("dev", &home));
    let audit = Audit { account: "4".repeat(12), bucket: "audit".into(), region: "us-east-1".into() };
    let optional = BTreeSet::from([ObjectKind::Certificate, ObjectKind::TlsRoute]);
    let mut inputs = Inputs {
        name: "claims",
        uid: "a",
        spec,
        names: &names,
        account: &account,
        audit: &audit,
        provider: home.sign_in.as_ref(),
        door_image: Some("registry.example/door@sha256:11"),
        warehouse: None,
        in_aws: None,
        own_nodes: true,
        closed: false,
        optional: &optional,
    };
    change(&mut inputs);
    desire(&inputs)
}

fn of(set: &DesiredSet, kind: ObjectKind) -> (&ResourceId, &Desired) {
    set.iter().find(|(id, _)| matches!(id, ResourceId::Object(o) if o.kind == kind)).unwrap()
}

fn body(set: &DesiredSet, kind: ObjectKind) -> &Value {
    let Resource::Object(body) = &of(set, kind).1.resource else { panic!("no object") };
    body
}

/// Paths in which the object differs from what is wanted of it.
fn found(set: &DesiredSet, kind: ObjectKind, change: impl Fn(&mut Value)) -> Vec<String> {
    let (id, want) = of(set, kind);
    let Resource::Object(mut have) = want.resource.clone() else { panic!("no object") };
    change(&mut have);
    let have = Resource::Object(have);
    compare(id, &want.resource.given(&have), &have).into_iter().map(|drift| drift.path).collect()
}

#[test]
fn a_difference_is_told_where_it_is() {
    let set = desired(&spec(json!({})), |_| {});
    let pod = "spec.template.spec";
    let swapped = found(&set, ObjectKind::Deployment, |d| {
        d["spec"]["template"]["spec"]["containers"][1]["image"] = json!("evil");
        d["spec"]["template"]["spec"]["hostNetwork"] = json!(true);
        d["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = json!("now");
    });
    assert_eq!(swapped, [format!("{pod}.containers.app.image"), format!("{pod}.hostNetwork")]);
    let longer = found(&set, ObjectKind::ConfigMap, |c| {
        let mut door: Value = serde_json::from_str(c["data"][DOOR_FILE].as_str().unwrap()).unwrap();
        door["sessions"]["idleSeconds"] = json!(86400);
        door.as_object_mut().unwrap().remove("accessLog");
        c["data"][DOOR_FILE] = json!(door.to_string());
        c["data"]["more"] = json!("x");
        c["immutable"] = json!(true);
    });
    let door = format!("data.{DOOR_FILE}");
    assert_eq!(
        longer,
        [
            format!("{door}.accessLog"),
            format!("{door}.sessions.idleSeconds"),
            "data.more".into(),
            "immutable".into()
        ]
    );
    let ended = found(&set, ObjectKind::Service, |s| {
        s["metadata"]["annotations"]["service.beta.kubernetes.io/aws-load-balancer-ssl-cert"] = json!("arn");
        s["metadata"]["annotations"]["other.example/note"] = json!("theirs");
        s["spec"]["clusterIP"] = json!("10.0.0.7");
        s["spec"]["ports"] = json!([
            { "name": "https", "port": 443, "targetPort": 8443, "protocol": "TCP" },
            { "name": "plain", "port": 80, "targetPort": 9090, "protocol": "TCP" },
        ]);
    });
    assert_eq!(
        ended,
        ["metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-ssl-cert", "spec.ports.plain"]
    );
    let widened = found(&set, ObjectKind::NetworkPolicy, |n| n["spec"]["egress"] = json!([{}]));
    assert_eq!(widened, ["spec.egress"]);
    // Nobody learns what is in it.
    assert!(found(&set, ObjectKind::Secret, |s| s["data"] = json!({ "key": "c2VjcmV0" })).is_empty());
}

#[test]
fn what_lets_people_in_goes_where_nobody_is_served_and_the_rest_stays() {
    let scaled = spec(json!({ "replicas": { "max": 5 } }));
    let set = desired(&scaled, |inputs| inputs.closed = true);
    let gone: Vec<&str> = set
        .iter()
        .filter(|(_, want)| want.fate == Fate::Vanish)
        .map(|(id, _)| if let ResourceId::Object(o) = id { o.kind.kind() } else { "" })
        .collect();
    assert_eq!(gone, ["Deployment", "Service", "HorizontalPodAutoscaler", "Certificate", "TLSRoute"]);
    let open = desired(&scaled, |_| {});
    assert!(body(&open, ObjectKind::Deployment)["spec"]["replicas"].is_null());
    assert_eq!(of(&open, ObjectKind::HorizontalPodAutoscaler).1.fate, Fate::Exist);
    assert_eq!(body(&desired(&spec(json!({})), |_| {}), ObjectKind::Deployment)["spec"]["replicas"], 2);
}

#[test]
fn without_a_provider_or_a_door_nothing_serves() {
    let kinds = |set: &DesiredSet| {
        set.keys().any(|id| matches!(id, ResourceId::Object(o) if o.kind == ObjectKind::Deployment))
    };
    assert!(!kinds(&desired(&spec(json!({})), |inputs| inputs.provider = None)));
    assert!(!kinds(&desired(&spec(json!({})), |inputs| inputs.door_image = None)));
}

#[test]
fn the_two_containers_have_nothing_of_each_other_but_the_socket() {
    let set = desired(&spec(json!({ "resources": { "cpu": "2000m", "memory": "2048Mi" } })), |_| {});
    let pod = &body(&set, ObjectKind::Deployment)["spec"]["template"]["spec"];
    let mounts = |n: usize| -> BTreeSet<&str> {
        pod["containers"][n]["volumeMounts"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|m| m["name"].as_str())
            .collect()
    };
    let shared: Vec<_> = mounts(0).intersection(&mounts(1)).copied().collect();
    assert_eq!(shared, ["socket"]);
    assert!(mounts(0).contains("door-token") && mounts(1).contains("aws-token"));
    assert_eq!(pod["nodeSelector"]["node-restriction.kubernetes.io/cloister-tenant"], "acme");
    assert_eq!(pod["containers"][1]["resources"]["limits"], json!({ "cpu": "2", "memory": "2Gi" }));
    // Its issuer's port is let out to, and the metadata service is not.
    let policy = body(&set, ObjectKind::NetworkPolicy)["spec"]["egress"][1].clone();
    assert_eq!(policy["ports"][1]["port"], 8443);
    assert_eq!(policy["to"][0]["ipBlock"]["except"], json!(["169.254.0.0/16"]));
}

#[test]
fn the_longest_names_are_names_of_roles() {
    let names = Names::new(&"t".repeat(30), "u");
    assert!(door_role_name(&names, &"a".repeat(19)).len() <= 64);
}

#[test]
fn a_role_that_does_more_than_read_is_told() {
    let schema = |roles: Value| -> RedshiftSchemaSpec { from_value(json!({ "roles": roles })).unwrap() };
    let data = from_value(json!({ "schema": "claims", "role": "analyst" })).unwrap();
    let wanted = DataRole::new(&data, "cloister-acme-app-claims");
    let reads = json!({ "object": "ALL TABLES", "privileges": ["SELECT"] });
    let writes = json!({ "object": "ALL TABLES", "privileges": ["INSERT", "SELECT"] });
    let member = json!(["IAMR:cloister-acme-app-claims"]);
    let good = schema(json!([{ "name": "analyst", "members": member, "grants": [reads] }]));
    assert!(read_only(&wanted, &good).is_empty());
    assert!(read_only(&wanted, &schema(json!([])))[0].contains("has no role analyst"));
    let wide = schema(json!([
        { "name": "analyst", "memberOf": ["loader"], "grants": [reads] },
        { "name": "loader", "members": member, "grants": [writes] },
    ]));
    let told = read_only(&wanted, &wide);
    assert!(told[0].contains("has INSERT through role loader"), "{told:?}");
    assert!(told[1].contains("add \"IAMR:cloister-acme-app-claims\""), "{told:?}");
    assert!(
        told[2].contains("role loader of RedshiftSchema claims has the application's user too"),
        "{told:?}"
    );
}

#[test]
fn pods_that_do_not_serve_say_why_and_nothing_of_what_they_wrote() {
    let crashed = json!({ "status": { "containerStatuses": [{
        "name": "app", "ready": false,
        "state": { "waiting": { "reason": "CrashLoopBackOff" } },
        "lastState": { "terminated": { "exitCode": 3, "message": "patient 4711" } },
    }] } });
    let homeless = json!({ "status": { "conditions": [
        { "type": "PodScheduled", "status": "False", "message": "0/3 nodes are available" },
    ] } });
    let well = json!({ "status": { "conditions": [{ "type": "Ready", "status": "True" }] } });
    assert_eq!(
        troubles(&[crashed.clone(), homeless, well, crashed]),
        [
            "a pod finds no node: 0/3 nodes are available",
            "container app: CrashLoopBackOff, after exit code 3"
        ]
    );
}
