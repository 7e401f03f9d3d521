//! Receives the events of one environment.

use std::sync::Arc;

use cloister_aws::Received;
use cloister_core::fault::Fault;
use cloister_core::feed::{Call, Message, Touch, read, touches};
use cloister_crds::Environment;
use cloister_crds::status::ResourceStatus;
use futures::future::join_all;
use kube::ResourceExt as _;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::time::sleep;

use super::{Feed, Wakes};
use crate::api::Object;
use crate::context::Context;
use crate::driver::back_off;
use crate::kinds::Kind;
use crate::queues::{Wake, send};

/// The most that SQS gives at a time: there may be more.
const FULL: usize = 10;
/// How often at once it is asked then.
const BEHIND: usize = 4;

pub(super) struct Receiver {
    pub context: Arc<Context>,
    pub wakes: Wakes,
    pub feed: Feed,
}

impl Receiver {
    pub async fn run(self) {
        let (mut faults, mut at_once) = (0, 1);
        loop {
            let turns = (0..at_once).map(|_| self.turn());
            let received: Result<Vec<usize>, Fault> = join_all(turns).await.into_iter().collect();
            match received {
                Ok(received) => {
                    faults = 0;
                    at_once = if received.contains(&FULL) { BEHIND } else { 1 };
                }
                Err(fault) => {
                    faults += 1;
                    tracing::warn!(queue = self.feed.queue, %fault, "events cannot be received");
                    sleep(back_off(faults)).await;
                }
            }
        }
    }

    fn environment(&self) -> String {
        self.feed.environment.name_any()
    }

    /// How many messages it was.
    async fn turn(&self) -> Result<usize, Fault> {
        let messages = self.feed.account.receive(&self.feed.queue).await?;
        let count = messages.len();
        let done: Vec<Received> = messages.into_iter().filter(|message| self.take(&message.body)).collect();
        if !done.is_empty() {
            self.feed.account.delete(&self.feed.queue, &done).await?;
        }
        Ok(count)
    }

    /// Whether the message is done with. One that is not understood comes again until SQS sets it aside.
    fn take(&self, body: &str) -> bool {
        let result = match read(body) {
            None => {
                tracing::warn!(queue = self.feed.queue, "an event is not understood");
                "malformed"
            }
            Some(Message::Nothing(region)) => {
                self.context.feeds.heard(&self.environment(), &region);
                "nothing"
            }
            Some(Message::Call(call)) => self.hear(&call),
        };
        self.context.metrics.feed.taken(&self.environment(), result);
        result != "malformed"
    }

    fn hear(&self, call: &Call) -> &'static str {
        let environment = self.environment();
        self.context.feeds.heard(&environment, &call.region);
        if self.context.feeds.again(&environment, &call.id) {
            return "again";
        }
        let delay = jiff::Timestamp::now().as_second() - call.at;
        self.context.metrics.feed.delayed(u32::try_from(delay).unwrap_or_default());
        if self.is_own(call) {
            return "own";
        }
        if self.wake(call) { "touched" } else { "nothing" }
    }

    fn declared(&self) -> Option<Arc<Environment>> {
        self.context.environments.get(&ObjectRef::new(&self.environment()))
    }

    /// The operator's session, and so what its command line does.
    fn is_own(&self, call: &Call) -> bool {
        let declared = self.declared();
        let own =
            declared.as_ref().and_then(|e| e.status()).and_then(|status| status.assumed_role.as_deref());
        own == Some(call.by.identity.as_str())
    }

    fn wake(&self, call: &Call) -> bool {
        let (context, wakes) = (&self.context, &self.wakes);
        let environments = self.touch(&context.environments, call, &wakes.environments);
        let tenants = self.touch(&context.tenants, call, &wakes.tenants);
        let buckets = self.touch(&context.buckets, call, &wakes.buckets);
        let apps = self.touch(&context.apps, call, &wakes.apps);
        let network = self.is_of_network(call);
        if network {
            send(&wakes.environments, ObjectRef::new(&self.environment()));
        }
        environments || tenants || buckets || apps || network
    }

    /// Wakes the objects of the environment of which a resource was touched, and remembers by whom.
    fn touch<K: Kind>(&self, all: &Store<K>, call: &Call, wake: &Wake<K>) -> bool {
        let environment = self.environment();
        let found = all.state_filter(|object| {
            let is_here = || object.home(&self.context).as_deref() == Some(&*environment);
            touched(object, call).next().is_some() && is_here()
        });
        for object in &found {
            for resource in touched(&**object, call) {
                let (resource, by) = (resource.id.clone(), call.by.clone());
                let touch = Touch { resource, call: call.name.clone(), at: call.at, by };
                self.context.remember(&Object::uid(&**object), |memory| memory.touch(touch));
            }
            send(wake, ObjectRef::from_obj(&**object));
        }
        !found.is_empty()
    }

    /// The network was made elsewhere, so it is among nobody's resources; the environment says what it lacks.
    fn is_of_network(&self, call: &Call) -> bool {
        let Some(declared) = self.declared() else { return false };
        let network = &declared.spec.network;
        let ids = network.subnet_ids.iter().chain(&network.security_group_ids).chain([&network.vpc_id]);
        call.service == "ec2" && ids.into_iter().any(|id| call.named.contains(id))
    }
}

fn touched<'a, K: Kind>(object: &'a K, call: &'a Call) -> impl Iterator<Item = &'a ResourceStatus> {
    let resources = object.common().map(|c| c.resources.as_slice()).unwrap_or_default();
    resources.iter().filter(|resource| touches(call, resource))
}
