//! What a key that signs is used for. The private half never leaves KMS.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use cloister_core::fault::Fault;

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;

impl Account {
    /// ECDSA over a SHA-256, in DER, as `openssl dgst -verify` takes it.
    pub async fn sign(&self, key: &str, digest: &[u8]) -> Result<Vec<u8>, Fault> {
        let send = |kms: &aws_sdk_kms::Client| {
            let request = kms.sign().key_id(key).message(Blob::new(digest)).message_type(MessageType::Digest);
            request.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256).send()
        };
        let answer = self.home.kms.call(Lane::Sweep, send).await?;
        let signature = answer.signature.ok_or_else(|| refused("kms", "Sign", "NoSignature"))?;
        Ok(signature.into_inner())
    }

    /// The other half, as X.509 has it (SubjectPublicKeyInfo, DER).
    pub async fn public_key(&self, key: &str) -> Result<Vec<u8>, Fault> {
        let send = |kms: &aws_sdk_kms::Client| kms.get_public_key().key_id(key).send();
        let answer = self.home.kms.call(Lane::Sweep, send).await?;
        let public = answer.public_key.ok_or_else(|| refused("kms", "GetPublicKey", "NoPublicKey"))?;
        Ok(public.into_inner())
    }
}
