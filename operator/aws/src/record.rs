//! What was asked of AWS: every attempt that reaches the wire, seen where the SDK sends it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde_json::Value;
use tokio::time::Instant;

use crate::fault::{NO_ANSWER, TIMEOUT};
use crate::limit::Limiter;

/// Who is told of calls: metrics and logs.
pub trait Recorder: Send + Sync {
    /// One attempt was answered or given up.
    fn call(&self, call: &Call<'_>);
    /// A call was held back by its limiter.
    fn waited(&self, service: &'static str, duration: Duration);
}

/// One attempt at one operation.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub service: &'static str,
    pub operation: &'a str,
    pub account: &'a str,
    pub region: &'a str,
    /// The error code; `None` where it went well.
    pub code: Option<&'a str>,
    pub mutating: bool,
    pub duration: Duration,
}

/// Tells the recorder of each attempt, and the limiter of those that the SDK makes by itself.
pub(crate) struct Witness {
    pub account: String,
    pub region: String,
    pub limiter: Arc<Limiter>,
    pub recorder: Arc<dyn Recorder>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("account", &self.account).finish_non_exhaustive()
    }
}

/// When the attempt under way was sent.
#[derive(Debug)]
struct Sent(Instant);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "CloisterWitness"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if cfg.load::<RequestAttempts>().is_some_and(|attempt| attempt.attempts() > 1) {
            self.limiter.debit();
        }
        cfg.interceptor_state().store_put(Sent(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(duration) = cfg.load::<Sent>().map(|sent| sent.0.elapsed()) else { return Ok(()) };
        cfg.interceptor_state().unset::<Sent>();
        let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
        let code = code(context);
        self.recorder.call(&Call {
            service: self.limiter.service().name(),
            operation,
            account: &self.account,
            region: &self.region,
            code: code.as_deref(),
            mutating: mutates(operation),
            duration,
        });
        Ok(())
    }
}

/// AWS names its operations by what they do.
fn mutates(operation: &str) -> bool {
    !["Assume", "Describe", "Get", "Head", "List"].iter().any(|verb| operation.starts_with(verb))
}

fn code(context: &FinalizerInterceptorContextRef<'_>) -> Option<String> {
    let error = context.output_or_error()?.err()?;
    if error.is_timeout_error() {
        return Some(TIMEOUT.to_owned());
    }
    let Some(answer) = context.response() else { return Some(NO_ANSWER.to_owned()) };
    Some(answered(answer).unwrap_or_else(|| format!("HTTP{}", answer.status().as_u16())))
}

/// The code in an answer. The SDK's own parse of it is behind a type per operation, which an interceptor
/// of all operations cannot name.
fn answered(answer: &HttpResponse) -> Option<String> {
    // Services that once spoke the query protocol, SQS among them, keep their old codes here.
    if let Some(code) = answer.headers().get("x-amzn-query-error") {
        return code.split(';').next().map(str::to_owned);
    }
    let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
    let json = || serde_json::from_str::<Value>(body).ok()?.get("__type")?.as_str().map(str::to_owned);
    match between(body, "<Code>", "</Code>") {
        Some(code) => Some(code.to_owned()),
        None => json().map(|code| code.rsplit('#').next().unwrap_or_default().to_owned()),
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::{answered, mutates};

    fn answer(body: &'static str) -> HttpResponse {
        let status = 400.try_into().unwrap_or_else(|_| unreachable!("a valid status"));
        HttpResponse::new(status, SdkBody::from(body))
    }

    #[test]
    fn the_code_is_found_in_either_protocol() {
        let xml = "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>";
        assert_eq!(answered(&answer(xml)).as_deref(), Some("NoSuchBucket"));
        let json = r#"{"__type":"com.amazonaws.kms#NotFoundException","message":"no"}"#;
        assert_eq!(answered(&answer(json)).as_deref(), Some("NotFoundException"));
        let mut sqs = answer("{}");
        sqs.headers_mut().insert("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender");
        assert_eq!(answered(&sqs).as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue"));
        assert_eq!(answered(&answer("<html>")), None);
    }

    #[test]
    fn reading_is_not_mutating() {
        assert!(!mutates("AssumeRole") && !mutates("ListKeys") && !mutates("GetResources"));
        assert!(mutates("CreateKey") && mutates("PutBucketPolicy") && mutates("TagRole"));
    }
}
