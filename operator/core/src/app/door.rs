//! What the door is told: who may come in, for how long, and where it writes down what they saw.

use cloister_crds::IdentityProvider;
use serde_json::{Value, json};

use super::{DOOR_FILE, Inputs};

/// The authority that the issuer is trusted by, beside it.
const AUTHORITY_FILE: &str = "issuer-ca.pem";

/// What proves a second factor where the Environment says nothing (RFC 8176).
const SECOND_FACTOR: &str = "mfa";

pub(super) fn config(inputs: &Inputs<'_>, provider: &IdentityProvider) -> Value {
    let spec = inputs.spec;
    let tenant = &inputs.names.tenant;
    let groups: Vec<&String> = spec.users.iter().map(|users| &users.group).collect();
    let by_default = provider.acr.is_empty() && provider.amr.is_empty();
    let amr = if by_default { vec![SECOND_FACTOR.to_owned()] } else { provider.amr.clone() };
    let upstream = match spec.port {
        Some(port) => json!({ "port": port }),
        None => json!({ "socket": super::workload::SOCKET }),
    };
    let mut config = json!({
        "tenant": tenant,
        "app": inputs.name,
        "host": spec.host,
        "upstream": upstream,
        "healthPath": spec.health_path,
        "signIn": {
            "issuer": provider.issuer,
            "clientId": spec.sign_in.client_id,
            "clientSecretFile": "/etc/cloister/sign-in/client-secret",
            "groupsClaim": provider.groups_claim,
            "groups": groups,
            "acr": provider.acr,
            "amr": amr,
        },
        "sessions": {
            "table": inputs.names.session_table(inputs.name),
            "idleSeconds": spec.sessions.idle_seconds,
            "absoluteSeconds": spec.sessions.absolute_seconds,
            "warningSeconds": spec.sessions.warning_seconds,
        },
        "accessLog": {
            "bucket": inputs.audit.bucket,
            "bucketOwner": inputs.audit.account,
            "bucketRegion": inputs.audit.region,
            "prefix": format!("app-access/{tenant}/{}/", inputs.name),
            "spool": "/var/lib/cloister/access",
            "routes": spec.routes,
            "pseudonymKeyFile": "/etc/cloister/pseudonyms/key",
        },
        "tls": { "certificateFile": "/etc/cloister/tls/tls.crt", "keyFile": "/etc/cloister/tls/tls.key" },
    });
    if provider.ca_bundle.is_some() {
        config["signIn"]["caFile"] = json!(format!("/etc/cloister/door/{AUTHORITY_FILE}"));
    }
    config
}

pub(super) fn config_map(inputs: &Inputs<'_>, config: &Value) -> Value {
    let mut data = json!({ DOOR_FILE: config.to_string() });
    if let Some(authority) = inputs.provider.and_then(|provider| provider.ca_bundle.as_ref()) {
        data[AUTHORITY_FILE] = json!(authority);
    }
    // One that somebody made immutable could not be put right.
    json!({ "data": data, "binaryData": null, "immutable": null })
}
