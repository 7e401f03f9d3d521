//! Which queues cannot be received from, and what a pipeline's status says of its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cloister_core::fault::Fault;
use cloister_crds::EtlPipeline;
use cloister_crds::status::Condition;

use super::peers;
use crate::api::Object;
use crate::context::Context;
use crate::report;

const TYPE: &str = "Listening";

/// By queue, why.
#[derive(Default)]
pub struct Deaf(Mutex<HashMap<String, String>>);

impl Deaf {
    /// Answers whether that is news. A queue that answers well has no fault.
    pub fn tell(&self, queue: &str, fault: Option<&Fault>) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = fault.map(ToString::to_string);
        let before = match &now {
            Some(why) => all.insert(queue.to_owned(), why.clone()),
            None => all.remove(queue),
        };
        before != now
    }

    fn why(&self, queue: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(queue).cloned()
    }
}

/// Of a pipeline that waits for files. Its time moves only with its status.
pub fn condition(pipeline: &EtlPipeline, context: &Context) -> Option<Condition> {
    pipeline.spec.trigger.as_ref()?.arrival.as_ref()?;
    let (status, reason, message) = match peers::landing(pipeline, context) {
        None => ("Unknown", "BucketNotReady", String::new()),
        Some(landing) => match context.deaf.why(&landing.queue) {
            None => ("True", "Listening", String::new()),
            Some(why) => ("False", "QueueUnavailable", sentence(&landing.queue, &why)),
        },
    };
    let before = pipeline.common().and_then(|common| common.condition(TYPE));
    let since = before.filter(|before| before.status == status).map(|b| b.last_transition_time.clone());
    Some(Condition {
        type_: TYPE.into(),
        status: status.into(),
        observed_generation: Object::generation(pipeline),
        last_transition_time: since.unwrap_or_else(report::now),
        reason: reason.into(),
        message,
    })
}

fn sentence(queue: &str, why: &str) -> String {
    format!(
        "arrivals are not heard of, since queue {queue} cannot be received from ({why}): files are found by the next \
         listing of the bucket, or once the queue answers again"
    )
}
