//! Hears which calls touched what is ours, and wakes just the objects that they touched. A feed that is lost, late,
//! doubled or out of order costs time, never correctness: a pass looks at what is there, and the sweep at everything.

mod health;
mod hear;
mod metrics;
mod silence;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cloister_aws::Account;
use cloister_core::environment::{event_queue, event_regions};
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, IngestBucket};
use kube::ResourceExt as _;
use tokio::time::sleep;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::{self, Kind};
use crate::queues::Wake;
use crate::task::Task;

pub use health::Feeds;
use hear::Receiver;
pub use metrics::FeedMetrics;

/// How often it is looked at which feeds there are and how they are.
const LOOK: Duration = Duration::from_secs(1);

/// Whom a call may have touched.
#[derive(Clone)]
pub struct Wakes {
    pub environments: Wake<Environment>,
    pub tenants: Wake<ClientTenant>,
    pub buckets: Wake<IngestBucket>,
    pub apps: Wake<AnalyticsApp>,
}

/// The queue of an environment's events.
#[derive(Clone)]
struct Feed {
    environment: Arc<Environment>,
    account: Arc<Account>,
    queue: String,
    /// The ways that events come, by the regions that they come from: the queue's own, and those that send on to it.
    regions: BTreeSet<String>,
}

pub async fn follow(context: Arc<Context>, wakes: Wakes, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut receivers: BTreeMap<String, (Task, Arc<Account>)> = BTreeMap::new();
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = sleep(LOOK) => {}
        }
        if !context.fence.holds() {
            receivers.clear();
            continue;
        }
        let feeds = feeds(&context);
        // The way into the account may be another one by now.
        receivers.retain(|queue, (task, account)| {
            feeds.get(queue).is_some_and(|feed| Arc::ptr_eq(&feed.account, account)) && !task.is_finished()
        });
        context
            .feeds
            .retain(|environment| feeds.values().any(|feed| feed.environment.name_any() == environment));
        for (queue, feed) in feeds {
            silence::watch(&feed, &wakes, &context).await;
            let start = || {
                let account = feed.account.clone();
                let receiver = Receiver { context: context.clone(), wakes: wakes.clone(), feed };
                (Task::spawn(receiver.run()), account)
            };
            receivers.entry(queue).or_insert_with(start);
        }
    }
}

/// Those whose queue stands, by its name, which has the hash of the environment's UID.
fn feeds(context: &Context) -> BTreeMap<String, Feed> {
    let feed = |environment: &Arc<Environment>| {
        let queue = event_queue(&environment.name_any(), &environment.owner());
        let known = environment.common().and_then(|c| c.arn(&format!("sqs-queue/{queue}"))).is_some();
        let asked = environment.spec.events.is_some() && !environment.is_leaving();
        let account = context.aws.account(&kinds::target(&environment.spec));
        let spec = &environment.spec;
        let mut regions = event_regions(&spec.region, spec.recovery_region.as_deref());
        regions.insert(spec.region.clone());
        let feed = Feed { environment: environment.clone(), account, queue: queue.clone(), regions };
        (known && asked).then_some((queue, feed))
    };
    context.environments.state().iter().filter_map(feed).collect()
}
