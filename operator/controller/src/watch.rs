//! Watches: each keeps a cache, and wakes whom a change concerns. Changes that concern nobody, such as
//! our own status writes, wake nobody.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures::StreamExt as _;
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

/// Objects of a list that are in memory at once.
const PAGE: u32 = 100;

/// Runs until the process ends; the watcher itself reconnects with back-off. `keep` fills a cache.
pub async fn watch<K>(
    api: Api<K>,
    config: watcher::Config,
    mut keep: impl FnMut(&watcher::Event<K>) + Send,
    routes: Vec<Route<K>>,
) where
    K: Resource<DynamicType: Eq + Hash + Clone> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let mut seen = Seen { routes, known: HashMap::new(), started: false, held: Vec::new() };
    let stream = watcher(api, config.page_size(PAGE)).default_backoff().modify(trim);
    let mut stream = std::pin::pin!(stream);
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => {
                keep(&event);
                seen.take(event);
            }
            Err(error) => tracing::warn!(%error, "a watch failed"),
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
    known: HashMap<(String, String), Box<[u64]>>,
    started: bool,
    /// What a list under way will wake: the cache shows it only at the list's end.
    held: Vec<(K, Vec<usize>)>,
}

impl<K: Resource> Seen<K> {
    fn take(&mut self, event: watcher::Event<K>) {
        match event {
            watcher::Event::Init => self.held.clear(),
            watcher::Event::InitApply(object) => {
                let concerned = self.compare(&object);
                if !concerned.is_empty() {
                    self.held.push((object, concerned));
                }
            }
            watcher::Event::InitDone => {
                for (object, concerned) in std::mem::take(&mut self.held) {
                    self.wake(&object, &concerned);
                }
                self.started = true;
            }
            watcher::Event::Apply(object) => {
                let concerned = self.compare(&object);
                self.wake(&object, &concerned);
            }
            watcher::Event::Delete(object) => {
                self.known.remove(&key(&object));
                self.routes.iter().for_each(|route| (route.wake)(&object));
            }
        }
    }

    /// The routes that this view of the object wakes.
    fn compare(&mut self, object: &K) -> Vec<usize> {
        let now: Box<[u64]> = self.routes.iter().map(|route| (route.fingerprint)(object)).collect();
        let before = self.known.get(&key(object));
        let wakes = |n: &usize| match before {
            Some(before) => before[*n] != now[*n],
            None => match self.routes[*n].first_sight {
                FirstSight::Wakes => true,
                FirstSight::WakesLater => self.started,
                FirstSight::Silent => false,
            },
        };
        let concerned = (0..now.len()).filter(wakes).collect();
        self.known.insert(key(object), now);
        concerned
    }

    fn wake(&self, object: &K, concerned: &[usize]) {
        for n in concerned {
            (self.routes[*n].wake)(object);
        }
    }
}

fn key<K: Resource>(object: &K) -> (String, String) {
    (object.namespace().unwrap_or_default(), object.name_any())
}
