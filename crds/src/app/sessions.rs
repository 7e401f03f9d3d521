#![allow(clippy::struct_field_names)] // the unit is part of what is written

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{LABEL, PRINTABLE, matches};

/// The application's client at the Environment's identity provider. Its redirect URI is
/// `https://HOST/.cloister/callback`.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(PRINTABLE)).message("clientId must be the client's id at the identity provider, such as acme-claims: 1 to 128 printable characters"))]
    pub client_id: String,
    /// Name of the Secret of this namespace whose key `client-secret` holds the client's secret.
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("secretName must be the name of a Secret of this namespace with the key client-secret, such as claims-sign-in"))]
    pub secret_name: String,
}

/// When a session ends, whatever the browser keeps (45 CFR 164.312(a)(2)(iii)). Kept on the server.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.idleSeconds <= self.absoluteSeconds")
    .message("idleSeconds must not be more than absoluteSeconds: lower it").field_path(".idleSeconds"))]
#[x_kube(validation = Rule::new("self.warningSeconds * 2 <= self.idleSeconds")
    .message("warningSeconds must be at most half of idleSeconds: lower it").field_path(".warningSeconds"))]
pub struct Sessions {
    /// Seconds without a request. Default 900.
    #[serde(default = "default_idle")]
    #[x_kube(validation = Rule::new("self >= 10 && self <= 3600").message("idleSeconds must be 10 to 3600; leave it out for the default of 900"))]
    pub idle_seconds: i32,
    /// Seconds since the user signed in. Default 28800: a working day.
    #[serde(default = "default_absolute")]
    #[x_kube(validation = Rule::new("self >= 20 && self <= 43200").message("absoluteSeconds must be 20 to 43200; leave it out for the default of 28800"))]
    pub absolute_seconds: i32,
    /// Seconds before either end at which the user is warned. Default 60.
    #[serde(default = "default_warning")]
    #[x_kube(validation = Rule::new("self >= 3 && self <= 600").message("warningSeconds must be 3 to 600; leave it out for the default of 60"))]
    pub warning_seconds: i32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_seconds: default_idle(),
            absolute_seconds: default_absolute(),
            warning_seconds: default_warning(),
        }
    }
}

fn default_idle() -> i32 {
    900
}

fn default_absolute() -> i32 {
    28800
}

fn default_warning() -> i32 {
    60
}
