//! A silent feed looks like a quiet account. So the operator makes a call of its own every few minutes, which has to
//! come back as an event; as long as none does, everything is swept as though there were no feed.

use cloister_core::conclude::Notice;
use cloister_crds::events::Hearing;
use kube::ResourceExt as _;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::time::sleep;

use super::{Feed, Wakes};
use crate::context::Context;
use crate::kinds::Kind;
use crate::queues::{Wake, send};
use crate::report;

pub(super) async fn watch(feed: &Feed, wakes: &Wakes, context: &Context) {
    let environment = feed.environment.name_any();
    if context.feeds.is_probe_due(&environment, context.settings.probe) {
        let (account, queue) = (feed.account.clone(), feed.queue.clone());
        tokio::spawn(async move {
            if let Err(fault) = account.probe(&queue, &report::now()).await {
                tracing::warn!(queue, %fault, "the feed of events could not be probed");
            }
        });
    }
    let Some((before, now)) = context.feeds.turned(&environment, context.settings.silence) else { return };
    context.metrics.feed.hearing(&environment, now);
    // Its status says so.
    send(&wakes.environments, ObjectRef::from_obj(&*feed.environment));
    report::publish(&*feed.environment, vec![notice(now)], context).await;
    if before == Hearing::Heard {
        sweep(&environment, &context.tenants, &wakes.tenants, context);
        sweep(&environment, &context.buckets, &wakes.buckets, context);
    }
}

fn notice(now: Hearing) -> Notice {
    let silent = now == Hearing::Silent;
    let message = if silent {
        "no event has come for too long: everything is swept as often as without events. A trail must record \
         management events, and the rule and its queue must stand"
    } else {
        "events are heard: what they touch is looked at in seconds, and sweeps are rare"
    };
    let reason = if silent { "EventsSilent" } else { "EventsHeard" };
    Notice { warning: silent, reason, action: "Listen", message: message.to_owned(), about: None }
}

/// Those that rest until a rare sweep are looked at within a plain one, spread over it.
fn sweep<K: Kind>(environment: &str, all: &Store<K>, wake: &Wake<K>, context: &Context) {
    for object in all.state_filter(|object| object.home(context).as_deref() == Some(environment)) {
        let (wake, reference) = (wake.clone(), ObjectRef::from_obj(&*object));
        let after = context.settings.sweep.mul_f64(rand::random_range(0.0..1.0));
        tokio::spawn(async move {
            sleep(after).await;
            send(&wake, reference);
        });
    }
}
