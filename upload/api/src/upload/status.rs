use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use cloister_core::tenant::RECORDS;
use futures::StreamExt as _;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::find::Located;
use super::{End, Opened, bytes, complete, decoded};
use crate::api::{Api, Caller};
use crate::cloud::report;
use crate::declared::Place;
use crate::problem::{Problem, Reason, Wrong};

/// `GET /v1/uploads/{id}`.
pub async fn status(api: &Api, caller: &Caller, id: &str) -> Result<Value, Problem> {
    let upload = Located::find(api, caller, id).await?;
    let text = upload.records.read(&upload.opened_key()).await.map_err(|fault| report(&fault))?;
    let opened: Opened = decoded(&text)?;
    let mut answer = json!({
        "uploadId": id, "tenant": upload.place.tenant, "bucket": upload.place.bucket, "openedAt": opened.opened_at,
        "state": "Open",
    });
    if upload.has_ended() {
        match upload.end().await? {
            End::Completed(manifest) => {
                answer["state"] = json!("Completed");
                answer["completedAt"] = json!(manifest.completed_at);
                answer["files"] = json!(manifest.files.len());
                answer["bytes"] = json!(bytes(&manifest.files));
                answer["receipt"] = json!(complete::receipt(api, &upload, &manifest).await?);
            }
            End::Aborted { aborted_at } => {
                answer["state"] = json!("Aborted");
                answer["abortedAt"] = json!(aborted_at);
            }
        }
    }
    Ok(answer)
}

/// What a listing is narrowed to.
struct Asked {
    tenant: Option<String>,
    bucket: Option<String>,
    limit: usize,
}

const LIMIT: usize = 20;
const MOST: usize = 100;
/// Buckets, and then uploads, that are looked at at a time.
const AT_ONCE: usize = 16;

/// `GET /v1/uploads`: the caller's own, newest first.
pub async fn list(api: &Api, caller: &Caller, query: &str) -> Result<Value, Problem> {
    let asked = read(query)?;
    let fits = |place: &Place| {
        asked.tenant.as_ref().is_none_or(|tenant| *tenant == place.tenant)
            && asked.bucket.as_ref().is_none_or(|bucket| *bucket == place.bucket)
    };
    let folder = &format!("{RECORDS}{}/", caller.user.folder());
    let look = |place: Place| async move {
        let keys = api.cloud.records(&place).list(folder).await.map_err(|fault| report(&fault))?;
        Ok::<_, Problem>(listed(&place, &keys, folder))
    };
    let places = api.declared.places(&caller.user).into_iter().filter(fits);
    let mut found: Vec<Listed> =
        futures::stream::iter(places.map(look)).buffer_unordered(AT_ONCE).try_concat().await?;
    found.sort_by_key(|upload| Reverse((upload.opened, upload.id.clone())));
    found.truncate(asked.limit);
    let shown = futures::stream::iter(found.into_iter().map(|upload| show(api, upload, folder)));
    let uploads: Vec<Value> = shown.buffered(AT_ONCE).try_collect().await?;
    Ok(json!({ "uploads": uploads }))
}

struct Listed {
    place: Place,
    id: String,
    /// Seconds since the epoch.
    opened: i64,
    ended: bool,
}

fn listed(place: &Place, keys: &[(String, i64)], folder: &str) -> Vec<Listed> {
    let names = || keys.iter().filter_map(|(key, at)| Some((key.strip_prefix(folder)?, *at)));
    let ended: HashSet<&str> = names().filter_map(|(name, _)| name.strip_suffix(".end.json")).collect();
    let opened = names().filter_map(|(name, at)| Some((name.strip_suffix(".json")?, at)));
    opened
        .filter(|(id, _)| !id.contains('.'))
        .map(|(id, opened)| Listed {
            ended: ended.contains(id),
            place: place.clone(),
            id: id.to_owned(),
            opened,
        })
        .collect()
}

async fn show(api: &Api, upload: Listed, folder: &str) -> Result<Value, Problem> {
    let opened = Timestamp::from_second(upload.opened).unwrap_or_default().to_string();
    let mut answer = json!({
        "uploadId": upload.id, "tenant": upload.place.tenant, "bucket": upload.place.bucket, "openedAt": opened,
        "state": "Open",
    });
    if upload.ended {
        let key = format!("{folder}{}.end.json", upload.id);
        let found =
            api.cloud.records(&upload.place).look(&key, None).await.map_err(|fault| report(&fault))?;
        if let Some(fields) = answer.as_object_mut() {
            end_of(&found.map(|found| found.metadata).unwrap_or_default(), fields);
        }
    }
    Ok(answer)
}

fn end_of(metadata: &HashMap<String, String>, fields: &mut Map<String, Value>) {
    let said = |name: &str| metadata.get(name).cloned().unwrap_or_default();
    let completed = said("state") == "Completed";
    fields.insert("state".into(), json!(said("state")));
    fields.insert(if completed { "completedAt" } else { "abortedAt" }.into(), json!(said("at")));
    for name in ["files", "bytes"] {
        if let Some(number) = metadata.get(name).and_then(|text| text.parse::<u64>().ok()) {
            fields.insert(name.into(), json!(number));
        }
    }
}

fn read(query: &str) -> Result<Asked, Problem> {
    let mut asked = Asked { tenant: None, bucket: None, limit: LIMIT };
    let mut wrong = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let mut is_wrong = |expected: &str| {
            let field = name.chars().filter(char::is_ascii_graphic).take(32).collect();
            wrong.push(Wrong { field, problem: "is not understood".into(), expected: expected.into() });
        };
        match name {
            "tenant" => asked.tenant = Some(value.to_owned()),
            "bucket" => asked.bucket = Some(value.to_owned()),
            "limit" => match value.parse::<usize>() {
                Ok(limit) if (1..=MOST).contains(&limit) => asked.limit = limit,
                _ => is_wrong("a number from 1 to 100, or leave it out for 20"),
            },
            _ => is_wrong("tenant, bucket or limit"),
        }
    }
    if wrong.is_empty() { Ok(asked) } else { Err(Problem::wrong(Reason::Invalid, wrong)) }
}
