use serde_json::{Value, json};

use super::find::Located;
use super::{End, encoded, now};
use crate::api::{Api, Caller};
use crate::audit::Event;
use crate::cloud::{Record, Stored, report};
use crate::problem::Problem;

/// `DELETE /v1/uploads/{id}`: it gets no more credentials and never a manifest. Those that were given out can go on
/// to put under its prefix until they expire, for STS cannot recall them; what they put is in no manifest.
pub async fn abort(api: &Api, caller: &Caller, id: &str) -> Result<Value, Problem> {
    let upload = Located::find(api, caller, id).await?;
    let end = if upload.has_ended() { upload.end().await? } else { end(&upload).await? };
    if let End::Completed(_) = end {
        return Err(upload.not_open("was completed, so it cannot be aborted"));
    }
    api.record(caller, Event::Abort, &upload.about(), None)?;
    Ok(json!({ "uploadId": id, "state": "Aborted" }))
}

async fn end(upload: &Located) -> Result<End, Problem> {
    let end = End::Aborted { aborted_at: now() };
    let key = upload.end_key();
    let record = Record { key: &key, body: encoded(&end)?, metadata: end.metadata() };
    match upload.records.write(record).await.map_err(|fault| report(&fault))? {
        Stored::Written(_) => Ok(end),
        Stored::Existed => upload.end().await,
    }
}
