//! Looks at everything that a pass needs, all at once.

use tokio::time::Instant;

use cloister_aws::{Lane, Look};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::plan::Desired;
use cloister_core::resource::{ObjectId, ObjectKind, ResourceId};
use cloister_crds::IngestBucket;
use cloister_crds::status::Intent;
use futures::future::join_all;
use kube::Resource;
use kube::runtime::reflector::ObjectRef;
use serde_json::{Value, json};

use crate::api::Object;
use crate::context::{Context, Memory};
use crate::kinds::{Kind, Prepared};
use crate::objects;

pub async fn observe<K: Kind>(
    object: &K,
    prepared: &Prepared,
    intents: &[Intent],
    context: &Context,
) -> ObservedSet {
    let desired = prepared.desired(&ObservedSet::new());
    let memory = context.recall(&Object::uid(object));
    let lane = lane(object);
    let looks = desired.iter().map(|(id, want)| {
        let memory = &memory;
        async move {
            let seen = match id {
                ResourceId::Object(object_id) => observe_object(object_id, prepared, memory, context).await,
                _ => observe_aws(object, id, want, prepared, intents, memory, lane, context).await,
            };
            (id.clone(), seen)
        }
    });
    join_all(looks).await.into_iter().collect()
}

/// What is as declared can wait for what is not.
pub fn lane<K: Object>(object: &K) -> Lane {
    let generation = Object::generation(object);
    let settled = object.common().is_some_and(|c| c.is_ready() && c.observed_generation == generation);
    if settled && !object.is_leaving() { Lane::Sweep } else { Lane::User }
}

#[allow(clippy::too_many_arguments)] // the parts of one Look
async fn observe_aws<K: Kind>(
    object: &K,
    id: &ResourceId,
    want: &Desired,
    prepared: &Prepared,
    intents: &[Intent],
    memory: &Memory,
    lane: Lane,
    context: &Context,
) -> Observed {
    let Some(account) = &prepared.account else { return Observed::Unreadable(no_account()) };
    let name = id.to_string();
    let tolerated = Instant::now().checked_sub(context.tolerance());
    let intent_open = intents.iter().any(|intent| intent.resource == name);
    let since = match (memory.last_write, tolerated) {
        _ if intent_open => Instant::now(),
        (Some(write), Some(tolerated)) => write.max(tolerated),
        (Some(write), None) => write,
        (None, tolerated) => tolerated.unwrap_or_else(Instant::now),
    };
    account
        .observe(Look {
            id,
            want: &want.resource,
            owner: &prepared.owner,
            known_arn: object.common().and_then(|c| c.arn(&name)),
            adopt: want.adopt,
            lane,
            since,
            intent_open,
        })
        .await
}

async fn observe_object(id: &ObjectId, prepared: &Prepared, memory: &Memory, context: &Context) -> Observed {
    let owner = &prepared.owner.uid;
    if memory.contested.contains(id) {
        return objects::fetch(&context.client, id, owner).await;
    }
    let cached = match id.kind {
        ObjectKind::IngestBucket => ingest_bucket(id, context),
        _ => context.objects.get(id),
    };
    objects::classify(id, cached, owner)
}

fn ingest_bucket(id: &ObjectId, context: &Context) -> Option<Value> {
    let reference = ObjectRef::<IngestBucket>::new(&id.name).within(&id.namespace);
    let bucket = context.buckets.get(&reference)?;
    Some(json!({
        "apiVersion": IngestBucket::api_version(&()),
        "kind": IngestBucket::kind(&()),
        "metadata": bucket.metadata,
        "spec": bucket.spec,
    }))
}

/// An object whose account is not known yet is neither looked at nor changed.
pub fn no_account() -> Fault {
    Fault { service: "sts", operation: "AssumeRole", code: "NotTried".into(), class: FaultClass::Ambiguous }
}
