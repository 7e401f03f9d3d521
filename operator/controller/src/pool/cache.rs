//! Pods and nodes of tenants as last seen: only what the pool is decided from is kept of each.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cloister_core::pool::{Node as PoolNode, Pod as PoolPod};
use kube::runtime::watcher::Event;
use kube::{Resource, ResourceExt as _};
use tokio::sync::watch;

type Key = (Box<str>, Box<str>);

/// Digests by namespace and name.
pub struct Kept<T> {
    all: Arc<RwLock<HashMap<Key, T>>>,
    filled: watch::Receiver<bool>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { all: self.all.clone(), filled: self.filled.clone() }
    }
}

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    /// An empty cache, and what fills it from the events of a watch.
    pub fn new<K: Resource>(read: fn(&K) -> Option<T>) -> (Self, impl FnMut(&Event<K>) + Send) {
        let all = Arc::<RwLock<HashMap<Key, T>>>::default();
        let (sender, filled) = watch::channel(false);
        let (kept, mut listed) = (all.clone(), HashMap::new());
        let keep = move |event: &Event<K>| {
            let write = || kept.write().unwrap_or_else(PoisonError::into_inner);
            match event {
                Event::Init => listed.clear(),
                Event::InitApply(object) => put(&mut listed, object, read),
                Event::InitDone => {
                    *write() = std::mem::take(&mut listed);
                    sender.send_replace(true);
                }
                Event::Apply(object) => put(&mut write(), object, read),
                Event::Delete(object) => drop(write().remove(&key(object))),
            }
        };
        (Self { all, filled }, keep)
    }

    async fn wait_until_filled(&self) {
        // A cache whose keeper is gone stays empty; the watch that failed has said so.
        let _ = self.filled.clone().wait_for(|filled| *filled).await;
    }

    fn chosen(&self, choose: impl Fn(&Key, &T) -> bool) -> Vec<T> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(key, one)| choose(key, one)).map(|(_, one)| one.clone()).collect()
    }
}

fn put<K: Resource, T>(into: &mut HashMap<Key, T>, object: &K, read: fn(&K) -> Option<T>) {
    match read(object) {
        Some(digest) => drop(into.insert(key(object), digest)),
        None => drop(into.remove(&key(object))),
    }
}

fn key<K: Resource>(object: &K) -> Key {
    (object.namespace().unwrap_or_default().into(), object.name_any().into())
}

/// What is watched for all pools.
#[derive(Clone)]
pub struct Watched {
    pods: Kept<PoolPod>,
    nodes: Kept<(String, PoolNode)>,
}

impl Watched {
    pub fn new(pods: Kept<PoolPod>, nodes: Kept<(String, PoolNode)>) -> Self {
        Self { pods, nodes }
    }

    pub async fn wait_until_filled(&self) {
        self.pods.wait_until_filled().await;
        self.nodes.wait_until_filled().await;
    }

    /// A tenant's namespace has its name.
    pub fn pods_of(&self, tenant: &str) -> Vec<PoolPod> {
        self.pods.chosen(|(namespace, _), _| **namespace == *tenant)
    }

    pub fn nodes_of(&self, tenant: &str) -> Vec<PoolNode> {
        let nodes = self.nodes.chosen(|_, (owner, _)| owner == tenant);
        nodes.into_iter().map(|(_, node)| node).collect()
    }
}
