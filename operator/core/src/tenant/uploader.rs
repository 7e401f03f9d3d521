//! The role behind uploads. People get it narrowed to one prefix, by a session policy; the upload API itself takes it
//! with a session tag, for its records and to look at what arrived.

use super::Inputs;
use super::roles::key_through;
use crate::document::{Document, Statement};
use crate::name::digits;

/// The session tag that tells the API's own sessions from those that it gives away.
pub const PURPOSE: &str = "cloister-purpose";
pub const API: &str = "api";
/// Where in a bucket the API keeps its records. Keys under `_cloister/` are no arrivals.
pub const RECORDS: &str = "_cloister/uploads/";
/// The name, under an upload's prefix, of what says that all of it is there.
pub const MANIFEST: &str = "_manifest.json";

/// Only the upload API takes this role, and it must show the tenant that it acts for.
pub(super) fn trust(inputs: &Inputs<'_>) -> Document {
    let login = inputs.account.upload_principal.split(':').nth(4).unwrap_or_default();
    let login_root = format!("arn:{}:iam::{login}:root", inputs.account.partition());
    let trust = Statement::allow(["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"])
        .principal("AWS", login_root)
        .when("ArnEquals", "aws:PrincipalArn", [inputs.account.upload_principal.clone()])
        .when("StringEquals", "sts:ExternalId", [inputs.owner.uid.clone()]);
    Document::new([("UploadApi", trust)])
}

/// Put only: an uploader can neither list nor read, its own files neither. What is ours is the API's alone.
pub(super) fn document(inputs: &Inputs<'_>) -> Document {
    let buckets = inputs.bucket_arns();
    let under = |prefix: &str| -> Vec<String> {
        buckets.iter().map(|bucket| format!("{bucket}/{prefix}*")).collect()
    };
    let (ours, records) = (under("_cloister/"), under(RECORDS));
    let files = under(&format!("{}/", inputs.names.tenant));
    let put = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"];
    let look = Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).on([files, records].concat());
    let list = Statement::allow(["s3:ListBucket"]).on(buckets.clone());
    let purpose = format!("aws:PrincipalTag/{PURPOSE}");
    Document::new([
        ("Put", Statement::allow(put).on(under(""))),
        ("EncryptParts", key_through(inputs, &["s3"])),
        // Whoever has no such tag differs from it.
        ("KeepOffOurs", Statement::deny(["s3:PutObject"]).on(ours).when("StringNotEquals", &purpose, [API])),
        ("ApiLooks", look.when("StringEquals", &purpose, [API])),
        (
            "ApiListsRecords",
            list.when("StringEquals", &purpose, [API]).when(
                "StringLike",
                "s3:prefix",
                [format!("{RECORDS}*")],
            ),
        ),
    ])
}

/// Bounds of `SourceIdentity`: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const LONGEST: usize = 64;

/// A user of the identity provider as AWS records them: the subject itself where AWS takes it; otherwise what it takes
/// of it, and a hash that keeps two such users apart.
#[must_use]
pub fn source_identity(subject: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+=,.@-_".contains(c);
    if (2..=LONGEST).contains(&subject.len()) && subject.chars().all(fits) {
        return subject.to_owned();
    }
    let shown: String = subject.chars().map(|c| if fits(c) { c } else { '-' }).take(40).collect();
    format!("{shown}-{}", digits(subject, 16))
}

#[cfg(test)]
mod tests {
    use super::source_identity;

    #[test]
    fn a_source_identity_is_one_that_aws_takes() {
        let long = "x".repeat(300);
        for subject in ["ann@acme.example", "a", "auth0|5f7c", "日本", "", &long] {
            let identity = source_identity(subject);
            let taken = identity.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@-_".contains(c));
            assert!((2..=64).contains(&identity.len()) && taken, "{subject}: {identity}");
        }
        assert_eq!(source_identity("ann@acme.example"), "ann@acme.example");
        assert_ne!(source_identity("auth0|1"), source_identity("auth0/1"));
    }
}
