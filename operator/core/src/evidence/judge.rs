//! From what is declared and what was observed to findings. Nothing observed is never Met.

use serde_json::{Value, json};

use super::demand::{Demand, Of};
use super::exceptions::{Exception, apply};
use super::report::{Finding, Proof, Status, Used};
use super::{Basis, Part, Parts, Safeguard, field, safeguards};
use crate::drift;
use crate::fault::Fault;
use crate::observed::Observed;
use crate::plan::Desired;
use crate::resource::{Resource, ResourceId};

/// A resource that was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub of: Of,
    pub id: &'a ResourceId,
    pub want: &'a Desired,
    /// None where nobody has looked.
    pub seen: Option<&'a Observed>,
}

/// What is on record or was seen, and is no resource that Cloister keeps: `recovery-drill/acme-health`.
#[derive(Clone, Debug)]
pub struct Record {
    pub of: Of,
    pub id: String,
    pub seen: Seen,
}

#[derive(Clone, Debug)]
pub enum Seen {
    Fields(Value),
    Absent,
    Unreadable(Fault),
}

/// Everything that is judged, and where and when it was seen.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// Of an Environment alone only what is demanded of itself is judged.
    pub about: Of,
    pub looks: Vec<Look<'a>>,
    pub records: Vec<Record>,
    pub declared: Parts,
    /// Id of the AWS account.
    pub account: &'a str,
    /// RFC 3339, UTC.
    pub time: &'a str,
    /// `2027-01-31`, UTC: exceptions count to the end of their day.
    pub today: &'a str,
}

/// Every safeguard of the checklist once, and what became of each exception.
#[must_use]
pub fn judge(scene: &Scene<'_>, exceptions: &[Exception]) -> (Vec<Finding>, Vec<Used>) {
    let mut findings: Vec<Finding> = safeguards().map(|safeguard| finding(safeguard, scene)).collect();
    let used = apply(exceptions, scene.today, &mut findings);
    (findings, used)
}

fn finding(safeguard: &Safeguard, scene: &Scene<'_>) -> Finding {
    let without_proof =
        |status, reason: String| Finding { reason: Some(reason), ..Finding::new(safeguard, status) };
    match safeguard.basis {
        Basis::NotManaged { needs } => without_proof(Status::NotManaged, needs.to_owned()),
        Basis::NotOurs { whose } => without_proof(Status::NotOurs, whose.to_owned()),
        Basis::Managed { part, .. } if part.is_guardrail() && !scene.declared.contains(&part) => {
            let whose =
                format!("whoever keeps the account's settings: the Environment's {} is Leave", part.field());
            without_proof(Status::NotOurs, whose)
        }
        Basis::Managed { part: Part::Audit, .. } if !scene.declared.contains(&Part::Audit) => {
            let field = Part::Audit.field();
            let needs = format!("a role in the audit account: set {field} and externalId of the Environment");
            without_proof(Status::NotManaged, needs)
        }
        Basis::Managed { part: Part::Alarms, .. } if !scene.declared.contains(&Part::Alarms) => {
            let field = Part::Alarms.field();
            without_proof(
                Status::NotManaged,
                format!("a topic that alarms tell: set {field} of the Environment"),
            )
        }
        Basis::Managed { part: Part::ClusterLog, .. } if !scene.declared.contains(&Part::ClusterLog) => {
            let field = Part::ClusterLog.field();
            let needs = format!(
                "the log group that the cluster's API server writes its audit log into: set {field}.logGroup of the Environment"
            );
            without_proof(Status::NotManaged, needs)
        }
        Basis::Managed { part: Part::People, .. } if !scene.declared.contains(&Part::People) => {
            let field = Part::People.field();
            let whose =
                format!("whoever makes the roles that people take on: the Environment has no {field}");
            without_proof(Status::NotOurs, whose)
        }
        // A choice that was declared, not a lapse.
        Basis::Managed { part: Part::Copies, .. }
            if scene.about != Of::Environment && !scene.declared.contains(&Part::Copies) =>
        {
            let needs = "copies: CrossRegion of the tenant, which declares None: a second copy of objects is its own choice";
            without_proof(Status::NotManaged, needs.to_owned())
        }
        Basis::Managed { part, .. } if part != Part::Always && !scene.declared.contains(&part) => {
            without_proof(Status::NotApplicable, format!("{} is not declared", part.field()))
        }
        Basis::Managed { demands, .. } => {
            let made: Vec<&Demand> = demands.iter().filter(|demand| is_made(demand, scene)).collect();
            if made.is_empty() {
                let of_tenants = "it is about what is a tenant's: see the tenants' own evidence";
                return without_proof(Status::NotApplicable, of_tenants.to_owned());
            }
            let proofs: Vec<Proof> = made.into_iter().flat_map(|demand| proofs(demand, scene)).collect();
            let holds = !proofs.is_empty() && proofs.iter().all(|proof| proof.holds);
            let status = if holds { Status::Met } else { Status::NotMet };
            let looked_at = Some(scene.time.to_owned());
            let mut left = demands.iter().filter_map(|demand| demand.part);
            let reason =
                left.find(|part| part.is_guardrail() && !scene.declared.contains(part)).map(elsewhere);
            Finding { looked_at, reason, proofs, ..Finding::new(safeguard, status) }
        }
    }
}

fn is_made(demand: &Demand, scene: &Scene<'_>) -> bool {
    let its_own = match (scene.about, demand.of) {
        (Of::Environment, Of::Tenant) => false,
        // Such as a key that it has for a warehouse, if it lends one.
        (Of::Environment, Of::Either) => scene.looks.iter().any(|look| demand.is_about(look.of, look.id)),
        _ => true,
    };
    its_own && demand.part.is_none_or(|part| scene.declared.contains(&part))
}

/// Of a safeguard that is judged by the rest of it.
fn elsewhere(part: Part) -> String {
    format!("{} is Leave, so that is up to whoever keeps the account's settings", part.field())
}

/// A demand that finds no resource to look at is one that does not hold.
fn proofs(demand: &Demand, scene: &Scene<'_>) -> Vec<Proof> {
    let about = scene.looks.iter().filter(|look| demand.is_about(look.of, look.id));
    let mut found: Vec<Proof> = about.flat_map(|look| proofs_of(demand, look, scene.account)).collect();
    let recorded = scene.records.iter().filter(|record| demand.is_about_any(record.of, &record.id));
    found.extend(recorded.flat_map(|record| proofs_of_record(demand, record, scene.account)));
    if found.is_empty() { vec![missing(demand.resource.to_owned(), json!("nothing"))] } else { found }
}

fn proofs_of(demand: &Demand, look: &Look<'_>, account: &str) -> Vec<Proof> {
    let id = look.id.to_string();
    let have = match look.seen {
        Some(Observed::Present(actual)) => actual,
        Some(Observed::Absent) => return vec![missing(id, json!("absent"))],
        Some(Observed::Foreign { owner, .. }) => {
            return vec![missing(id, json!(format!("not ours; it belongs to {owner}")))];
        }
        Some(Observed::Changing { what }) => return vec![missing(id, json!(format!("changing: {what}")))],
        Some(Observed::Unreadable(fault)) => {
            return vec![missing(id, json!(format!("not readable: {fault}")))];
        }
        None => return vec![missing(id, json!("not looked at"))],
    };
    let want = look.want.resource.given(&have.resource);
    let fields = |resource: &Resource| drift::fields(look.id, resource).unwrap_or_default();
    proofs_by(demand, (&id, &fields(want.as_ref()), &fields(&have.resource)), account)
}

fn proofs_of_record(demand: &Demand, record: &Record, account: &str) -> Vec<Proof> {
    match &record.seen {
        Seen::Fields(fields) => proofs_by(demand, (&record.id, &Value::Null, fields), account),
        Seen::Absent => vec![missing(record.id.clone(), json!("absent"))],
        Seen::Unreadable(fault) => {
            vec![missing(record.id.clone(), json!(format!("not readable: {fault}")))]
        }
    }
}

fn proofs_by(demand: &Demand, (id, want, have): (&str, &Value, &Value), account: &str) -> Vec<Proof> {
    let fields = field::find(demand.field, want, have);
    fields
        .into_iter()
        .map(|found| {
            let holds = demand.test.holds(&found.have, &found.want, account);
            Proof {
                resource: id.to_owned(),
                field: found.path,
                observed: demand.test.shown(&found.have, holds),
                wanted: (!holds).then(|| demand.test.wanted(&found.want)),
                holds,
                excepted: false,
            }
        })
        .collect()
}

fn missing(resource: String, observed: Value) -> Proof {
    let wanted = Some(json!("present"));
    Proof { resource, field: String::new(), observed, wanted, holds: false, excepted: false }
}
