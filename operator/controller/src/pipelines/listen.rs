//! Hears of arrivals. Of each bucket that a pipeline waits for, one task receives from the queue; a message is deleted
//! once what it tells is in the status of every pipeline that it concerns, and comes again otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cloister_aws::Received;
use cloister_core::fault::Fault;
use cloister_core::pipeline::{Message, News, concerns, read_message, room};
use cloister_crds::EtlPipeline;
use cloister_crds::pipeline::FileStatus;
use kube::runtime::reflector::ObjectRef;
use tokio::time::{sleep, timeout};

use super::peers::Landing;
use super::{listing, peers};
use crate::api::Object;
use crate::context::Context;
use crate::queues::Wake;
use crate::task::Task;

/// How often it is looked at which buckets are waited for.
const LOOK: Duration = Duration::from_secs(1);
/// How long a status may take. Far less than the five minutes after which a message comes again.
pub(super) const RECORDED: Duration = Duration::from_secs(30);
/// The most that a message may bring; less room than this, and none is received.
const ROOM: usize = 20;

pub async fn listen(context: Arc<Context>, wake: Wake<EtlPipeline>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut receivers: BTreeMap<String, Task> = BTreeMap::new();
    let mut listings = listing::Listings::default();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = sleep(LOOK) => {}
        }
        forget_gone(&mut known, &context);
        if !context.fence.holds() {
            receivers.clear();
            continue;
        }
        let wanted = wanted(&context);
        receivers.retain(|queue, task| wanted.contains_key(queue) && !task.is_finished());
        for (queue, landing) in wanted {
            let start = || {
                let receiver = Receiver { context: context.clone(), wake: wake.clone(), landing };
                Task::spawn(receiver.run())
            };
            receivers.entry(queue).or_insert_with(start);
        }
        context.metrics.pipelines.listening(receivers.len());
        listings.start_due(&context, &wake);
    }
}

/// An object without finalizers is gone without a word.
fn forget_gone(known: &mut BTreeMap<String, String>, context: &Context) {
    let now: BTreeMap<String, String> =
        context.pipelines.state().iter().map(|p| (Object::uid(&**p), p.label())).collect();
    for (uid, label) in known.iter().filter(|(uid, _)| !now.contains_key(*uid)) {
        super::forget(uid, label, context);
    }
    *known = now;
}

/// Queues by name, which has the hash of the tenant's UID, with account and bucket.
fn wanted(context: &Context) -> BTreeMap<String, Landing> {
    let pipelines = context.pipelines.state();
    let landings = pipelines.iter().filter(|p| !p.is_leaving()).filter_map(|p| peers::landing(p, context));
    landings.map(|landing| (landing.queue.clone(), landing)).collect()
}

struct Receiver {
    context: Arc<Context>,
    wake: Wake<EtlPipeline>,
    landing: Landing,
}

impl Receiver {
    async fn run(self) {
        let mut faults = 0;
        loop {
            if !self.has_room() || !self.context.fence.holds() {
                sleep(Duration::from_millis(500)).await;
                continue;
            }
            let turn = self.turn().await;
            self.tell(turn.as_ref().err());
            match turn {
                Ok(()) => faults = 0,
                Err(fault) => {
                    faults += 1;
                    tracing::warn!(queue = self.landing.queue, %fault, "arrivals cannot be heard of");
                    sleep(crate::driver::back_off(faults).min(Duration::from_secs(30))).await;
                }
            }
        }
    }

    fn tell(&self, fault: Option<&Fault>) {
        if self.context.deaf.tell(&self.landing.queue, fault) {
            for pipeline in self.listeners() {
                let _ = self.wake.unbounded_send(ObjectRef::from_obj(&*pipeline));
            }
        }
    }

    fn listeners(&self) -> Vec<Arc<EtlPipeline>> {
        // The namespace first, which costs nothing: all pipelines are asked at each turn of each queue.
        let here = |p: &EtlPipeline| {
            p.metadata.namespace.as_ref() == Some(&self.landing.namespace)
                && !p.is_leaving()
                && peers::landing(p, &self.context).is_some_and(|l| l.queue == self.landing.queue)
        };
        self.context.pipelines.state_filter(here)
    }

    /// What a pipeline has no room for stays in the queue, untouched: a message that is received in vain too
    /// often ends among the dead letters.
    fn has_room(&self) -> bool {
        self.listeners().iter().all(|pipeline| room(pipeline.status()) >= ROOM)
    }

    async fn turn(&self) -> Result<(), Fault> {
        let messages = self.landing.account.receive(&self.landing.queue).await?;
        let listeners = self.listeners();
        let recorded = messages.into_iter().map(|message| self.record(message, &listeners));
        let done: Vec<Received> = futures::future::join_all(recorded).await.into_iter().flatten().collect();
        if done.is_empty() { Ok(()) } else { self.landing.account.delete(&self.landing.queue, &done).await }
    }

    /// Gives the message back once it may be deleted.
    async fn record(&self, message: Received, listeners: &[Arc<EtlPipeline>]) -> Option<Received> {
        let files = match read_message(&message.body) {
            Some(Message::Arrivals(files)) => files,
            Some(Message::Test) => return Some(message),
            None => {
                // Its text may hold names of files.
                tracing::warn!(queue = self.landing.queue, "a message is not understood");
                return None;
            }
        };
        let files: Vec<FileStatus> =
            files.into_iter().filter(|file| file.bucket == self.landing.bucket).collect();
        let mut answers = Vec::new();
        for pipeline in listeners {
            let Some(trigger) = pipeline.spec.trigger.as_ref().and_then(|t| t.arrival.as_ref()) else {
                continue;
            };
            let of_it: Vec<FileStatus> =
                files.iter().filter(|f| concerns(trigger, &f.key)).cloned().collect();
            if !of_it.is_empty() {
                let news = News { files: of_it, listing: None };
                answers.push(self.context.inbox.put(&Object::uid(&**pipeline), news));
                // Nobody listens any more once the operator stops.
                let _ = self.wake.unbounded_send(ObjectRef::from_obj(&**pipeline));
            }
        }
        let all = timeout(RECORDED, futures::future::join_all(answers)).await.ok()?;
        all.into_iter().all(|recorded| recorded.unwrap_or(false)).then_some(message)
    }
}
