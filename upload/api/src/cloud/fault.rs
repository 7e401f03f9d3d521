use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use cloister_core::fault::{Fault, FaultClass};

use crate::problem::{Problem, Reason};

/// A code and its class, and never AWS's own words.
pub(super) fn of<E>(
    service: &'static str,
    operation: &'static str,
    error: &SdkError<E, HttpResponse>,
) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    // A call that got no credentials failed because of AssumeRole, and that is the fault to show.
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref::<Fault>() {
            return fault.clone();
        }
        next = error.source();
    }
    let (code, class) = match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().map_or_else(|| format!("HTTP{status}"), str::to_owned);
            let class = FaultClass::of(&code, Some(status));
            (code, class)
        }
        _ => ("NoAnswer".to_owned(), FaultClass::Ambiguous),
    };
    Fault { service, operation, code, class }
}

/// The caller cannot help it, so they hear that it will be looked after; the log says what to do.
#[must_use]
pub fn report(fault: &Fault) -> Problem {
    tracing::warn!(%fault, "AWS did not do what an upload needs");
    if fault.class == FaultClass::Throttled {
        let detail = "The cloud asks to slow down; try again soon.";
        return Problem::new(Reason::TooMany, detail).retry_after(2);
    }
    let detail = "The cloud did not do what this needs; the platform's operators see why. Try again later.";
    Problem::new(Reason::Unavailable, detail).retry_after(15)
}
