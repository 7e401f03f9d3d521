//! One field of a spec, written with the asker's own rights.

use cloister_core::kubectl::{Change, Kind, MANAGER, Target};
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::ApiResource;
use kube::{Api, Client};
use serde_json::Value;

use crate::commands::Complaint;

pub fn api(kind: Kind, namespace: &str, client: &Client) -> Api<DynamicObject> {
    let resource = match kind {
        Kind::Environment => ApiResource::erase::<Environment>(&()),
        Kind::ClientTenant => ApiResource::erase::<ClientTenant>(&()),
        Kind::IngestBucket => ApiResource::erase::<IngestBucket>(&()),
        Kind::RedshiftSchema => ApiResource::erase::<RedshiftSchema>(&()),
        Kind::EtlPipeline => ApiResource::erase::<EtlPipeline>(&()),
        Kind::AnalyticsApp => ApiResource::erase::<AnalyticsApp>(&()),
    };
    if kind.is_namespaced() {
        Api::namespaced_with(client.clone(), namespace, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    }
}

/// The object and its tenant, as far as that may be read.
pub async fn read(
    target: &Target,
    namespace: &str,
    client: &Client,
) -> Result<(Value, Option<Value>), Complaint> {
    let Some(found) = api(target.kind, namespace, client).get_opt(&target.name).await? else {
        return Err(format!(
            "{} does not exist: see kubectl get {}s",
            target.label(namespace),
            target.kind.name().to_lowercase()
        )
        .into());
    };
    let object = serde_json::to_value(found)?;
    if !target.kind.is_namespaced() {
        return Ok((object, None));
    }
    let tenant = match api(Kind::ClientTenant, "", client).get_opt(namespace).await {
        Err(kube::Error::Api(answer)) if answer.code == 403 => None,
        found => found?,
    };
    Ok((object, tenant.map(serde_json::to_value).transpose()?))
}

pub fn params() -> PatchParams {
    PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() }
}

/// A status is written often, and lists are sent whole: what was read is soon old.
const TRIES: u32 = 5;

/// Reads, decides and writes, and does so again if somebody else wrote in between; none where nothing is to be written.
pub async fn write(
    target: &Target,
    namespace: &str,
    client: &Client,
    decide: impl Fn(&Value, Option<&Value>) -> Result<Option<Change>, Complaint>,
) -> Result<Option<Change>, Complaint> {
    let mut left = TRIES;
    loop {
        let (object, tenant) = read(target, namespace, client).await?;
        let Some(change) = decide(&object, tenant.as_ref())? else { return Ok(None) };
        let api = api(change.kind, namespace, client);
        left -= 1;
        match api.patch(&change.name, &params(), &Patch::Merge(&change.patch)).await {
            Ok(_) => return Ok(Some(change)),
            Err(kube::Error::Api(answer)) if answer.code == 409 && left > 0 => {}
            Err(kube::Error::Api(answer)) if answer.code == 409 => {
                let Change { kind, name, .. } = change;
                return Err(
                    format!("{kind} {name} is changed by others all the time: try again later").into()
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
}
