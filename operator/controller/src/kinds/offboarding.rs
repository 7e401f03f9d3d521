//! A tenant that leaves for good: what its stages are decided from, and the export.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloister_core::conclude::{Notice, Outcomes};
use cloister_core::environment;
use cloister_core::observed::ObservedSet;
use cloister_core::offboarding::{Destruction, Seen, advance, may_still_be_called_off, sentence};
use cloister_core::plan::Plan;
use cloister_core::resource::ResourceId;
use cloister_core::violation::Violation;
use cloister_crds::bucket::Intake;
use cloister_crds::offboarding::{Approval, BucketRecord, OffboardingStatus, Stage};
use cloister_crds::status::Condition;
use cloister_crds::{ClientTenant, IngestBucket};
use kube::ResourceExt;
use tokio::time::Instant;

use super::tenant::nodes_left;
use super::{Prepared, Turn, exporting, principals};
use crate::api::Object;
use crate::context::Context;
use crate::{archive, report};

/// What a pass has gathered for it.
#[derive(Clone, Debug)]
pub struct Leaving {
    account: environment::Account,
    /// What this stage waits for beside the plan, one sentence each.
    open: Vec<String>,
    /// Buckets, queues, tables, roles and policies that carry the tenant's tags.
    owned: BTreeSet<ResourceId>,
}

/// It leaves for good, or is just called back.
pub fn leaves(tenant: &ClientTenant) -> bool {
    tenant.spec.offboarding.is_some() || tenant.decided().is_some()
}

pub fn is_destroyed(tenant: &ClientTenant) -> bool {
    tenant.decided().is_some_and(|status| status.stage == Stage::Destroyed)
}

/// It destroys by itself what its children stand for.
pub(super) fn destroys(tenant: &ClientTenant) -> bool {
    tenant.decided().is_some_and(|status| !may_still_be_called_off(status))
}

pub(super) fn withdrawn(tenant: &ClientTenant) -> Option<Violation> {
    let hint = "it was removed after the destruction had begun: put it back, so that it ends";
    (destroys(tenant) && tenant.spec.offboarding.is_none()).then(|| Violation::new("spec.offboarding", hint))
}

/// Runs that had begun may end well; then nothing is put any more.
pub(super) fn intake(tenant: &ClientTenant, context: &Context) -> Option<Intake> {
    tenant.spec.offboarding.as_ref()?;
    let runs = running(tenant, context).next().is_some();
    Some(if runs { Intake::RunsOnly } else { Intake::Closed })
}

/// Those whose policy is yet to follow that the tenant was called back; they are Ready, since their spec is as it was.
pub(super) fn still_closed(buckets: &[Arc<IngestBucket>]) -> Vec<String> {
    let closed = buckets.iter().filter(|b| b.status().is_some_and(|status| status.intake.is_some()));
    closed.map(|b| format!("{} is being opened again", b.label())).collect()
}

fn running(tenant: &ClientTenant, context: &Context) -> impl Iterator<Item = String> + use<> {
    let name = tenant.name_any();
    let pipelines = context.pipelines.state_filter(move |p| p.namespace().as_deref() == Some(&*name));
    let active = |p: &Arc<cloister_crds::EtlPipeline>| p.status().is_some_and(|status| status.active > 0);
    pipelines.into_iter().filter(active).map(|p| format!("{} has a run", p.label()))
}

/// Fills in what is destroyed, and says what is waited for.
pub(super) async fn look(
    tenant: &ClientTenant,
    account: &environment::Account,
    aws: &cloister_aws::Account,
    waiting: &mut Vec<String>,
    destruction: &mut Option<Destruction>,
    context: &Context,
) -> Option<Leaving> {
    if !leaves(tenant) {
        return None;
    }
    let stage = tenant.decided().map(|status| status.stage);
    let mut owned = BTreeSet::new();
    if stage >= Some(Stage::Exporting) && stage != Some(Stage::Waiting) {
        let since = Instant::now().checked_sub(context.tolerance()).unwrap_or_else(Instant::now);
        match aws.owned(&Object::uid(tenant), since).await {
            Ok(listed) => owned = listed,
            Err(fault) => waiting.push(format!("what is left of it cannot be listed: {fault}")),
        }
    }
    let mut open = waiting.clone();
    if stage == Some(Stage::Closing) {
        open.extend(running(tenant, context));
        open.extend(not_closed(tenant, context));
        open.extend(nodes_left(tenant).then(|| "its nodes are being ended".to_owned()));
    }
    if let Some(destruction) = destruction {
        destruction.owned.extend(owned.iter().cloned());
        destruction.owned.extend(known_queues(tenant));
        // The object stays until the certificate is there.
        waiting.push("it is being offboarded".to_owned());
    }
    Some(Leaving { account: account.clone(), open, owned })
}

/// Queues that were seen once are looked for until they are gone, whatever a listing says.
fn known_queues(tenant: &ClientTenant) -> impl Iterator<Item = ResourceId> {
    let known = tenant.common().map(|common| common.resources.as_slice()).unwrap_or_default();
    known
        .iter()
        .filter_map(|known| known.id.strip_prefix("sqs-queue/"))
        .map(|name| ResourceId::Queue(name.into()))
}

fn not_closed(tenant: &ClientTenant, context: &Context) -> Vec<String> {
    let name = tenant.name_any();
    let buckets = context.buckets.state_filter(|b| b.namespace().as_deref() == Some(&*name));
    let closed = |b: &IngestBucket| {
        b.status().is_some_and(|s| s.intake == Some(Intake::Closed) && s.common.is_ready())
    };
    let open = buckets.iter().filter(|b| !closed(b));
    open.map(|b| format!("{} is being closed", b.label())).collect()
}

/// Exports if it is time for that, and decides on the next stage.
pub(super) async fn turn(
    tenant: &ClientTenant,
    prepared: &mut Prepared,
    observed: &ObservedSet,
    plan: &Plan,
    outcomes: &Outcomes,
    context: &Context,
) -> Option<Notice> {
    let leaving = prepared.facts.leaving.as_mut()?;
    let previous = tenant.decided();
    if !prepared.violations.is_empty() {
        leaving.open.extend(prepared.violations.iter().map(ToString::to_string));
    }
    if !plan.is_settled() {
        leaving.open.push("not everything is as it must be".to_owned());
    }
    // What is deleted or paused goes no further; it can be called back all the same.
    let called_back = tenant.spec.offboarding.is_none();
    let deleted = tenant.is_leaving() && previous.is_none_or(may_still_be_called_off);
    if !called_back && (deleted || tenant.spec.paused || !context.fence.holds()) {
        return None;
    }
    let stage = previous.map(|status| status.stage);
    let (mut exported, mut warehouse) = (None, previous.and_then(|status| status.warehouse.clone()));
    if stage == Some(Stage::Exporting) && !called_back {
        prepared.facts.works = true;
        // What it needs must be in place, and what writes ended.
        if let Some(account) = prepared.account.as_deref().filter(|_| leaving.open.is_empty()) {
            let step = exporting::step(tenant, account, &leaving.owned, context).await;
            (exported, warehouse) = (step.buckets, step.warehouse);
            leaving.open.extend(step.open);
        }
    }
    if stage == Some(Stage::Destroying)
        && !called_back
        && let Some(account) = prepared.account.as_deref().filter(|_| leaving.open.is_empty())
    {
        leaving.open.extend(principals::step(tenant, account, context).await);
        prepared.facts.works = !leaving.open.is_empty();
    }
    let approval = if previous.is_none() { approval(tenant, context).await } else { Approval::default() };
    let emptied: BTreeMap<ResourceId, _> =
        outcomes.iter().filter_map(|(id, outcome)| Some((id.clone(), outcome.emptied?))).collect();
    let now = report::now();
    let next = advance(
        previous,
        &Seen {
            name: &tenant.name_any(),
            uid: &Object::uid(tenant),
            spec: &tenant.spec,
            account: &leaving.account,
            now: &now,
            approval,
            open: &leaving.open,
            exported,
            warehouse,
            emptied: &emptied,
            observed,
            before: tenant.common().map(|common| common.resources.as_slice()).unwrap_or_default(),
        },
    );
    // Nothing is called destroyed before its certificate is kept where it outlives the cluster.
    if let (Some(made), Some(account)) =
        (next.as_ref().and_then(|n| n.certificate.as_ref()), &prepared.account)
        && !archive::keeps_certificate(tenant, made, account, context).await
    {
        return None;
    }
    let notice = notice(previous, next.as_ref());
    if next.as_ref() != previous {
        prepared.facts.is_open = previous.is_none_or(may_still_be_called_off);
        prepared.facts.next = Turn::To(next.map(Box::new));
    }
    notice
}

fn notice(previous: Option<&OffboardingStatus>, next: Option<&OffboardingStatus>) -> Option<Notice> {
    let stage = |status: Option<&OffboardingStatus>| status.map(|status| status.stage);
    if stage(previous) == stage(next) {
        return None;
    }
    let message = match next {
        Some(status) => format!("{:?}: {}", status.stage, sentence(status, &[])),
        None => "it was called off: the tenant stays, and nothing of it was destroyed".to_owned(),
    };
    let warning = next.is_some();
    Some(Notice { warning, reason: "Offboarding", action: "Offboard", message, about: None })
}

/// The caches hold no managed fields, so they are read.
async fn approval(tenant: &ClientTenant, context: &Context) -> Approval {
    let declared = tenant.spec.offboarding.as_ref();
    let mut approval = Approval {
        tenant: declared.map(|declared| declared.approval.clone()).unwrap_or_default(),
        reason: declared.and_then(|declared| declared.reason.clone()),
        seen_at: report::now(),
        field_manager: None,
        written_at: None,
    };
    if let Ok(found) = tenant.api(&context.client).get_metadata(&tenant.name_any()).await {
        let wrote = |fields: &serde_json::Value| !fields["f:spec"]["f:offboarding"]["f:approval"].is_null();
        let entry = found.managed_fields().iter().find(|e| e.fields_v1.as_ref().is_some_and(|f| wrote(&f.0)));
        approval.field_manager = entry.and_then(|entry| entry.manager.clone());
        approval.written_at = entry.and_then(|entry| entry.time.as_ref().map(|time| time.0.to_string()));
    }
    approval
}

/// Beside the four that every kind has.
pub(super) fn condition(
    tenant: &ClientTenant,
    status: Option<&OffboardingStatus>,
    prepared: &Prepared,
) -> Option<Condition> {
    let status = status?;
    let nothing = Vec::new();
    let moved = tenant.decided().map(|before| before.stage) != Some(status.stage);
    let open = prepared.facts.leaving.as_ref().filter(|_| !moved).map_or(&nothing, |leaving| &leaving.open);
    Some(Condition {
        type_: "Offboarding".to_owned(),
        status: "True".to_owned(),
        observed_generation: Object::generation(tenant),
        last_transition_time: status.approval.seen_at.clone(),
        reason: format!("{:?}", status.stage),
        message: sentence(status, open),
    })
}

/// Buckets of the tenant, for the export.
pub fn buckets(owned: &BTreeSet<ResourceId>) -> Vec<BucketRecord> {
    let name = |id: &ResourceId| match id {
        ResourceId::Bucket(name) => Some(BucketRecord { name: name.clone(), ..BucketRecord::default() }),
        _ => None,
    };
    owned.iter().filter_map(name).collect()
}
