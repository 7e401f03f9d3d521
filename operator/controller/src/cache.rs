//! The Kubernetes objects of tenants as last seen, kept as text: parsed they take five times the memory,
//! and each is read about once a sweep.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cloister_core::resource::{ObjectId, ObjectKind};
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use kube::runtime::watcher::Event;
use serde_json::Value;
use tokio::sync::watch;

/// Namespace and name.
type Key = (Box<str>, Box<str>);
type Texts = HashMap<Key, Box<str>>;

/// One cache for each kind but our own, which have typed ones.
#[derive(Clone, Default)]
pub struct Objects(HashMap<ObjectKind, Cache>);

#[derive(Clone)]
struct Cache {
    texts: Arc<RwLock<Texts>>,
    filled: watch::Receiver<bool>,
}

/// Fills one cache from the events of a watch.
pub struct Keeper {
    texts: Arc<RwLock<Texts>>,
    filled: watch::Sender<bool>,
    kind: ObjectKind,
    /// A list under way; it replaces the cache at its end.
    listed: Texts,
}

impl Objects {
    pub fn add(&mut self, kind: ObjectKind) -> Keeper {
        let (sender, filled) = watch::channel(false);
        let texts = Arc::<RwLock<Texts>>::default();
        self.0.insert(kind, Cache { texts: texts.clone(), filled });
        Keeper { texts, filled: sender, kind, listed: Texts::new() }
    }

    pub async fn wait_until_filled(&self) {
        for cache in self.0.values() {
            // A cache whose keeper is gone stays empty; the watch that failed has said so.
            let _ = cache.filled.clone().wait_for(|filled| *filled).await;
        }
    }

    pub fn get(&self, id: &ObjectId) -> Option<Value> {
        let texts = self.0.get(&id.kind)?.texts.read().unwrap_or_else(PoisonError::into_inner);
        let key = (id.namespace.as_str().into(), id.name.as_str().into());
        texts.get(&key).and_then(|text| serde_json::from_str(text).ok())
    }

    pub fn is_leaving(&self, id: &ObjectId) -> bool {
        self.get(id).is_some_and(|object| !object["metadata"]["deletionTimestamp"].is_null())
    }
}

impl Keeper {
    pub fn take(&mut self, event: &Event<DynamicObject>) {
        let texts = || self.texts.write().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Init => self.listed.clear(),
            Event::InitApply(object) => {
                self.listed.insert(key(object), text(self.kind, object));
            }
            Event::InitDone => {
                let mut listed = std::mem::take(&mut self.listed);
                listed.shrink_to_fit();
                *texts() = listed;
                self.filled.send_replace(true);
            }
            Event::Apply(object) => {
                texts().insert(key(object), text(self.kind, object));
            }
            Event::Delete(object) => {
                texts().remove(&key(object));
            }
        }
    }
}

fn key(object: &DynamicObject) -> Key {
    (object.namespace().unwrap_or_default().into(), object.name_any().into())
}

/// Without its status, which is not ours to compare; but of a Deployment that says how many pods serve.
fn text(kind: ObjectKind, object: &DynamicObject) -> Box<str> {
    let mut value = serde_json::to_value(object).unwrap_or_default();
    if let Some(fields) = value.as_object_mut().filter(|_| kind != ObjectKind::Deployment) {
        fields.remove("status");
    }
    value.to_string().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn quota(name: &str, pods: u32) -> DynamicObject {
        let value = json!({
            "apiVersion": "v1", "kind": "ResourceQuota",
            "metadata": { "name": name, "namespace": "acme" },
            "spec": { "hard": { "pods": pods } }, "status": { "used": { "pods": 1 } },
        });
        #[allow(clippy::unwrap_used)] // written just above
        serde_json::from_value(value).unwrap()
    }

    fn seen(objects: &Objects, name: &str) -> Option<Value> {
        let id = ObjectId { kind: ObjectKind::ResourceQuota, namespace: "acme".into(), name: name.into() };
        objects.get(&id)
    }

    #[test]
    fn a_list_replaces_the_cache_at_its_end_and_not_before() {
        let mut objects = Objects::default();
        let mut keeper = objects.add(ObjectKind::ResourceQuota);
        keeper.take(&Event::Apply(quota("old", 1)));
        keeper.take(&Event::Init);
        keeper.take(&Event::InitApply(quota("new", 2)));
        assert!(seen(&objects, "old").is_some() && seen(&objects, "new").is_none());
        keeper.take(&Event::InitDone);
        assert!(seen(&objects, "old").is_none());
        assert_eq!(seen(&objects, "new").map(|o| o["spec"]["hard"]["pods"].clone()), Some(json!(2)));
        keeper.take(&Event::Delete(quota("new", 2)));
        assert!(seen(&objects, "new").is_none());
    }

    #[test]
    fn what_is_kept_has_no_status() {
        let mut objects = Objects::default();
        objects.add(ObjectKind::ResourceQuota).take(&Event::Apply(quota("tenant", 1)));
        assert!(seen(&objects, "tenant").is_some_and(|object| object["status"].is_null()));
    }
}
