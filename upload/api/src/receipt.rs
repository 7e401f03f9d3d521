//! The signed receipt of an upload, and the key by which it is verified.

use std::path::Path;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

use crate::run::Complaint;
use crate::upload::Manifest;

pub struct Signer {
    key: EncodingKey,
    header: Header,
    public: JwkSet,
}

/// Where the manifest lies.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct At<'a> {
    pub key: &'a str,
    pub version_id: &'a str,
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    #[serde(flatten)]
    content: &'a Manifest,
    manifest: At<'a>,
}

impl Signer {
    /// A PKCS#8 PEM of P-256 or Ed25519.
    pub fn open(path: &Path) -> Result<Self, Complaint> {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let edwards = EncodingKey::from_ed_pem(&pem).map(|key| (key, Algorithm::EdDSA));
        let (key, algorithm) = edwards
            .or_else(|_| EncodingKey::from_ec_pem(&pem).map(|key| (key, Algorithm::ES256)))
            .map_err(|_| format!("{} must hold a PKCS#8 PEM key of P-256 or Ed25519", path.display()))?;
        let mut public = Jwk::from_encoding_key(&key, algorithm)?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let mut header = Header::new(algorithm);
        header.kid = Some(id);
        header.typ = Some("cloister-receipt+jwt".to_owned());
        let signer = Self { key, header, public: JwkSet { keys: vec![public] } };
        // A key of another curve shows itself only when it signs.
        encode(&signer.header, &"", &signer.key)
            .map_err(|_| format!("{} must hold a key of P-256 or Ed25519", path.display()))?;
        Ok(signer)
    }

    pub fn sign(&self, issuer: &str, content: &Manifest, manifest: At<'_>) -> Result<String, Complaint> {
        Ok(encode(&self.header, &Payload { iss: issuer, content, manifest }, &self.key)?)
    }

    #[must_use]
    pub fn public(&self) -> &JwkSet {
        &self.public
    }
}
