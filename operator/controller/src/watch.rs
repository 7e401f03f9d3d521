//! Watches: each keeps a cache, and wakes whom a change concerns. Changes that concern nobody, such as
//! our own status writes, wake nobody.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures::{StreamExt as _, TryStreamExt as _};
use kube::runtime::reflector::store::Writer;
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;

/// Whom to wake, and on which changes.
pub struct Route<K> {
    /// Two views of an object with the same fingerprint are the same to those it wakes.
    pub fingerprint: Box<dyn Fn(&K) -> u64 + Send + Sync>,
    pub wake: Box<dyn Fn(&K) + Send + Sync>,
    pub first_sight: FirstSight,
}

/// Whether an object that was not known before wakes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FirstSight {
    Wakes,
    /// Not at the start of the process: whom it concerns is woken then anyway.
    WakesLater,
    /// It is one that we have just made.
    Silent,
}

pub fn fingerprint(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Runs until the process ends; the watcher itself reconnects with back-off.
pub async fn watch<K>(api: Api<K>, config: watcher::Config, writer: Writer<K>, routes: Vec<Route<K>>)
where
    K: Resource<DynamicType: Eq + Hash + Clone> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let mut seen = Seen { routes, known: HashMap::new(), started: false, held: Vec::new() };
    let stream = watcher(api, config).default_backoff().modify(trim).reflect(writer);
    let mut stream = std::pin::pin!(stream.inspect_err(|error| tracing::warn!(%error, "a watch failed")));
    while let Some(event) = stream.next().await {
        if let Ok(event) = event {
            seen.take(event);
        }
    }
}

/// Half of an object in memory is bookkeeping that nothing here reads.
fn trim<K: Resource>(object: &mut K) {
    object.meta_mut().managed_fields = None;
    object.annotations_mut().remove("kubectl.kubernetes.io/last-applied-configuration");
}

struct Seen<K> {
    routes: Vec<Route<K>>,
    /// Fingerprints by object, one for each route.
    known: HashMap<(String, String), Vec<u64>>,
    started: bool,
    /// Changes of a list under way: the cache shows them only at its end.
    held: Vec<K>,
}

impl<K: Resource + Clone> Seen<K> {
    fn take(&mut self, event: watcher::Event<K>) {
        match event {
            watcher::Event::Init => self.held.clear(),
            watcher::Event::InitApply(object) => self.held.push(object),
            watcher::Event::InitDone => {
                for object in std::mem::take(&mut self.held) {
                    self.compare(&object);
                }
                self.started = true;
            }
            watcher::Event::Apply(object) => self.compare(&object),
            watcher::Event::Delete(object) => {
                self.known.remove(&key(&object));
                self.routes.iter().for_each(|route| (route.wake)(&object));
            }
        }
    }

    fn compare(&mut self, object: &K) {
        let now: Vec<u64> = self.routes.iter().map(|route| (route.fingerprint)(object)).collect();
        let before = self.known.insert(key(object), now.clone());
        for (n, route) in self.routes.iter().enumerate() {
            let wakes = match &before {
                Some(before) => before[n] != now[n],
                None => match route.first_sight {
                    FirstSight::Wakes => true,
                    FirstSight::WakesLater => self.started,
                    FirstSight::Silent => false,
                },
            };
            if wakes {
                (route.wake)(object);
            }
        }
    }
}

fn key<K: Resource>(object: &K) -> (String, String) {
    (object.namespace().unwrap_or_default(), object.name_any())
}
