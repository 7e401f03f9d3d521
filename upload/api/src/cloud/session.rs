//! Sessions of a tenant's uploader role: narrowed to one prefix for people, tagged for the API itself.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::operation::RequestId as _;
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::types::Tag;
use cloister_core::document::{Document, Statement};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::tenant::{API, MANIFEST, PURPOSE, RECORDS, source_identity};
use serde::Serialize;

use super::{Cloud, fault};
use crate::declared::Place;
use crate::identity::User;

/// What a caller gets, and the request that CloudTrail knows it by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
    #[serde(skip)]
    pub request_id: Option<String>,
}

impl Cloud {
    /// Credentials for one upload. The session bears the upload's name, and the user's as its source identity, so that
    /// CloudTrail and the bucket's access log tell who did what.
    pub async fn grant(
        &self,
        place: &Place,
        user: &User,
        upload: &str,
        seconds: i32,
    ) -> Result<Grant, Fault> {
        let sts = self.sts(&place.account.region);
        let request = of_role(&sts, place)
            .role_session_name(upload)
            .source_identity(source_identity(&user.subject))
            .duration_seconds(seconds)
            .policy(upload_policy(place, upload).render());
        let answer = request.send().await.map_err(|error| fault::of("sts", "AssumeRole", &error));
        self.metrics.called("AssumeRole", answer.as_ref().err());
        let answer = answer?;
        let request_id = answer.request_id().map(str::to_owned);
        let given = answer.credentials.ok_or_else(|| odd("NoCredentials"))?;
        Ok(Grant {
            expiration: given.expiration.to_string(),
            access_key_id: given.access_key_id,
            secret_access_key: given.secret_access_key,
            session_token: given.session_token,
            request_id,
        })
    }
}

fn of_role(sts: &aws_sdk_sts::Client, place: &Place) -> AssumeRoleFluentBuilder {
    sts.assume_role().role_arn(&place.role_arn).external_id(&place.tenant_uid)
}

fn odd(code: &str) -> Fault {
    Fault { service: "sts", operation: "AssumeRole", code: code.to_owned(), class: FaultClass::Invalid }
}

/// Puts under one prefix, and nothing else; the manifest there is the API's to write. S3 needs Decrypt to join parts:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>
fn upload_policy(place: &Place, upload: &str) -> Document {
    let here = format!("{}/{}", place.account.bucket_arn(&place.s3_bucket), place.prefix(upload));
    let put = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"];
    Document::new([
        ("A", Statement::allow(put).on([format!("{here}*")])),
        ("B", Statement::deny(["s3:PutObject"]).on([format!("{here}{MANIFEST}")])),
        ("C", use_key(place)),
    ])
}

fn use_key(place: &Place) -> Statement {
    Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"]).on([place.key_arn.clone()]).when(
        "StringEquals",
        "kms:ViaService",
        [place.account.service_host("s3")],
    )
}

/// The API's own: records, manifests, and a look at what has arrived, in all of the tenant's buckets.
fn own_policy(place: &Place) -> Document {
    let records = format!("arn:{}:s3:::*/{RECORDS}*", place.account.partition());
    let files = format!("arn:{}:s3:::*/{}/*", place.account.partition(), place.tenant);
    let buckets = format!("arn:{}:s3:::*", place.account.partition());
    Document::new([
        ("A", Statement::allow(["s3:PutObject"]).on([records.clone(), format!("{files}/{MANIFEST}")])),
        ("B", Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).on([records, files])),
        ("C", Statement::allow(["s3:ListBucket"]).on([buckets])),
        ("D", use_key(place)),
    ])
}

/// Credentials for the API's own work in one tenant, assumed anew when they run out.
pub(super) struct OwnSession {
    sts: aws_sdk_sts::Client,
    place: Place,
}

impl OwnSession {
    pub fn new(sts: aws_sdk_sts::Client, place: &Place) -> Self {
        Self { sts, place: place.clone() }
    }

    async fn assume(&self) -> Result<Credentials, Fault> {
        let tag = Tag::builder().key(PURPOSE).value(API).build().map_err(|_| odd("NotSent"))?;
        let request = of_role(&self.sts, &self.place)
            .role_session_name("cloister-upload-api")
            .tags(tag)
            .policy(own_policy(&self.place).render());
        let answer = request.send().await.map_err(|error| fault::of("sts", "AssumeRole", &error))?;
        let given = answer.credentials.ok_or_else(|| odd("NoCredentials"))?;
        let expiry = SystemTime::try_from(given.expiration)
            .unwrap_or_else(|_| SystemTime::now() + Duration::from_mins(15));
        let credentials = Credentials::builder()
            .access_key_id(given.access_key_id)
            .secret_access_key(given.secret_access_key)
            .session_token(given.session_token)
            .expiry(expiry)
            .provider_name("UploadApi");
        Ok(credentials.build())
    }
}

impl ProvideCredentials for OwnSession {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.assume().await.map_err(CredentialsError::provider_error)
        })
    }
}

impl fmt::Debug for OwnSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnSession").field("role_arn", &self.place.role_arn).finish_non_exhaustive()
    }
}
