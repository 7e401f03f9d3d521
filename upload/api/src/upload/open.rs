use std::collections::HashMap;

use futures::future::try_join;
use serde_json::{Value, json};

use super::find::{Located, opened_key};
use super::{Opened, encoded, new_id, now};
use crate::api::{Api, Caller};
use crate::audit::{About, Event};
use crate::cloud::{Record, report};
use crate::problem::Problem;
use crate::request;

/// `POST /v1/uploads`: an upload of its own prefix, and credentials for it.
pub async fn open(api: &Api, caller: &Caller, body: &[u8]) -> Result<Value, Problem> {
    let asked = request::open(body)?;
    let place = api.declared.place(&caller.user, &asked.tenant, &asked.bucket).map_err(|problem| {
        problem.about(About {
            tenant: Some(asked.tenant.clone()),
            bucket: Some(asked.bucket.clone()),
            upload_id: None,
        })
    })?;
    let id = new_id()?;
    let about = place.about(Some(&id));
    let folder = caller.user.folder();
    let opened = Opened { user: caller.user.subject.clone(), opened_at: now() };
    let key = opened_key(&folder, &id);
    let record = Record { key: &key, body: encoded(&opened)?, metadata: HashMap::new() };
    let records = api.cloud.records(&place);
    let (grant, _) =
        try_join(api.cloud.grant(&place, &caller.user, &id, asked.seconds), records.write(record))
            .await
            .map_err(|fault| report(&fault).about(about.clone()))?;
    api.record(caller, Event::Grant, &about, grant.request_id.as_deref())?;
    api.seen.put(&folder, &id, &place.tenant, &place.bucket);
    let mut s3 = json!({
        "bucket": place.s3_bucket, "prefix": place.prefix(&id), "region": place.account.region,
        "kmsKeyArn": place.key_arn, "writeOnce": place.write_once,
    });
    if let Some(endpoint) = api.cloud.endpoint() {
        s3["endpoint"] = json!(endpoint);
    }
    Ok(json!({
        "uploadId": id, "tenant": place.tenant, "bucket": place.bucket, "state": "Open",
        "s3": s3, "credentials": grant,
    }))
}

/// `POST /v1/uploads/{id}/credentials`: new ones for an upload that is still open.
pub async fn renew(api: &Api, caller: &Caller, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let seconds = request::renewal(body)?;
    let upload = Located::find(api, caller, id).await?;
    if upload.has_ended() {
        return Err(upload.not_open("has ended, so it gets no more credentials"));
    }
    let about = upload.about();
    let grant = api.cloud.grant(&upload.place, &caller.user, id, seconds).await;
    let grant = grant.map_err(|fault| report(&fault).about(about.clone()))?;
    api.record(caller, Event::Renewal, &about, grant.request_id.as_deref())?;
    Ok(json!({ "credentials": grant }))
}
