//! The identity provider whose users sign in at applications, as a part of `Environment`.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{PRINTABLE, each, matches};

/// The organisation's OpenID Connect provider. It keeps passwords and second factors; a door takes nobody whose ID token
/// does not tell of one (45 CFR 164.312(d)).
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProvider {
    /// Its issuer, as `iss` of its tokens. An https URL, whose `/.well-known/openid-configuration` is read.
    #[schemars(length(max = 255))]
    #[x_kube(validation = Rule::new(matches("^https://[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?$"))
        .message("issuer must be the https URL of the identity provider's issuer, without query, such as https://login.example.org"))]
    pub issuer: String,
    /// The claim of ID tokens that holds the user's groups. Default `groups`.
    #[serde(default = "default_groups_claim")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(matches(PRINTABLE)).message("groupsClaim must be the name of a claim, such as groups; leave it out for that"))]
    pub groups_claim: String,
    /// Values of `acr` that prove a second factor. They are asked for, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), inner(length(max = 128)), transform = each(&[(matches(PRINTABLE), "acr must hold values of the claim acr, such as urn:example:mfa")]))]
    pub acr: Vec<String>,
    /// Values of `amr` that prove a second factor (RFC 8176). Default, without `acr`: `mfa`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), inner(length(max = 128)), transform = each(&[(matches(PRINTABLE), "amr must hold values of the claim amr, such as mfa")]))]
    pub amr: Vec<String>,
    /// Certificates in PEM that it is trusted by, where no public authority vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32768))]
    #[x_kube(validation = Rule::new("self.contains('-----BEGIN CERTIFICATE-----') && !self.contains('PRIVATE KEY')")
        .message("caBundle must hold certificates in PEM, and no private key: -----BEGIN CERTIFICATE----- and what follows"))]
    pub ca_bundle: Option<String>,
}

fn default_groups_claim() -> String {
    "groups".into()
}
