//! The Deployment, in the form in which the API server gives it back, so that every field that differs is somebody's
//! doing: an image, a volume more, a capability.

use cloister_crds::pipeline::Resources;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::exposure::PORT;
use super::guards::HEALTH_PORT;
use super::{Inputs, door_config, door_role_name, object_name, pseudonyms, role_name, tls_secret};
use crate::ownership::TENANT;
use crate::resource::{cores, memory};

/// Where the application listens, in a file system that only the two containers have.
pub(super) const SOCKET: &str = "/run/cloister/app/app.sock";
const SOCKET_DIRECTORY: &str = "/run/cloister/app";
const TOKEN_DIRECTORY: &str = "/var/run/secrets/cloister.dev/aws";

/// A change of what the door is told makes new pods: it reads it once.
const CONFIG_DIGEST: &str = "cloister.dev/door-config";

/// One user for both containers, so that the door may connect to the application's socket.
const USER: u32 = 65532;

/// So long a pod goes on serving after it was told to end: load balancers learn of it meanwhile.
const STILL_SERVES_SECONDS: u32 = 20;
/// With that, until the last of the access log is shipped.
const GRACE_SECONDS: u32 = 90;

pub(super) fn deployment(inputs: &Inputs<'_>, door: &Value, door_image: &str) -> Value {
    let mut spec = json!({
        "selector": inputs.selector(),
        "minReadySeconds": 5,
        "progressDeadlineSeconds": 600,
        "revisionHistoryLimit": 5,
        "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
        "template": {
            "metadata": {
                "labels": inputs.labels(),
                "annotations": { CONFIG_DIGEST: digest(door, inputs) },
            },
            "spec": pod(inputs, door_image),
        },
    });
    // The autoscaler's, where there is one.
    if inputs.spec.replicas.max.is_none() {
        spec["replicas"] = json!(inputs.spec.replicas.min);
    }
    json!({ "spec": spec })
}

fn digest(door: &Value, inputs: &Inputs<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(door.to_string());
    hash.update(inputs.provider.and_then(|provider| provider.ca_bundle.as_deref()).unwrap_or_default());
    hash.finalize().iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn pod(inputs: &Inputs<'_>, door_image: &str) -> Value {
    let name = object_name(inputs.name);
    let spread = |key: &str| {
        json!({
            "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": inputs.selector(),
        })
    };
    let mut pod = json!({
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "serviceAccountName": name,
        // The name by which the API server still gives it back.
        "serviceAccount": name,
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "topologySpreadConstraints": [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
        "containers": [door_container(inputs, door_image), app_container(inputs)],
        "volumes": volumes(inputs),
    });
    if inputs.own_nodes {
        pod["nodeSelector"] =
            json!({ "node-restriction.kubernetes.io/cloister-tenant": inputs.names.tenant });
        pod["tolerations"] = json!([
            { "key": TENANT, "operator": "Equal", "value": inputs.names.tenant, "effect": "NoSchedule" },
        ]);
    }
    pod
}

/// The two have tokens for different audiences: neither can take the other's role.
fn volumes(inputs: &Inputs<'_>) -> Value {
    let secret = |name: &str, secret: &str, keys: &[&str]| {
        let items: Vec<Value> = keys.iter().map(|key| json!({ "key": key, "path": key })).collect();
        json!({ "name": name, "secret": { "secretName": secret, "items": items, "defaultMode": 0o440 } })
    };
    let token = |name: &str, audience: &str| {
        let token = json!({ "audience": audience, "expirationSeconds": 3600, "path": "token" });
        json!({ "name": name, "projected": { "sources": [{ "serviceAccountToken": token }], "defaultMode": 0o440 } })
    };
    let app = inputs.name;
    json!([
        { "name": "tmp", "emptyDir": {} },
        { "name": "socket", "emptyDir": { "medium": "Memory" } },
        { "name": "spool", "emptyDir": {} },
        { "name": "door", "configMap": { "name": door_config(app), "defaultMode": 0o440 } },
        secret("tls", &tls_secret(app, inputs.spec), &["tls.crt", "tls.key"]),
        secret("sign-in", &inputs.spec.sign_in.secret_name, &[super::CLIENT_SECRET]),
        secret("pseudonyms", &pseudonyms(app), &[super::PSEUDONYM_KEY]),
        token("door-token", "door.cloister.dev"),
        token("aws-token", "sts.amazonaws.com"),
    ])
}

fn door_container(inputs: &Inputs<'_>, image: &str) -> Value {
    let role = inputs.account.role_arn(&door_role_name(inputs.names, inputs.name));
    let mut env = aws(inputs, &role);
    env.extend([from_field("POD_IP", "status.podIP"), from_field("POD_NAME", "metadata.name")]);
    env.push(json!({ "name": "CLOISTER_DOOR_CONFIG", "value": "/etc/cloister/door/door.json" }));
    let probe = |path: &str, failures: u32| {
        json!({
            "httpGet": { "path": path, "port": HEALTH_PORT, "scheme": "HTTP" },
            "timeoutSeconds": 5, "periodSeconds": 5, "successThreshold": 1, "failureThreshold": failures,
        })
    };
    let mount = |name: &str, path: &str| json!({ "name": name, "mountPath": path, "readOnly": true });
    let own = Resources { cpu: "500m".into(), memory: "256Mi".into() };
    let mut door = container("door", image, &env, &own);
    door["ports"] = json!([
        { "name": "https", "containerPort": PORT, "protocol": "TCP" },
        { "name": "metrics", "containerPort": HEALTH_PORT, "protocol": "TCP" },
    ]);
    door["livenessProbe"] = probe("/healthz", 6);
    door["readinessProbe"] = probe("/readyz", 2);
    door["lifecycle"] = json!({ "preStop": { "sleep": { "seconds": STILL_SERVES_SECONDS } } });
    door["volumeMounts"] = json!([
        { "name": "socket", "mountPath": SOCKET_DIRECTORY },
        { "name": "spool", "mountPath": "/var/lib/cloister/access" },
        mount("door", "/etc/cloister/door"),
        mount("tls", "/etc/cloister/tls"),
        mount("sign-in", "/etc/cloister/sign-in"),
        mount("pseudonyms", "/etc/cloister/pseudonyms"),
        mount("door-token", TOKEN_DIRECTORY),
    ]);
    door
}

fn app_container(inputs: &Inputs<'_>) -> Value {
    let role = inputs.account.role_arn(&role_name(inputs.names, inputs.name));
    let mut env = aws(inputs, &role);
    env.push(from_field("POD_IP", "status.podIP"));
    env.push(json!({ "name": "CLOISTER_APP", "value": told(inputs).to_string() }));
    env.push(match inputs.spec.port {
        Some(port) => json!({ "name": "PORT", "value": port.to_string() }),
        None => json!({ "name": "CLOISTER_APP_SOCKET", "value": SOCKET }),
    });
    let mut app = container("app", &inputs.spec.image, &env, &inputs.spec.resources);
    if !inputs.spec.command.is_empty() {
        app["command"] = json!(inputs.spec.command);
    }
    // The door goes on serving meanwhile, by this one.
    app["lifecycle"] = json!({ "preStop": { "sleep": { "seconds": STILL_SERVES_SECONDS + 5 } } });
    app["volumeMounts"] = json!([
        { "name": "tmp", "mountPath": "/tmp" },
        { "name": "socket", "mountPath": SOCKET_DIRECTORY },
        { "name": "aws-token", "mountPath": TOKEN_DIRECTORY, "readOnly": true },
    ]);
    app
}

fn container(name: &str, image: &str, env: &[Value], resources: &Resources) -> Value {
    let quantity = json!({ "cpu": cores(&resources.cpu), "memory": memory(&resources.memory) });
    json!({
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": env,
        "resources": { "requests": quantity, "limits": quantity },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        },
        // What a container says at its end may hold anything, so it is read by nobody.
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    })
}

fn aws(inputs: &Inputs<'_>, role: &str) -> Vec<Value> {
    let (region, token) = (inputs.account.region.as_str(), format!("{TOKEN_DIRECTORY}/token"));
    [
        ("AWS_REGION", region),
        ("AWS_ROLE_ARN", role),
        ("AWS_ROLE_SESSION_NAME", inputs.name),
        ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
    ]
    .map(|(name, value)| json!({ "name": name, "value": value }))
    .into()
}

fn from_field(name: &str, path: &str) -> Value {
    json!({ "name": name, "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": path } } })
}

/// What the application is told.
fn told(inputs: &Inputs<'_>) -> Value {
    let mut told = json!({
        "tenant": inputs.names.tenant,
        "app": inputs.name,
        "region": inputs.account.region,
    });
    if let Some(at) = inputs.warehouse {
        told["warehouse"] = json!({ "cluster": at.cluster, "database": at.database, "schema": at.schema });
    }
    told
}
