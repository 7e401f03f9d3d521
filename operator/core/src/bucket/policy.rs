use cloister_crds::bucket::Intake;
use cloister_crds::uploads::RevokedUploads;

use super::Inputs;
use crate::document::{Document, Statement};
use crate::environment::{deny_insecure_transport, deny_old_tls};
use crate::offboarding::unload::PREFIX;
use crate::tenant::{API, PURPOSE, source_identity};

/// Who may do what with the objects, and what nobody may.
pub(super) fn bucket_policy(inputs: &Inputs<'_>) -> Document {
    let bucket = inputs.account.bucket_arn(&inputs.bucket_name());
    let objects = format!("{bucket}/*");
    let both = [bucket, objects.clone()];
    let mut policy = Document::new([
        ("DenyInsecureTransport", deny_insecure_transport(both.clone())),
        ("DenyOldTls", deny_old_tls(both.clone())),
        ("DenyOtherAccounts", deny_other_accounts(inputs, both)),
        ("DenyOtherEncryption", deny_other_encryption(&objects)),
        ("DenyOtherKeys", deny_other_keys(inputs, &objects)),
        ("DenyKmsWithoutKey", deny_kms_without_key(&objects)),
    ]);
    if inputs.spec.write_once {
        policy.0.insert("DenyOverwrite".into(), deny_overwrite(inputs, &objects));
    }
    if let Some(statement) = deny_when_leaving(inputs, &objects) {
        policy.0.insert("DenyWhenLeaving".into(), statement);
    }
    if inputs.intake == Some(Intake::Closed) {
        policy.0.insert("DenyUnloadElsewhere".into(), deny_unload_elsewhere(inputs));
    }
    for (n, revoked) in inputs.spec.revoked_uploads.iter().enumerate() {
        policy.0.insert(format!("DenyRevoked{n}"), deny_revoked(inputs, &objects, revoked));
    }
    policy
}

/// S12: only this account, and AWS's own services on its behalf.
pub(super) fn deny_other_accounts(inputs: &Inputs<'_>, both: [String; 2]) -> Statement {
    Statement::deny(["s3:*"])
        .anyone()
        .on(both)
        .when("StringNotEquals", "aws:PrincipalAccount", [inputs.account.id.clone()])
        .when("BoolIfExists", "aws:PrincipalIsAWSService", ["false"])
}

/// A request that names no encryption gets the bucket's default, which is right; a negated condition
/// holds for an absent key, hence `Null`.
fn deny_other_encryption(objects: &str) -> Statement {
    Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("StringNotEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])
        .when("Null", "s3:x-amz-server-side-encryption", ["false"])
}

fn deny_other_keys(inputs: &Inputs<'_>, objects: &str) -> Statement {
    let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("StringNotEquals", key, [inputs.key_arn])
        .when("Null", key, ["false"])
}

/// S3 would take the AWS managed key there, not the bucket's default.
fn deny_kms_without_key(objects: &str) -> Statement {
    Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("StringEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])
        .when("Null", "s3:x-amz-server-side-encryption-aws-kms-key-id", ["true"])
}

/// Parts of a multipart upload carry no If-None-Match; its completion does.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html>
fn deny_overwrite(inputs: &Inputs<'_>, objects: &str) -> Statement {
    let statement = Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("Null", "s3:if-none-match", ["true"])
        .when("Bool", "s3:ObjectCreationOperation", ["true"]);
    // Redshift puts without it, and refuses to unload to where anything is.
    if inputs.intake == Some(Intake::Closed) {
        return statement.when("ArnNotEquals", "aws:PrincipalArn", [unloader(inputs)]);
    }
    statement
}

/// What is exported and then destroyed does not grow meanwhile, but by the export itself.
fn deny_when_leaving(inputs: &Inputs<'_>, objects: &str) -> Option<Statement> {
    let uploader = || inputs.account.role_arn(&inputs.names.role("uploader"));
    let (operator, who) = match inputs.intake? {
        Intake::RunsOnly => ("ArnEquals", vec![uploader()]),
        Intake::Closed => ("ArnNotEquals", vec![inputs.account.operator_role.clone(), unloader(inputs)]),
    };
    Some(Statement::deny(["s3:PutObject"]).anyone().on([objects]).when(operator, "aws:PrincipalArn", who))
}

/// Whether it may unload at all its own policy says.
fn deny_unload_elsewhere(inputs: &Inputs<'_>) -> Statement {
    let exports = format!("{}/{PREFIX}*", inputs.account.bucket_arn(&inputs.bucket_name()));
    let mut statement =
        Statement::deny(["s3:PutObject"]).anyone().when("ArnEquals", "aws:PrincipalArn", [unloader(inputs)]);
    statement.other.insert("NotResource".into(), exports.into());
    statement
}

/// The role that Redshift takes for the tenant.
fn unloader(inputs: &Inputs<'_>) -> String {
    inputs.account.role_arn(&inputs.names.role("warehouse"))
}

/// Sessions of the uploader role from before a time, but the API's own.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
fn deny_revoked(inputs: &Inputs<'_>, objects: &str, revoked: &RevokedUploads) -> Statement {
    let role = inputs.account.role_arn(&inputs.names.role("uploader"));
    let statement = Statement::deny(["s3:PutObject"])
        .anyone()
        .on([objects])
        .when("ArnEquals", "aws:PrincipalArn", [role])
        .when("StringNotEquals", &format!("aws:PrincipalTag/{PURPOSE}"), [API])
        .when("DateLessThan", "aws:TokenIssueTime", [revoked.before.clone()]);
    match &revoked.user {
        Some(user) => statement.when("StringEquals", "aws:SourceIdentity", [source_identity(user)]),
        None => statement,
    }
}
