//! The drill's part of the tenant's status, which evidence is judged by.

use cloister_core::drill::Report;
use cloister_crds::ClientTenant;
use kube::api::{Patch, PatchParams};
use kube::{Resource as _, ResourceExt as _};
use serde_json::json;

use super::subject::Subject;
use crate::api::Object;
use crate::commands::Complaint;

pub async fn write(subject: &Subject, report: &Report) -> Result<(), Complaint> {
    let (tenant, name) = (&subject.tenant, subject.tenant.name_any());
    let patch = json!({
        "apiVersion": ClientTenant::api_version(&()),
        "kind": ClientTenant::kind(&()),
        "metadata": { "name": name, "uid": Object::uid(tenant) },
        "status": { "lastDrill": report.status() },
    });
    let params = PatchParams::apply("cloister-drill").force();
    let written = tenant.api(&subject.client).patch_status(&name, &params, &Patch::Apply(&patch)).await;
    written.map(drop).map_err(|error| {
        format!("the drill could not be recorded in status.lastDrill of {}: {error}", tenant.label()).into()
    })
}
