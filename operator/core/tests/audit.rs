//! The bucket of records, which several Environments keep, and the trail that writes into it.

#![allow(clippy::panic)]

use std::collections::BTreeSet;

use cloister_core::document::{Document, Statement};
use cloister_core::environment::{self, Inputs};
use cloister_core::observed::{Actual, Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Fate, Mode, Plan, plan};
use cloister_core::resource::{
    Bucket, BucketStep, GUARD, ObjectLock, Resource, ResourceId, Step, TrailStep, delivery,
};
use cloister_core::tenant::KeyArns;
use cloister_crds::{Environment, EvidenceSchedule};

const BUCKET: &str = "arn:aws:s3:::cloister-audit-444444444444";

fn desired(name: &str, change: impl Fn(&mut Environment), deleting: bool) -> DesiredSet {
    let text = include_str!("../../../examples/environment-production.yaml");
    let mut home: Environment = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    change(&mut home);
    let mut set = environment::desire(&Inputs {
        name,
        spec: &home.spec,
        owner: &Owner { object: format!("Environment/{name}"), uid: "u".into() },
        keys: &KeyArns {
            audit: Some("arn:aws:kms:us-east-1:222222222222:key/k".into()),
            ..KeyArns::default()
        },
        roles: &BTreeSet::new(),
        deleting,
        had_events: false,
        had_people: false,
        minute: 0,
    });
    let others = |id: &ResourceId| matches!(id, ResourceId::Bucket(_) | ResourceId::Guardrail(_));
    set.retain(|id, _| !others(id));
    set
}

fn production() -> DesiredSet {
    desired("production", |_| {}, false)
}

/// Planned on what is there: as declared but for what `damage` does.
fn planned(set: &DesiredSet, damage: impl Fn(&mut Resource)) -> Plan {
    let observed: ObservedSet = set
        .iter()
        .map(|(id, want)| {
            let mut resource = want.resource.clone();
            damage(&mut resource);
            (id.clone(), Observed::Present(Actual { resource, arn: String::new() }))
        })
        .collect();
    plan(set, &observed, Mode::Correct)
}

fn of_bucket(damage: impl Fn(&mut Bucket)) -> impl Fn(&mut Resource) {
    move |resource| {
        if let Resource::AuditBucket(bucket) = resource {
            damage(bucket);
        }
    }
}

fn policy(bucket: &mut Bucket) -> &mut Document {
    bucket.policy.as_mut().unwrap_or_else(|| panic!("a bucket has a policy"))
}

fn steps(plan: &Plan) -> Vec<&Step> {
    plan.works.iter().flat_map(|work| &work.steps).collect()
}

fn put(step: &Step) -> &Document {
    match step {
        Step::Bucket(BucketStep::PutDocument(document)) => document,
        step => panic!("{step:?}"),
    }
}

#[test]
fn without_a_role_there_nothing_is_kept_and_nothing_goes_with_the_environment() {
    let left = desired("production", |home| home.spec.audit.role_arn = None, false);
    assert!(left.is_empty());
    let leaving = desired("production", |_| {}, true);
    assert!(leaving.len() == 8 && leaving.values().all(|want| want.fate == Fate::Retain));
    assert!(planned(&leaving, |_| {}).is_settled());
}

#[test]
fn the_trail_comes_after_its_key_and_its_bucket_and_is_made_before_it_records() {
    let set = production();
    let absent = set.keys().map(|id| (id.clone(), Observed::Absent)).collect();
    let plan = plan(&set, &absent, Mode::Correct);
    let trail = plan.works.iter().find(|work| matches!(work.id, ResourceId::Trail(_)));
    let trail = trail.unwrap_or_else(|| panic!("no trail"));
    assert_eq!(trail.after.len(), 5);
    let steps = [TrailStep::Create, TrailStep::PutSelectors, TrailStep::Start].map(Step::Trail);
    assert_eq!(trail.steps, steps);
}

#[test]
fn a_new_bucket_is_closed_until_its_lock_is_on() {
    let set = production();
    let absent = set.keys().map(|id| (id.clone(), Observed::Absent)).collect();
    let plan = plan(&set, &absent, Mode::Correct);
    let bucket = plan.works.iter().find(|work| matches!(work.id, ResourceId::AuditBucket(_)));
    let steps = &bucket.unwrap_or_else(|| panic!("no bucket")).steps;
    let at = |wanted: &dyn Fn(&BucketStep) -> bool| {
        let found = steps.iter().position(|step| matches!(step, Step::Bucket(step) if wanted(step)));
        found.unwrap_or_else(|| panic!("{steps:?}"))
    };
    assert_eq!(at(&|step| *step == BucketStep::Quarantine), 1);
    assert!(at(&|step| *step == BucketStep::PutObjectLock) < steps.len() - 1);
    assert_eq!(at(&|step| matches!(step, BucketStep::PutDocument(_))), steps.len() - 1);
}

#[test]
fn two_environments_come_to_rest_on_one_bucket_each_beside_the_others_statements() {
    let (production, staging) = (production(), desired("staging", |_| {}, false));
    let other =
        Document(delivery(BUCKET, "arn:aws:cloudtrail:us-east-1:222222222222:trail/cloister-staging"));
    let with_other = of_bucket(|bucket| policy(bucket).0.extend(other.0.clone()));
    assert!(planned(&production, &with_other).is_settled());

    // Staging finds what production wrote, and adds to it.
    let observed: ObservedSet = staging
        .iter()
        .map(|(id, want)| {
            let there = production.get(id).unwrap_or(want).resource.clone();
            (id.clone(), Observed::Present(Actual { resource: there, arn: String::new() }))
        })
        .collect();
    let plan = plan(&staging, &observed, Mode::Correct);
    let mut both = production.values().find_map(|want| match &want.resource {
        Resource::AuditBucket(bucket) => bucket.policy.clone(),
        _ => None,
    });
    if let Some(both) = &mut both {
        both.0.extend(other.0.clone());
    }
    let written = steps(&plan);
    assert_eq!(written.iter().map(|step| Some(put(step).clone())).collect::<Vec<_>>(), [both]);
}

/// Only what lets a trail of Cloister's write into its own account's part is another Environment's.
#[test]
fn what_only_looks_like_another_environments_statement_goes() {
    let trail = "arn:aws:cloudtrail:us-east-1:333333333333:trail/cloister-staging";
    let change = |change: &dyn Fn(&mut Statement)| {
        let mut all = delivery(BUCKET, trail);
        all.values_mut().for_each(change);
        all
    };
    let disguised = [
        change(&|statement| statement.action.extend(["s3:DeleteObject".into()])),
        change(&|statement| statement.resource.extend([format!("{BUCKET}/*")])),
        change(&|statement| drop(statement.principal.insert("AWS".into(), BTreeSet::from(["*".into()])))),
        change(&|statement| statement.condition.clear()),
        delivery(BUCKET, "arn:aws:cloudtrail:us-east-1:333333333333:trail/other"),
        delivery("arn:aws:s3:::another", trail),
        delivery(BUCKET, trail).into_values().map(|statement| ("Sid".to_owned(), statement)).collect(),
    ];
    let set = production();
    for statements in disguised {
        let plan = planned(&set, of_bucket(|bucket| policy(bucket).0.extend(statements.clone())));
        let written = steps(&plan);
        assert!(
            written.len() == 1 && statements.keys().all(|sid| !put(written[0]).0.contains_key(sid)),
            "{plan:?}"
        );
    }
}

#[test]
fn a_lowered_retention_is_mended_by_lifting_the_guard_and_a_longer_one_stays() {
    let set = production();
    let lock = |mode: &str, days| Some(ObjectLock { mode: mode.into(), days });
    for lowered in
        [lock("GOVERNANCE", 2192), lock("GOVERNANCE", 4000), lock("COMPLIANCE", 1), lock("", 0), None]
    {
        let plan = planned(&set, of_bucket(|bucket| bucket.object_lock.clone_from(&lowered)));
        let [lifted, mended, guarded] = steps(&plan)[..] else { panic!("{plan:?}") };
        assert_eq!(*mended, Step::Bucket(BucketStep::PutObjectLock));
        let (lifted, guarded) = (put(lifted), put(guarded));
        assert!(!lifted.0.contains_key(GUARD) && guarded.0.contains_key(GUARD));
        // Trails go on writing meanwhile, and nobody can delete.
        assert_eq!(lifted.0.len() + 1, guarded.0.len());
    }
    assert!(planned(&set, of_bucket(|bucket| bucket.object_lock = lock("COMPLIANCE", 3653))).is_settled());
}

#[test]
fn a_trail_that_was_stopped_records_again_before_anything_else_is_mended() {
    let plan = planned(&production(), |resource| {
        if let Resource::Trail(trail) = resource {
            trail.logging = false;
            trail.validation = false;
            trail.selectors.clear();
            trail.bucket = "elsewhere".into();
        }
    });
    let expected = [TrailStep::Start, TrailStep::Update, TrailStep::PutSelectors].map(Step::Trail);
    assert_eq!(steps(&plan), expected.iter().collect::<Vec<_>>());
}

#[test]
fn evidence_is_signed_by_a_key_of_the_operators_where_it_is_written_at_all() {
    let signing = |set: &DesiredSet| {
        set.iter().find(|(id, _)| matches!(id, ResourceId::SigningKey(_))).map(|(_, want)| want.clone())
    };
    let Some(want) = signing(&production()) else { panic!("there is no key") };
    let Resource::Key(key) = want.resource else { panic!("it is no key") };
    assert_eq!(key.spec.as_deref(), Some("ECC_NIST_P256"));
    let signers =
        key.policy.iter().flat_map(|policy| &policy.0).filter(|(_, one)| one.action.contains("kms:Sign"));
    assert_eq!(signers.map(|(sid, _)| sid.as_str()).collect::<Vec<_>>(), ["SignedByOperator"]);
    let never = desired("production", |home| home.spec.audit.evidence = Some(EvidenceSchedule::Never), false);
    assert!(signing(&never).is_none());
}
