//! A report as JSON and as a page, each signed by KMS, into the audit bucket.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cloister_aws::Account;
use cloister_core::evidence::{Files, Report};
use cloister_crds::Environment;
use sha2::{Digest as _, Sha256};

use crate::commands::Complaint;
use crate::commands::evidence::{Format, render};
use crate::context::Context;

/// Where the evidence of one Environment is written.
pub struct Desk<'a> {
    pub home: &'a Environment,
    pub account: &'a Account,
    /// ARN of the key that signs.
    pub key: &'a str,
    pub context: &'a Context,
}

impl Desk<'_> {
    /// The JSON comes last: where it is, all is there.
    pub async fn put(&self, report: &Report, files: &Files) -> Result<String, Complaint> {
        let key = files.public_key(self.key);
        let public = pem(&self.account.public_key(self.key).await?);
        self.put_one(&key, "application/x-pem-file", public.into_bytes()).await?;
        let page = render(report, Format::Html)?;
        self.put_signed(files, "html", "text/html; charset=utf-8", page).await?;
        let document = render(report, Format::Json)?;
        self.put_signed(files, "json", "application/json", document).await
    }

    /// The signature first, see `Files::signature`.
    async fn put_signed(
        &self,
        files: &Files,
        extension: &str,
        type_: &str,
        text: String,
    ) -> Result<String, Complaint> {
        let digest = Sha256::digest(&text);
        let signature = self.account.sign(self.key, &digest).await?;
        self.put_one(&files.signature(&hex(&digest)), "application/octet-stream", signature).await?;
        let key = files.document(extension);
        self.put_one(&key, type_, text.into_bytes()).await?;
        Ok(key)
    }

    async fn put_one(&self, key: &str, type_: &str, body: Vec<u8>) -> Result<(), Complaint> {
        if !self.context.fence.holds() {
            return Err("another replica leads by now".into());
        }
        let answer = self.account.archive(&self.home.spec.audit.bucket, key, type_, body).await;
        self.context.metrics.archived(answer.is_ok());
        Ok(answer?)
    }
}

pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let mut out = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            out.push('\n');
        }
        out.push(letter);
    }
    out + "\n-----END PUBLIC KEY-----\n"
}

#[cfg(test)]
mod tests {
    use super::pem;

    #[test]
    fn lines_of_a_pem_have_64_characters() {
        let lines: Vec<usize> = pem(&[0; 91]).lines().map(str::len).collect();
        assert_eq!(lines, [26, 64, 60, 24]);
        assert_eq!(pem(&[0; 48]).lines().count(), 3);
    }
}
