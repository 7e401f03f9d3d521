//! The Kubernetes objects of tenants: classified, and changed one at a time.

use cloister_core::app::PSEUDONYM_KEY;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{ObjectId, ObjectKind, ObjectStep, Resource, filled_in};
use k8s_openapi::ByteString;
use kube::api::{DeleteParams, DynamicObject, PostParams, Preconditions};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

pub fn api_resource(kind: ObjectKind) -> ApiResource {
    in_version(kind, kind.version())
}

fn in_version(kind: ObjectKind, version: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(kind.group(), version, kind.kind()))
}

/// The version in which the cluster has a kind of others; none where it lacks it.
pub async fn served(client: &Client, kind: ObjectKind) -> Option<&'static str> {
    for version in kind.versions() {
        let group = format!("{}/{version}", kind.group());
        let listed = client.list_api_group_resources(&group).await;
        if listed.is_ok_and(|list| list.resources.iter().any(|r| r.kind == kind.kind())) {
            return Some(version);
        }
    }
    None
}

/// What holds objects of its kind, in a version that the cluster has.
async fn place(client: &Client, id: &ObjectId) -> (Api<DynamicObject>, String) {
    let version = if id.kind.is_optional() { served(client, id.kind).await } else { None };
    let Some(version) = version else { return (api(client, id), id.kind.api_version()) };
    let resource = in_version(id.kind, version);
    let api = Api::namespaced_with(client.clone(), &id.namespace, &resource);
    (api, resource.api_version)
}

pub fn api(client: &Client, id: &ObjectId) -> Api<DynamicObject> {
    let resource = api_resource(id.kind);
    if id.namespace.is_empty() {
        Api::all_with(client.clone(), &resource)
    } else {
        Api::namespaced_with(client.clone(), &id.namespace, &resource)
    }
}

/// Classifies an object by whose it is.
pub fn classify(id: &ObjectId, object: Option<Value>, owner_uid: &str) -> Observed {
    let Some(mut object) = object else { return Observed::Absent };
    // The API server leaves these out of the items of a list.
    object["apiVersion"] = json!(id.kind.api_version());
    object["kind"] = json!(id.kind.kind());
    if !object["metadata"]["deletionTimestamp"].is_null() {
        return Observed::Changing { what: "it is being deleted".into() };
    }
    // The API server leaves out an empty list of subjects.
    if id.kind == ObjectKind::RoleBinding && object["subjects"].is_null() {
        object["subjects"] = json!([]);
    }
    if is_owned(&object, owner_uid) {
        Observed::Present(Actual { resource: Resource::Object(object), arn: String::new() })
    } else {
        Observed::Foreign { owner: "somebody else".into(), actual: None }
    }
}

fn is_owned(object: &Value, owner_uid: &str) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.is_some_and(|owners| owners.iter().any(|owner| owner["uid"] == owner_uid))
}

pub async fn fetch(client: &Client, id: &ObjectId, owner_uid: &str) -> Observed {
    let (api, _) = place(client, id).await;
    // What is in a Secret does not even come here.
    let answer = if id.kind == ObjectKind::Secret {
        let found = api.get_metadata_opt(&id.name).await;
        found.map(|found| found.and_then(|o| serde_json::to_value(o).ok()))
    } else {
        api.get_opt(&id.name).await.map(|found| found.and_then(|o| serde_json::to_value(o).ok()))
    };
    match answer {
        Ok(object) => classify(id, object, owner_uid),
        Err(error) => Observed::Unreadable(fault("Get", &error)),
    }
}

pub async fn perform(
    client: &Client,
    id: &ObjectId,
    want: &Value,
    owner_uid: &str,
    step: &ObjectStep,
) -> Result<(), Fault> {
    let (api, version) = place(client, id).await;
    let mut want = want.clone();
    want["apiVersion"] = json!(version);
    let want = &want;
    match step {
        ObjectStep::Create => {
            let object = parse(&with_secret(id, want))?;
            let params = PostParams { field_manager: Some("cloister".into()), ..PostParams::default() };
            match api.create(&params, &object).await {
                Ok(_) => Ok(()),
                // Ours, and out of the cache because somebody took its label away.
                Err(error) if is_conflict(&error) && is_ours(client, id, owner_uid).await => {
                    overwrite(&api, id, want).await
                }
                Err(error) => Err(fault("Create", &error)),
            }
        }
        ObjectStep::Apply => overwrite(&api, id, want).await,
        ObjectStep::Delete => match api.get_opt(&id.name).await.map_err(|e| fault("Get", &e))? {
            None => Ok(()),
            // What was seen in a cache may have been followed by somebody else's.
            Some(live) if !live.owner_references().iter().any(|owner| owner.uid == owner_uid) => Ok(()),
            Some(live) => {
                // A namesake that came in between is not the one that was meant.
                let only = Preconditions { uid: live.uid(), resource_version: None };
                let params = DeleteParams { preconditions: Some(only), ..DeleteParams::default() };
                api.delete(&id.name, &params).await.map(|_| ()).map_err(|e| fault("Delete", &e))
            }
        },
    }
}

/// The key of pseudonyms is made here and nowhere kept but in its Secret.
fn with_secret(id: &ObjectId, want: &Value) -> Value {
    let mut want = want.clone();
    if id.kind == ObjectKind::Secret {
        let key: [u8; 32] = rand::random();
        want["data"] = json!({ PSEUDONYM_KEY: ByteString(key.to_vec()) });
    }
    want
}

async fn is_ours(client: &Client, id: &ObjectId, owner_uid: &str) -> bool {
    matches!(fetch(client, id, owner_uid).await, Observed::Present(_))
}

/// Replaces what we declare wholly, so that additions go too, and keeps what others own: their labels,
/// annotations and finalizers.
async fn overwrite(api: &Api<DynamicObject>, id: &ObjectId, want: &Value) -> Result<(), Fault> {
    let live = api.get(&id.name).await.map_err(|e| fault("Get", &e))?;
    let mut merged = serde_json::to_value(&live).map_err(|_| malformed())?;
    // What others have to say of it stays as they have said it.
    let want = &filled_in(want, &merged);
    if let (Some(into), Some(from)) = (merged.as_object_mut(), want.as_object()) {
        for (key, value) in from.iter().filter(|(key, _)| *key != "metadata") {
            into.insert(key.clone(), value.clone());
        }
    }
    for part in ["labels", "annotations"] {
        if let Some(from) = want["metadata"][part].as_object() {
            for (key, value) in from {
                merged["metadata"][part][key] = value.clone();
            }
            if let Some(all) = merged["metadata"][part].as_object_mut() {
                all.retain(|_, value| !value.is_null());
            }
        }
    }
    merged["metadata"]["ownerReferences"] = want["metadata"]["ownerReferences"].clone();
    let params = PostParams { field_manager: Some("cloister".into()), ..PostParams::default() };
    api.replace(&id.name, &params, &parse(&merged)?).await.map(|_| ()).map_err(|e| fault("Update", &e))
}

fn parse(value: &Value) -> Result<DynamicObject, Fault> {
    serde_json::from_value(value.clone()).map_err(|_| malformed())
}

fn malformed() -> Fault {
    Fault { service: "kubernetes", operation: "Render", code: "Malformed".into(), class: FaultClass::Invalid }
}

pub fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.reason == "AlreadyExists")
}

pub fn fault(operation: &'static str, error: &kube::Error) -> Fault {
    let (code, class) = match error {
        kube::Error::Api(status) => {
            let class = match status.code {
                409 if status.reason == "AlreadyExists" => FaultClass::Exists,
                409 => FaultClass::Conflict,
                403 | 401 => FaultClass::Denied,
                404 => FaultClass::NotFound,
                429 => FaultClass::Throttled,
                400 | 422 => FaultClass::Invalid,
                _ => FaultClass::Ambiguous,
            };
            (status.reason.clone(), class)
        }
        _ => ("NoAnswer".to_owned(), FaultClass::Ambiguous),
    };
    Fault { service: "kubernetes", operation, code, class }
}
