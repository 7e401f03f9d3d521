//! A silent feed looks like a quiet account. So the operator makes a call of its own every few minutes, which has to
//! come back as an event; as long as none does, everything is swept as though there were no feed.

use cloister_core::conclude::Notice;
use cloister_core::environment::forwarding_rule;
use cloister_crds::events::Hearing;
use kube::ResourceExt as _;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::time::sleep;

use super::health::Turn;
use super::{Feed, Wakes};
use crate::context::Context;
use crate::kinds::Kind;
use crate::queues::{Wake, send};
use crate::report;

pub(super) async fn watch(feed: &Feed, wakes: &Wakes, context: &Context) {
    let environment = feed.environment.name_any();
    if context.feeds.is_probe_due(&environment, context.settings.probe) {
        for region in &feed.regions {
            tokio::spawn(probe(feed.clone(), region.clone()));
        }
    }
    let silence = context.settings.silence;
    let Some(turn) = context.feeds.turned(&environment, &feed.regions, silence) else { return };
    let Turn { before, now, silent } = turn;
    context.metrics.feed.hearing(&environment, now);
    // Its status says so.
    send(&wakes.environments, ObjectRef::from_obj(&*feed.environment));
    report::publish(&*feed.environment, vec![notice(now, &silent)], context).await;
    if before == Hearing::Heard {
        sweep(&environment, &context.tenants, &wakes.tenants, context);
        sweep(&environment, &context.buckets, &wakes.buckets, context);
    }
}

async fn probe(feed: Feed, region: String) {
    let (environment, at) = (&feed.environment, report::now());
    let probed = if region == environment.spec.region {
        feed.account.probe(&feed.queue, &at).await
    } else {
        feed.account.probe_abroad(&region, &forwarding_rule(&region, &environment.owner()), &at).await
    };
    if let Err(fault) = probed {
        tracing::warn!(queue = feed.queue, region, %fault, "the feed of events could not be probed");
    }
}

fn notice(now: Hearing, silent_regions: &[String]) -> Notice {
    let silent = now == Hearing::Silent;
    let message = if silent {
        format!(
            "no event has come from {} for too long: everything is swept as often as without events. A trail must \
             record management events of that region, and the rule there and the queue must stand",
            silent_regions.join(", ")
        )
    } else {
        "events are heard: what they touch is looked at in seconds, and sweeps are rare".to_owned()
    };
    let reason = if silent { "EventsSilent" } else { "EventsHeard" };
    Notice { warning: silent, reason, action: "Listen", message, about: None }
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
