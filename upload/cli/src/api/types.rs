//! The bodies of the API, as its OpenAPI document names them.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovery {
    pub issuer: String,
    pub client_id: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// RFC 8707: what to ask the issuer for, where its tokens would not be for this API otherwise.
    #[serde(default)]
    pub resource: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Buckets {
    pub buckets: Vec<Target>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    pub tenant: String,
    pub bucket: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    pub upload_id: String,
    pub tenant: String,
    pub bucket: String,
    pub s3: Destination,
    pub credentials: Credentials,
}

/// Where the files go.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    pub bucket: String,
    /// Ends in a slash.
    pub prefix: String,
    pub region: String,
    pub kms_key_arn: String,
    /// Another endpoint than the region's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    pub expiration: jiff::Timestamp,
}

/// By hand, since a derived one would print the secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({} until {})", self.access_key_id, self.expiration)
    }
}

#[derive(Debug, Deserialize)]
pub struct Renewed {
    pub credentials: Credentials,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrived {
    pub path: String,
    pub size: u64,
    /// Base64 of eight bytes, the most significant first, as S3 writes it.
    pub checksum_crc64nvme: String,
    /// Absent where S3's answer was never heard; the API then looks at the latest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Completed {
    pub receipt: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    #[serde(rename = "uploadId")]
    pub id: String,
    pub tenant: String,
    pub bucket: String,
    pub state: String,
    pub opened_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Uploads {
    pub uploads: Vec<Upload>,
}

#[derive(Debug, Deserialize)]
pub struct Keys {
    pub keys: Vec<Key>,
}

/// RFC 7517, of the two kinds that sign receipts.
#[derive(Debug, Deserialize)]
pub struct Key {
    pub kty: String,
    pub crv: String,
    pub x: String,
    #[serde(default)]
    pub y: Option<String>,
    #[serde(default)]
    pub kid: Option<String>,
}
