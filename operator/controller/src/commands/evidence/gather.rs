//! The look at the account, through the plan's own eyes.

use std::collections::BTreeSet;

use cloister_core::bucket::is_copied;
use cloister_core::evidence::{self, Exception, Finding, Look, Of, Part, Record, Report, Scene, Used};
use cloister_core::resource::ResourceId;
use cloister_core::tenant;
use cloister_crds::offboarding::Certificate;
use cloister_crds::{ClientTenant, Environment, EvidenceSchedule, Guardrail, IngestBucket};
use jiff::Timestamp;
use kube::ResourceExt as _;

use super::records::{drill, look_at_cluster_log, look_at_nodes};
use crate::api::Object as _;
use crate::commands::access::Access;
use crate::commands::plan::{Live, Manifests, Section, Survey, account, plan_environment, plan_tenant};
use crate::commands::{Complaint, no_tenant};
use crate::kinds::{is_shared, leaves};

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
    manifests.know_apps(&found, live.list(name).await?, live.list(name).await?);
    let (of_home, cluster_log, nodes, of_tenant) = futures::join!(
        look_at_home(&home, &manifests, &live, is_shared(&found)),
        look_at_cluster_log(&home, &live),
        look_at_nodes(&found, &home, &live),
        look_at_tenant(&found, &home, &manifests, &live)
    );
    let records: Vec<Record> = cluster_log.into_iter().chain(nodes).collect();
    let looks = Looks { of_home: &of_home, of_tenant: &of_tenant, records: &records };
    Ok(Told::Report(Box::new(of_tenant_report(&found, &home, &manifests, &looks, exceptions, live.calls())?)))
}

fn home(tenant: &ClientTenant, manifests: &Manifests) -> Result<Environment, Complaint> {
    let name = &tenant.spec.environment;
    let found = manifests.known_environments.iter().find(|home| home.name_any() == *name);
    found
        .cloned()
        .ok_or_else(|| format!("Environment {name} of {} does not exist: apply it", tenant.label()).into())
}

/// Buckets that the tenant does not declare inline.
pub fn others(tenant: &ClientTenant, buckets: Vec<IngestBucket>) -> Vec<IngestBucket> {
    let inline: BTreeSet<&String> = tenant.spec.ingest_buckets.iter().map(|bucket| &bucket.name).collect();
    buckets.into_iter().filter(|bucket| !inline.contains(&bucket.name_any())).collect()
}

/// Only what a safeguard is judged by; of the Environment's warehouse only where somebody is in it.
pub async fn look_at_home(
    home: &Environment,
    manifests: &Manifests,
    live: &Live,
    with_warehouse: bool,
) -> Section {
    let of = |id: &ResourceId| {
        evidence::is_looked_at(Of::Environment, id) && (with_warehouse || !is_warehouse(id))
    };
    plan_environment(home, manifests, &Survey { live: Some(live), of: &of }).await
}

pub async fn look_at_tenant(
    tenant: &ClientTenant,
    home: &Environment,
    manifests: &Manifests,
    live: &Live,
) -> Vec<Section> {
    let of = |id: &ResourceId| evidence::is_looked_at(Of::Tenant, id);
    plan_tenant(tenant, home, manifests, &Survey { live: Some(live), of: &of }).await
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

/// What was seen.
pub struct Looks<'a> {
    pub of_home: &'a Section,
    pub of_tenant: &'a [Section],
    /// Of what is no resource.
    pub records: &'a [Record],
}

pub fn of_tenant_report(
    tenant: &ClientTenant,
    home: &Environment,
    manifests: &Manifests,
    seen: &Looks<'_>,
    exceptions: &[Exception],
    aws_calls: Option<usize>,
) -> Result<Report, Complaint> {
    let time = this_second()?;
    let shares = is_shared(tenant);
    let of_home = looks(seen.of_home, Of::Environment).filter(|look| shares || !is_warehouse(look.id));
    let of_tenant = seen.of_tenant.iter().flat_map(|section| looks(section, Of::Tenant));
    let declared = declared_at_home(home).chain(declared(tenant, manifests));
    let scene = Scene {
        about: Of::Tenant,
        looks: of_home.chain(of_tenant).collect(),
        records: seen.records.iter().cloned().chain(drill(tenant, time)).collect(),
        declared: declared.collect(),
        account: &home.spec.account_id,
        time: &time.to_string(),
        today: &time.strftime("%F").to_string(),
    };
    let (safeguards, exceptions) = evidence::judge(&scene, exceptions);
    let subject = (tenant.name_any(), tenant.spec.display_name.clone());
    Ok(conclude(subject, home, scene.time, (safeguards, exceptions), aws_calls))
}

pub fn of_home_report(home: &Environment, seen: &Section, records: &[Record]) -> Result<Report, Complaint> {
    let time = this_second()?;
    let scene = Scene {
        about: Of::Environment,
        looks: looks(seen, Of::Environment).collect(),
        records: records.to_vec(),
        declared: declared_at_home(home).collect(),
        account: &home.spec.account_id,
        time: &time.to_string(),
        today: &time.strftime("%F").to_string(),
    };
    let subject = (String::new(), home.label());
    Ok(conclude(subject, home, scene.time, evidence::judge(&scene, &[]), None))
}

fn this_second() -> Result<Timestamp, Complaint> {
    Ok(Timestamp::from_second(Timestamp::now().as_second())?)
}

fn conclude(
    (tenant, display_name): (String, String),
    home: &Environment,
    time: &str,
    (safeguards, exceptions): (Vec<Finding>, Vec<Used>),
    aws_calls: Option<usize>,
) -> Report {
    Report {
        tenant,
        display_name,
        environment: home.name_any(),
        account: home.spec.account_id.clone(),
        region: home.spec.region.clone(),
        version: env!("CARGO_PKG_VERSION"),
        summary: Report::count(&safeguards),
        time: time.to_owned(),
        aws_calls,
        safeguards,
        exceptions,
    }
}

fn declared(tenant: &ClientTenant, manifests: &Manifests) -> impl Iterator<Item = Part> {
    only([
        (Part::Buckets, !manifests.buckets_of(tenant).is_empty()),
        (Part::Copies, manifests.buckets_of(tenant).iter().any(|b| is_copied(&b.spec, &tenant.spec))),
        (Part::Warehouse, tenant.spec.warehouse.is_some()),
        (Part::Nodes, tenant.spec.nodes.is_some()),
        // Of one that leaves nobody is served.
        (Part::Apps, !leaves(tenant) && !manifests.apps_of(tenant).is_empty()),
    ])
}

fn declared_at_home(home: &Environment) -> impl Iterator<Item = Part> {
    let (kept, audit) = (home.spec.guardrails, &home.spec.audit);
    only([
        (Part::PublicAccessBlock, kept.account_public_access_block == Guardrail::Manage),
        (Part::SnapshotBlock, kept.snapshot_block_public_access == Guardrail::Manage),
        (Part::PasswordPolicy, kept.password_policy == Guardrail::Manage),
        (Part::Detection, [kept.guard_duty, kept.config_recorder].contains(&Guardrail::Manage)),
        (Part::GuardDuty, kept.guard_duty == Guardrail::Manage),
        (Part::ConfigRecorder, kept.config_recorder == Guardrail::Manage),
        (Part::Audit, audit.role_arn.is_some()),
        (Part::Alarms, audit.alarm_topic_arn.is_some()),
        (Part::ClusterLog, audit.kubernetes.is_some()),
        (Part::People, home.spec.people.is_some()),
        (Part::Evidence, audit.evidence() != EvidenceSchedule::Never),
    ])
}

fn only<const N: usize>(parts: [(Part, bool); N]) -> impl Iterator<Item = Part> {
    parts.into_iter().filter(|(_, is_declared)| *is_declared).map(|(part, _)| part)
}
