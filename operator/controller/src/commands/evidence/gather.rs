//! The look at the account, through the plan's own eyes.

use std::collections::BTreeSet;

use cloister_core::evidence::{self, Exception, Look, Of, Part, Parts, Record, Report, Scene};
use cloister_core::resource::ResourceId;
use cloister_core::tenant;
use cloister_crds::offboarding::Certificate;
use cloister_crds::{ClientTenant, Environment, Guardrail, IngestBucket};
use jiff::Timestamp;
use kube::ResourceExt as _;
use serde_json::json;

use crate::api::Object as _;
use crate::commands::access::Access;
use crate::commands::plan::{Live, Manifests, Section, Survey, account, plan_environment, plan_tenant};
use crate::commands::{Complaint, no_tenant};
use crate::kinds::is_shared;

pub(super) enum Told {
    Report(Box<Report>),
    /// Of a tenant that is destroyed: there is nothing left to look at.
    Certificate(Box<Certificate>),
}

pub(super) async fn report(name: &str, exceptions: &[Exception], access: &Access) -> Result<Told, Complaint> {
    let mut manifests = Manifests::default();
    let live = Live::connect(&mut manifests, access).await?;
    let Some(found) = manifests.known_tenants.iter().find(|tenant| tenant.name_any() == name).cloned() else {
        return Err(no_tenant(name));
    };
    if let Some(certificate) = found.decided().and_then(|offboarding| offboarding.certificate.clone()) {
        return Ok(Told::Certificate(Box::new(certificate)));
    }
    let home = home(&found, &manifests)?;
    let lacking = tenant::validate_home(&found.spec, &account(&home));
    if !lacking.is_empty() {
        let all: Vec<String> = lacking.iter().map(|v| format!("{}: {v}", found.label())).collect();
        return Err(all.join("\n       ").into());
    }
    manifests.buckets = others(&found, live.list(name).await?);
    let time = Timestamp::from_second(Timestamp::now().as_second())?;
    let (of_home, of_tenant) = look(&found, &home, &manifests, &live).await;
    let looks = looks(&of_home, Of::Environment).chain(of_tenant.iter().flat_map(|s| looks(s, Of::Tenant)));
    let (text, day) = (time.to_string(), time.strftime("%F").to_string());
    let scene = Scene {
        looks: looks.collect(),
        records: drill(&found, time).into_iter().collect(),
        declared: declared(&found, &home, &manifests),
        account: &home.spec.account_id,
        time: &text,
        today: &day,
    };
    let (safeguards, exceptions) = evidence::judge(&scene, exceptions);
    Ok(Told::Report(Box::new(Report {
        tenant: name.to_owned(),
        display_name: found.spec.display_name.clone(),
        environment: home.name_any(),
        account: home.spec.account_id.clone(),
        region: home.spec.region.clone(),
        version: env!("CARGO_PKG_VERSION"),
        summary: Report::count(&safeguards),
        time: text.clone(),
        aws_calls: live.calls(),
        safeguards,
        exceptions,
    })))
}

fn home(tenant: &ClientTenant, manifests: &Manifests) -> Result<Environment, Complaint> {
    let name = &tenant.spec.environment;
    let found = manifests.known_environments.iter().find(|home| home.name_any() == *name);
    found
        .cloned()
        .ok_or_else(|| format!("Environment {name} of {} does not exist: apply it", tenant.label()).into())
}

/// Buckets that the tenant does not declare inline.
fn others(tenant: &ClientTenant, buckets: Vec<IngestBucket>) -> Vec<IngestBucket> {
    let inline: BTreeSet<&String> = tenant.spec.ingest_buckets.iter().map(|bucket| &bucket.name).collect();
    buckets.into_iter().filter(|bucket| !inline.contains(&bucket.name_any())).collect()
}

/// Only what a safeguard is judged by; of the Environment's warehouse only where the tenant is in it.
async fn look(
    tenant: &ClientTenant,
    home: &Environment,
    manifests: &Manifests,
    live: &Live,
) -> (Section, Vec<Section>) {
    let shared = is_shared(tenant);
    let of_home =
        |id: &ResourceId| evidence::is_looked_at(Of::Environment, id) && (shared || !is_warehouse(id));
    let of_tenant = |id: &ResourceId| evidence::is_looked_at(Of::Tenant, id);
    let at_home = Survey { live: Some(live), of: &of_home };
    let at_tenant = Survey { live: Some(live), of: &of_tenant };
    futures::join!(
        plan_environment(home, manifests, &at_home),
        plan_tenant(tenant, home, manifests, &at_tenant)
    )
}

/// What belongs to a cluster that tenants share.
fn is_warehouse(id: &ResourceId) -> bool {
    match id {
        ResourceId::Key(_)
        | ResourceId::RecoveryKey(_)
        | ResourceId::ParameterGroup(_)
        | ResourceId::Cluster(_) => true,
        ResourceId::LogGroup(name) => name.starts_with("/aws/redshift/"),
        _ => false,
    }
}

fn looks(section: &Section, of: Of) -> impl Iterator<Item = Look<'_>> {
    section.desired.iter().map(move |(id, want)| Look { of, id, want, seen: section.observed.get(id) })
}

/// The last drill, and how long ago it was.
fn drill(tenant: &ClientTenant, now: Timestamp) -> Option<Record> {
    let last = tenant.status.as_ref()?.last_drill.as_ref()?;
    let mut fields = serde_json::to_value(last).ok()?;
    let at: Option<Timestamp> = last.at.parse().ok();
    // One that is not dated, or in the future, is no proof.
    fields["ageDays"] = json!(at.map(|at| now.duration_since(at).as_secs().div_euclid(86_400)));
    Some(Record { id: format!("recovery-drill/{}", tenant.name_any()), fields })
}

fn declared(tenant: &ClientTenant, home: &Environment, manifests: &Manifests) -> Parts {
    let kept = home.spec.guardrails;
    let parts = [
        (Part::PublicAccessBlock, kept.account_public_access_block == Guardrail::Manage),
        (Part::SnapshotBlock, kept.snapshot_block_public_access == Guardrail::Manage),
        (Part::PasswordPolicy, kept.password_policy == Guardrail::Manage),
        (Part::Detection, [kept.guard_duty, kept.config_recorder].contains(&Guardrail::Manage)),
        (Part::GuardDuty, kept.guard_duty == Guardrail::Manage),
        (Part::ConfigRecorder, kept.config_recorder == Guardrail::Manage),
        (Part::Audit, home.spec.audit.role_arn.is_some()),
        (Part::Alarms, home.spec.audit.alarm_topic_arn.is_some()),
        (Part::Buckets, !manifests.buckets_of(tenant).is_empty()),
        (Part::Warehouse, tenant.spec.warehouse.is_some()),
        (Part::Nodes, tenant.spec.nodes.is_some()),
    ];
    parts.into_iter().filter(|(_, is_declared)| *is_declared).map(|(part, _)| part).collect()
}
