//! What records the calls to the account and the traffic of its VPC: a trail, a flow log, and the bucket in the audit
//! account that they write into. None of it goes with the Environment: tenants that were here must stay accounted for
//! (45 CFR 164.316(b)(2)(i)).

mod alarms;
mod bucket;
mod evidence;
mod logs;
mod patterns;
mod trail;

use std::collections::BTreeSet;

use super::{Account, Inputs, audit_key};
use crate::name;
use crate::ownership::ENVIRONMENT;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{FlowLog, Resource, ResourceId, Tags};

pub use bucket::{AUDIT_BUCKET, RETENTION_DAYS};

/// Nothing without a role in the audit account.
pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    let audit = &inputs.spec.audit;
    if audit.role_arn.is_none() {
        return DesiredSet::new();
    }
    let (key, wanted_key) = audit_key(inputs, account);
    let bucket = ResourceId::AuditBucket(audit.bucket.clone());
    let trail = ResourceId::Trail(name::trail(inputs.name));
    let settings =
        Resource::AuditBucket(Box::new(bucket::settings(account, &audit.bucket, &audit.account_id)));
    let recording = Resource::Trail(Box::new(trail::settings(inputs, account)));
    let mut set = logs::desire(inputs, account, &key);
    set.insert(key, wanted_key);
    set.insert(bucket.clone(), kept(inputs, &bucket, settings, []));
    let flows = ResourceId::FlowLog(inputs.spec.network.vpc_id.clone());
    let traffic = FlowLog { traffic: "ALL".into(), destination: account.bucket_arn(&audit.bucket) };
    let needs: Vec<ResourceId> = set.keys().cloned().collect();
    set.insert(flows.clone(), kept(inputs, &flows, Resource::FlowLog(traffic), [bucket]));
    set.extend(alarms::desire(inputs, account));
    set.insert(trail.clone(), kept(inputs, &trail, recording, needs));
    set.extend(evidence::desire(inputs, account));
    set
}

fn tags(inputs: &Inputs<'_>, account: &Account, what: &str) -> Tags {
    let mut tags = inputs.owner.tags(what);
    tags.insert(ENVIRONMENT.into(), account.environment.clone());
    tags
}

fn kept(
    inputs: &Inputs<'_>,
    id: &ResourceId,
    resource: Resource,
    needs: impl IntoIterator<Item = ResourceId>,
) -> Desired {
    let fate = if inputs.deleting { Fate::Retain } else { Fate::Exist };
    let needs: BTreeSet<ResourceId> = needs.into_iter().collect();
    Desired { resource, fate, needs, adopt: inputs.spec.adopt.contains(&id.to_string()) }
}
