//! From the SDK's errors to Cloister's faults: a code and its class, and never AWS's own words.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use cloister_core::fault::{Fault, FaultClass};

pub(crate) const TIMEOUT: &str = "Timeout";
pub(crate) const NO_ANSWER: &str = "NoAnswer";

pub(crate) fn of<E>(service: &'static str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    // A call that got no credentials failed because of AssumeRole, and that is the fault to show.
    if let Some(fault) = cause::<Fault>(error) {
        return fault.clone();
    }
    let (code, class) = meaning(error);
    Fault { service, operation: operation::<E>(), code, class }
}

fn meaning<E>(error: &SdkError<E, HttpResponse>) -> (String, FaultClass)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let no_answer = |code: &str| (code.to_owned(), FaultClass::Ambiguous);
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().map_or_else(|| format!("HTTP{status}"), str::to_owned);
            let class = FaultClass::of(&code, Some(status));
            (code, class)
        }
        SdkError::TimeoutError(_) => no_answer(TIMEOUT),
        _ if cause::<CredentialsError>(error).is_some() => ("NoCredentials".to_owned(), FaultClass::Denied),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => no_answer(TIMEOUT),
        SdkError::ConstructionFailure(_) => ("NotSent".to_owned(), FaultClass::Invalid),
        _ => no_answer(NO_ANSWER),
    }
}

fn cause<'a, F: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a F> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<F>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An operation's error type bears its name: `GetBucketPolicyError`.
fn operation<E>() -> &'static str {
    let path = std::any::type_name::<E>();
    let name = path.rsplit("::").next().unwrap_or(path);
    name.strip_suffix("Error").unwrap_or(name)
}

/// A request that lacks a required part. None of ours does.
pub(crate) fn incomplete(service: &'static str) -> impl Fn(BuildError) -> Fault {
    move |_| refused(service, "Build", "Incomplete")
}

/// A request that is not sent, since it could not be right.
pub(crate) fn refused(service: &'static str, operation: &'static str, code: &str) -> Fault {
    Fault { service, operation, code: code.to_owned(), class: FaultClass::Invalid }
}

/// Turns one class of fault into an answer: what is not there reads as `None`.
pub(crate) fn found<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(fault) if fault.class == FaultClass::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// For deletions: what is gone already is deleted.
pub(crate) fn gone<T>(answer: Result<T, Fault>) -> Result<(), Fault> {
    found(answer).map(|_| ())
}

#[cfg(test)]
mod tests {
    use aws_sdk_kms::operation::create_key::CreateKeyError;
    use aws_sdk_s3::operation::get_bucket_policy::GetBucketPolicyError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use cloister_core::fault::{Fault, FaultClass};

    use super::{CredentialsError, of};

    fn answer(status: u16, code: &str) -> SdkError<GetBucketPolicyError, HttpResponse> {
        let error = GetBucketPolicyError::generic(
            ErrorMetadata::builder().code(code).message("secret arn:aws:s3:::patient").build(),
        );
        let status = status.try_into().unwrap_or_else(|_| unreachable!("a valid status"));
        SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty()))
    }

    #[test]
    fn a_fault_has_the_code_and_not_the_words() {
        let fault = of("s3", &answer(404, "NoSuchBucketPolicy"));
        assert_eq!((fault.service, fault.operation), ("s3", "GetBucketPolicy"));
        assert_eq!((fault.code.as_str(), fault.class), ("NoSuchBucketPolicy", FaultClass::NotFound));
        assert!(!format!("{fault} {fault:?}").contains("patient"));
    }

    #[test]
    fn an_unknown_code_goes_by_its_status() {
        assert_eq!(of("s3", &answer(500, "InternalError")).class, FaultClass::Ambiguous);
        assert_eq!(of("s3", &answer(400, "Odd")).class, FaultClass::Invalid);
    }

    #[test]
    fn no_answer_is_ambiguous() {
        let lost = |error| of::<CreateKeyError>("kms", &SdkError::dispatch_failure(error));
        let broken = lost(ConnectorError::io("reset".into()));
        assert_eq!((broken.code.as_str(), broken.class), ("NoAnswer", FaultClass::Ambiguous));
        assert_eq!(broken.operation, "CreateKey");
        assert_eq!(lost(ConnectorError::timeout("slow".into())).code, "Timeout");
        assert_eq!(of::<CreateKeyError>("kms", &SdkError::timeout_error("slow")).code, "Timeout");
    }

    #[test]
    fn without_credentials_the_fault_is_that_of_assume_role() {
        let denied = Fault {
            service: "sts",
            operation: "AssumeRole",
            code: "AccessDenied".into(),
            class: FaultClass::Denied,
        };
        let wrapped = CredentialsError::provider_error(denied.clone());
        let error = SdkError::dispatch_failure(ConnectorError::other(wrapped.into(), None));
        assert_eq!(of::<CreateKeyError>("kms", &error), denied);
    }
}
