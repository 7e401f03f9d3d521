//! Evidence on a schedule: each Environment and each of its tenants, looked at as `cloister evidence` does, and put into the
//! audit bucket with a signature. What is written follows from the day alone, so nothing is written twice, whoever leads.

mod metrics;
mod note;
mod write;

use std::sync::Arc;

use cloister_core::archive::Shelf;
use cloister_core::evidence::{Files, Record, Report, is_due};
use cloister_core::name::signing_key_alias;
use cloister_core::observed::Observed;
use cloister_core::tenant::validate_home;
use cloister_crds::offboarding::{OffboardingStatus, Stage};
use cloister_crds::{ClientTenant, Environment, EvidenceSchedule, EvidenceStatus};
use futures::StreamExt as _;
use futures::stream;
use jiff::Timestamp;
use kube::ResourceExt as _;
use tokio::time::{Instant, sleep};

use crate::api::Object;
use crate::commands::Complaint;
use crate::commands::evidence::{
    Looks, look_at_cluster_log, look_at_home, look_at_nodes, look_at_tenant, of_home_report,
    of_tenant_report, others, unread,
};
use crate::commands::plan::{Live, Manifests, Section, account};
use crate::context::Context;
use crate::driver::back_off;
use crate::kinds::{shared_by, target};
pub use metrics::EvidenceMetrics;
use write::Desk;
pub use write::hex;

/// Environments at a time; of each one report is in memory.
const AT_ONCE: usize = 4;
/// So often a look that could not read everything is made again before what could not be read is evidence, too.
const PATIENCE: u32 = 4;

pub async fn keep(context: Arc<Context>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    loop {
        let round = async {
            sleep(context.settings.evidence).await;
            let rounds = context.environments.state().into_iter().map(|home| round(home, &context));
            stream::iter(rounds).buffer_unordered(AT_ONCE).for_each(|()| futures::future::ready(())).await;
        };
        tokio::select! {
            () = &mut stop => return,
            () = round => {}
        }
    }
}

/// All that is due in one Environment, one after the other.
async fn round(home: Arc<Environment>, context: &Context) {
    let (name, schedule) = (home.name_any(), home.spec.audit.evidence());
    let tenants = context.tenants.state_filter(|tenant| tenant.spec.environment == name);
    tell(&*home, evidence_of(&home), schedule, context);
    for tenant in &tenants {
        tell(&**tenant, tenant.status.as_ref().and_then(|s| s.evidence.as_ref()), schedule, context);
    }
    let key = format!("signing-key/{}", signing_key_alias(&name, &Object::uid(&*home)));
    let Some(key) = home.common().and_then(|c| c.arn(&key)).filter(|_| !home.is_leaving()) else { return };
    let own = evidence_is_due(&*home, evidence_of(&home), schedule, context);
    let due = tenants.iter().filter(|tenant| is_here(tenant));
    let due: Vec<_> =
        due.filter(|t| evidence_is_due(&***t, evidence_of_tenant(t), schedule, context)).collect();
    if !own && due.is_empty() {
        return;
    }
    let sharers = tenants.iter().filter(|tenant| shared_by(tenant, &name));
    let mut manifests =
        Manifests { known_tenants: sharers.map(|t| (**t).clone()).collect(), ..Manifests::default() };
    let live = Live::within(context);
    let (seen, records) = futures::join!(
        look_at_home(&home, &manifests, &live, !manifests.known_tenants.is_empty()),
        look_at_cluster_log(&home, &live)
    );
    let records = records.as_slice();
    let aws = context.aws.account(&target(&home.spec));
    let desk = Desk { home: &home, account: &aws, key, context };
    if own {
        let written = match readable(&*home, &[&seen], records, context) {
            Ok(()) => publish(&*home, of_home_report(&home, &seen, records), &desk).await,
            Err(unread) => Err(unread),
        };
        note::down(&*home, evidence_of(&home), written, context).await;
    }
    for tenant in due {
        let inline = context.buckets.state_filter(|b| b.namespace().as_deref() == Some(&tenant.name_any()));
        manifests.buckets = others(tenant, inline.iter().map(|bucket| (**bucket).clone()).collect());
        let own = |namespace: Option<String>| namespace.as_deref() == Some(&*tenant.name_any());
        let apps = context.apps.state_filter(|app| own(app.namespace()));
        let schemas = context.schemas.state_filter(|schema| own(schema.namespace()));
        manifests.know_apps(tenant, owned(apps), owned(schemas));
        let written = of_tenant(tenant, (&seen, records), &manifests, &live, &desk).await;
        note::down(&**tenant, evidence_of_tenant(tenant), written, context).await;
    }
}

fn owned<K: Clone>(all: Vec<Arc<K>>) -> Vec<K> {
    all.into_iter().map(Arc::unwrap_or_clone).collect()
}

async fn of_tenant(
    tenant: &ClientTenant,
    (of_home, records): (&Section, &[Record]),
    manifests: &Manifests,
    live: &Live,
    desk: &Desk<'_>,
) -> Result<String, Complaint> {
    let lacking = validate_home(&tenant.spec, &account(desk.home));
    if let Some(first) = lacking.first() {
        return Err(first.to_string().into());
    }
    let (of_tenant, nodes) = futures::join!(
        look_at_tenant(tenant, desk.home, manifests, live),
        look_at_nodes(tenant, desk.home, live)
    );
    let records: Vec<Record> = records.iter().cloned().chain(nodes).collect();
    let sections: Vec<&Section> = std::iter::once(of_home).chain(&of_tenant).collect();
    readable(tenant, &sections, &records, desk.context)?;
    let seen = Looks { of_home, of_tenant: &of_tenant, records: &records };
    let report = of_tenant_report(tenant, desk.home, manifests, &seen, &[], None);
    publish(tenant, report, desk).await
}

/// The key of the document that is there now.
async fn publish<K: Object>(
    object: &K,
    report: Result<Report, Complaint>,
    desk: &Desk<'_>,
) -> Result<String, Complaint> {
    let environment = desk.home.name_any();
    let shelf = Shelf { account: &desk.home.spec.account_id, environment: &environment };
    let schedule = desk.home.spec.audit.evidence();
    let files = Files::of(shelf, schedule, Timestamp::now(), &object.name_any(), &Object::uid(object));
    let files = files.ok_or("evidence is no longer asked for")?;
    desk.put(&report?, &files).await
}

/// Whose part of the status says what was written last.
fn evidence_of(home: &Environment) -> Option<&EvidenceStatus> {
    home.status.as_ref()?.evidence.as_ref()
}

fn evidence_of_tenant(tenant: &ClientTenant) -> Option<&EvidenceStatus> {
    tenant.status.as_ref()?.evidence.as_ref()
}

/// Of one that is being destroyed the certificate is kept.
fn is_here(tenant: &ClientTenant) -> bool {
    let goes = |status: &OffboardingStatus| {
        matches!(status.stage, Stage::Destroying | Stage::Shredding | Stage::Destroyed)
    };
    !tenant.is_leaving() && !tenant.decided().is_some_and(goes)
}

fn evidence_is_due<K: Object>(
    object: &K,
    before: Option<&EvidenceStatus>,
    schedule: EvidenceSchedule,
    context: &Context,
) -> bool {
    let rests = context.recall(&Object::uid(object)).no_evidence_before.is_some_and(|at| Instant::now() < at);
    let made = object.common().is_some_and(|c| c.converged_generation.is_some());
    let last = before.and_then(|evidence| evidence.last_written.as_deref());
    !rests && is_due(schedule, last, (made_at(object), made), Timestamp::now())
}

fn made_at<K: Object>(object: &K) -> Option<Timestamp> {
    object.meta().creation_timestamp.as_ref().map(|time| time.0)
}

/// Faults that pass are no evidence. Those that stay are.
fn readable<K: Object>(
    object: &K,
    sections: &[&Section],
    records: &[Record],
    context: &Context,
) -> Result<(), Complaint> {
    if context.recall(&Object::uid(object)).evidence_faults >= PATIENCE {
        return Ok(());
    }
    let all = sections.iter().flat_map(|section| &section.observed);
    let resources = all.filter_map(|(id, seen)| match seen {
        Observed::Unreadable(fault) => Some((id.to_string(), fault)),
        _ => None,
    });
    let others = unread(records).map(|(id, fault)| (id.to_owned(), fault));
    let first = resources.chain(others).next();
    first.map_or(Ok(()), |(id, fault)| Err(format!("{id} is not readable: {fault}").into()))
}

/// How old the newest is; of none, since when there could be one.
fn tell<K: Object>(
    object: &K,
    evidence: Option<&EvidenceStatus>,
    schedule: EvidenceSchedule,
    context: &Context,
) {
    let last = evidence.and_then(|evidence| evidence.last_written.as_deref()?.parse().ok());
    let since: Option<Timestamp> = last.or_else(|| made_at(object));
    context.metrics.evidence.tell(&object.label(), schedule, since.map(Timestamp::as_second));
}

/// Remembers how the last attempt went.
fn learn<K: Object>(object: &K, is_written: bool, context: &Context) {
    context.remember(&Object::uid(object), |memory| {
        memory.evidence_faults = if is_written { 0 } else { memory.evidence_faults.saturating_add(1) };
        memory.no_evidence_before = (!is_written).then(|| Instant::now() + back_off(memory.evidence_faults));
    });
}
