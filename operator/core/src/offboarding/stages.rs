//! From what the status says and what a pass has seen to what the status says next.

use std::collections::BTreeMap;

use cloister_crds::ClientTenantSpec;
use cloister_crds::offboarding::{
    Approval, BucketRecord, Destroyed, KeyRecord, Offboarding, OffboardingStatus, Stage,
};
use cloister_crds::status::ResourceStatus;
use cloister_crds::unload::WarehouseExport;
use jiff::{SignedDuration, Timestamp};

use super::{Destruction, certify};
use crate::conclude::Emptied;
use crate::environment::Account;
use crate::observed::{Actual, Observed, ObservedSet};
use crate::pipeline::time;
use crate::resource::{Resource, ResourceId};

/// What a pass over the tenant has seen.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    pub name: &'a str,
    pub uid: &'a str,
    pub spec: &'a ClientTenantSpec,
    pub account: &'a Account,
    /// RFC 3339, seconds.
    pub now: &'a str,
    /// As it would be written down now.
    pub approval: Approval,
    /// What this stage still waits for, one sentence each; none where it may end.
    pub open: &'a [String],
    /// The export, where this pass has ended it.
    pub exported: Option<Vec<BucketRecord>>,
    /// How far its warehouse has been unloaded.
    pub warehouse: Option<WarehouseExport>,
    pub emptied: &'a BTreeMap<ResourceId, Emptied>,
    pub observed: &'a ObservedSet,
    /// As the last pass reported them.
    pub before: &'a [ResourceStatus],
}

/// Whether removing the approval undoes everything.
#[must_use]
pub fn may_still_be_called_off(status: &OffboardingStatus) -> bool {
    status.stage < Stage::Destroying
}

/// What is destroyed now, by the status and by nothing else. A declaration that was withdrawn destroys nothing.
#[must_use]
pub fn destruction(spec: &ClientTenantSpec, status: Option<&OffboardingStatus>) -> Option<Destruction> {
    let status = status.filter(|status| status.stage >= Stage::Destroying)?;
    spec.offboarding.as_ref()?;
    let locked = status.buckets.iter().filter(|bucket| bucket.locked > 0).map(bucket_id);
    Some(Destruction {
        keys: status.stage >= Stage::Shredding,
        owned: status_owned(status),
        locked: locked.collect(),
    })
}

/// Buckets that were exported or emptied are looked for until they are gone, whatever a listing of tags says.
fn status_owned(status: &OffboardingStatus) -> std::collections::BTreeSet<ResourceId> {
    status.buckets.iter().map(bucket_id).collect()
}

/// Of which bucket a record is: a client's own, or a copy of one.
#[must_use]
pub fn bucket_id(bucket: &BucketRecord) -> ResourceId {
    let name = bucket.name.clone();
    if bucket.copy { ResourceId::ReplicaBucket(name) } else { ResourceId::Bucket(name) }
}

/// The next status; none where the tenant stays.
#[must_use]
pub fn advance(previous: Option<&OffboardingStatus>, seen: &Seen<'_>) -> Option<OffboardingStatus> {
    let declared = match (&seen.spec.offboarding, previous) {
        (None, None) => return None,
        (None, Some(status)) if may_still_be_called_off(status) => return None,
        // Half of it is gone: a person decides.
        (None, Some(status)) => return Some(status.clone()),
        (Some(declared), None) => return (declared.approval == seen.name).then(|| begin(seen)),
        (Some(declared), Some(_)) => declared,
    };
    let mut status = previous?.clone();
    note(&mut status, seen);
    if status.stage == Stage::Exporting {
        status.warehouse.clone_from(&seen.warehouse);
    }
    let next = match status.stage {
        Stage::Closing => seen.open.is_empty().then_some(Stage::Exporting),
        Stage::Exporting => seen.exported.as_ref().map(|_| Stage::Waiting),
        Stage::Waiting => is_due(&mut status, declared, seen.now).then_some(Stage::Destroying),
        Stage::Destroying => seen.open.is_empty().then_some(Stage::Shredding),
        Stage::Shredding => (seen.open.is_empty() && are_gone(seen)).then_some(Stage::Destroyed),
        Stage::Destroyed => None,
    };
    if let Some(next) = next {
        enter(&mut status, next, declared, seen);
    }
    Some(status)
}

fn begin(seen: &Seen<'_>) -> OffboardingStatus {
    OffboardingStatus {
        stage: Stage::Closing,
        since: seen.now.to_owned(),
        approval: seen.approval.clone(),
        buckets: Vec::new(),
        warehouse: None,
        exported_at: None,
        destroy_at: None,
        destroyed: Vec::new(),
        keys: Vec::new(),
        certificate: None,
    }
}

fn enter(status: &mut OffboardingStatus, next: Stage, declared: &Offboarding, seen: &Seen<'_>) {
    status.stage = next;
    seen.now.clone_into(&mut status.since);
    match next {
        Stage::Waiting => {
            status.exported_at = Some(seen.now.to_owned());
            status.buckets = seen.exported.clone().unwrap_or_default();
            is_due(status, declared, seen.now);
        }
        Stage::Destroyed => status.certificate = Some(certify(status, seen)),
        _ => {}
    }
}

/// Counted from the recorded time, so that a changed `waitingDays` counts from there too.
fn is_due(status: &mut OffboardingStatus, declared: &Offboarding, now: &str) -> bool {
    let days = i64::from(declared.waiting_days.max(7));
    let due = time::read(&status.since).checked_add(SignedDuration::from_hours(24 * days));
    let due = due.unwrap_or(Timestamp::MAX);
    status.destroy_at = Some(time::text(due));
    // A time that nobody can read is no time that has passed.
    status.since.parse::<Timestamp>().is_ok() && time::read(now) >= due
}

/// What this pass has seen to be gone, or going.
fn note(status: &mut OffboardingStatus, seen: &Seen<'_>) {
    if status.stage < Stage::Destroying || status.stage == Stage::Destroyed {
        return;
    }
    for (about, emptied) in seen.emptied {
        let (ResourceId::Bucket(name) | ResourceId::ReplicaBucket(name)) = about else { continue };
        if !status.buckets.iter().any(|bucket| bucket_id(bucket) == *about) {
            let copy = matches!(about, ResourceId::ReplicaBucket(_));
            status.buckets.push(BucketRecord { name: name.clone(), copy, ..BucketRecord::default() });
        }
        if let Some(bucket) = status.buckets.iter_mut().find(|bucket| bucket_id(bucket) == *about) {
            bucket.deleted += emptied.deleted;
            // While there is more, it is not known what the lock leaves.
            bucket.locked = if emptied.more { 0 } else { emptied.locked };
        }
    }
    for (id, observed) in seen.observed {
        let name = id.to_string();
        match (id, observed) {
            (ResourceId::Key(_) | ResourceId::RecoveryKey(_), observed) => note_key(status, observed),
            (_, Observed::Absent) => {
                let was_there = seen.before.iter().any(|r| r.id == name && r.state != "Pending");
                if was_there && !status.destroyed.iter().any(|gone| gone.id == name) {
                    status.destroyed.push(Destroyed { id: name, at: seen.now.to_owned() });
                }
            }
            _ => {}
        }
    }
    // A key that is gone has no name any more but its ARN.
    for (id, observed) in seen.observed {
        let arn = seen.before.iter().find(|r| r.id == id.to_string()).and_then(|r| r.arn.as_deref());
        let is_key = matches!(id, ResourceId::Key(_) | ResourceId::RecoveryKey(_));
        for key in status.keys.iter_mut().filter(|key| is_key && Some(&*key.arn) == arn) {
            if *observed == Observed::Absent {
                key.gone_at.get_or_insert_with(|| seen.now.to_owned());
            }
        }
    }
}

fn note_key(status: &mut OffboardingStatus, observed: &Observed) {
    let Observed::Present(Actual { resource: Resource::Key(key), arn }) = observed else { return };
    let Some(date) = &key.deletion_date else { return };
    if let Some(known) = status.keys.iter_mut().find(|known| known.arn == *arn) {
        known.deletion_date.clone_from(date);
    } else {
        let deletion_date = date.clone();
        status.keys.push(KeyRecord { arn: arn.clone(), deletion_date, gone_at: None });
    }
}

/// KMS knows none of them any more.
fn are_gone(seen: &Seen<'_>) -> bool {
    seen.observed.iter().all(|(id, observed)| {
        let is_key = matches!(id, ResourceId::Key(_) | ResourceId::RecoveryKey(_));
        !is_key || matches!(observed, Observed::Absent | Observed::Foreign { .. })
    })
}

/// What people read of it.
#[must_use]
pub fn sentence(status: &OffboardingStatus, open: &[String]) -> String {
    let waits = |what: &str| match open.first() {
        None => what.to_owned(),
        Some(first) => format!("{what}: {first}"),
    };
    let at = |time: &Option<String>| time.clone().unwrap_or_default();
    match status.stage {
        Stage::Closing => waits("nothing comes in any more; runs and nodes end"),
        Stage::Exporting => {
            waits("what the buckets hold is being listed, and the warehouse's tables unloaded")
        }
        Stage::Waiting => format!(
            "everything is destroyed from {} on; remove spec.offboarding before, and nothing is",
            at(&status.destroy_at)
        ),
        Stage::Destroying => waits("everything but the keys is being destroyed"),
        Stage::Shredding => {
            let dates: Vec<&str> = status.keys.iter().map(|key| &*key.deletion_date).collect();
            match dates.iter().max() {
                Some(last) => format!("the keys are left, which KMS deletes by {last}"),
                None => waits("the keys are being scheduled for deletion"),
            }
        }
        Stage::Destroyed => {
            let digest = status.certificate.as_ref().map(|c| c.digest.clone()).unwrap_or_default();
            format!("everything is destroyed; certificate {digest}")
        }
    }
}
