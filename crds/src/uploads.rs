//! Who uploads into an `IngestBucket` by the upload API, and what of it is revoked.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{PRINTABLE, matches};

/// Those whose access token names the group.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploader {
    /// As the organisation's identity provider writes it into tokens. 1 to 128 characters.
    #[schemars(length(max = 128))]
    #[x_kube(validation = Rule::new(format!("{} && self.trim() == self", matches(PRINTABLE)))
        .message("group must be a group of your identity provider, such as acme-uploaders: 1 to 128 printable characters without leading or trailing space"))]
    pub group: String,
}

/// An entry may go an hour after its time: no credentials live longer.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedUploads {
    /// In UTC, such as 2026-01-31T12:00:00Z.
    #[schemars(length(max = 20))]
    #[x_kube(validation = Rule::new("self.matches('^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$')")
        .message("before must be a time in UTC, such as 2026-01-31T12:00:00Z"))]
    pub before: String,
    /// Only this user's, as the audit record names them. Left out: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    #[x_kube(validation = Rule::new(matches(PRINTABLE)).message("user must be as the audit record names it, such as ann@acme.example; leave it out for everybody"))]
    pub user: Option<String>,
}
