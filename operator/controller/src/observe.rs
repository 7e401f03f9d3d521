//! Looks at everything that a pass needs, all at once.

use std::time::Duration;

use tokio::time::Instant;

use cloister_aws::{Lane, Look};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::plan::Desired;
use cloister_core::resource::{ObjectId, ObjectKind, ResourceId};
use cloister_crds::status::Intent;
use futures::future::join_all;
use kube::runtime::reflector::{ObjectRef, Store};
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

const SOON: Duration = Duration::from_secs(5);

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
    // What AWS was at work on is waited for, so a listing may not be as old as elsewhere.
    let changing = object.common().is_some_and(|c| c.state(&name) == Some("Changing"));
    let tolerance = if changing { context.tolerance().min(SOON) } else { context.tolerance() };
    let tolerated = Instant::now().checked_sub(tolerance);
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
    let owner = prepared.keeper();
    if memory.contested.contains(id) || id.kind.is_fetched() {
        return objects::fetch(&context.client, id, owner).await;
    }
    let cached = match id.kind {
        ObjectKind::IngestBucket => child(&context.buckets, id, |bucket| json!(bucket.spec)),
        ObjectKind::RedshiftSchema => child(&context.schemas, id, |schema| json!(schema.spec)),
        ObjectKind::EtlPipeline => child(&context.pipelines, id, |pipeline| json!(pipeline.spec)),
        ObjectKind::AnalyticsApp => child(&context.apps, id, |app| json!(app.spec)),
        _ => context.objects.get(id),
    };
    objects::classify(id, cached, owner)
}

fn child<K: Object>(store: &Store<K>, id: &ObjectId, spec: impl Fn(&K) -> Value) -> Option<Value> {
    let reference = ObjectRef::<K>::new(&id.name).within(&id.namespace);
    let found = store.get(&reference)?;
    Some(json!({
        "apiVersion": K::api_version(&()),
        "kind": K::kind(&()),
        "metadata": found.meta(),
        "spec": spec(&found),
    }))
}

/// An object whose account is not known yet is neither looked at nor changed.
pub fn no_account() -> Fault {
    Fault { service: "sts", operation: "AssumeRole", code: "NotTried".into(), class: FaultClass::Ambiguous }
}
