//! What the judge says of worlds that are as declared, damaged, or not seen at all.

#![allow(clippy::expect_used, clippy::panic)]

mod apps;

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::environment::Account;
use cloister_core::evidence::{
    Basis, ClusterLog, Finding, Look, Of, Part, Parts, Record, Scene, Seen, Status, judge, node_ages,
    safeguards,
};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::name::Names;
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Fate};
use cloister_core::resource::{Replication, Resource, ResourceId};
use cloister_core::tenant::{Copying, KeyArns};
use cloister_core::{bucket, tenant};
use cloister_crds::{ClientTenant, Environment};
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555";

fn desired() -> DesiredSet {
    let tenant: ClientTenant =
        serde_saphyr::from_str(include_str!("../../../../examples/acme-health.yaml")).expect("an example");
    let home: Environment =
        serde_saphyr::from_str(include_str!("../../../../examples/environment-production.yaml"))
            .expect("another");
    let owner = Owner { object: "ClientTenant/acme-health".into(), uid: "5b0e1a52".into() };
    let (names, account) = (Names::new("acme-health", &owner.uid), Account::new("production", &home.spec));
    let mut all = tenant::desire(&tenant::Inputs {
        spec: &tenant.spec,
        owner: &owner,
        names: &names,
        account: &account,
        keys: &KeyArns { home: Some(KEY.into()), recovery: Some(KEY.into()), audit: None },
        named_buckets: &BTreeSet::new(),
        copying: Copying::On,
        load_balancers: 0,
        dropped_children: &BTreeSet::new(),
        deleting: false,
        destruction: None,
        stage: None,
        nodes_left: false,
        minute: 0,
    });
    all.extend(bucket::desire(&bucket::Inputs {
        name: "landing",
        spec: &tenant.spec.ingest_buckets[0].spec,
        retention: &tenant.spec.retention,
        tenant: &owner,
        names: &names,
        account: &account,
        key_arn: KEY,
        copy_key: Some(KEY),
        copied: true,
        fate: Fate::Exist,
        intake: None,
    }));
    all.extend(apps::desired(&tenant, (&owner, &names), &account, &home));
    all
}

fn findings(desired: &DesiredSet, see: impl Fn(&ResourceId, &Resource) -> Option<Observed>) -> Vec<Finding> {
    let seen: BTreeMap<&ResourceId, Option<Observed>> =
        desired.iter().map(|(id, want)| (id, see(id, &want.resource))).collect();
    let looks =
        desired.iter().map(|(id, want)| Look { of: Of::Tenant, id, want, seen: seen[id].as_ref() }).collect();
    let declared = Parts::from([Part::Buckets, Part::Warehouse, Part::Nodes, Part::Apps, Part::Copies]);
    // A world in which nothing is there has no drill on record either.
    let drilled = seen.values().any(|seen| matches!(seen, Some(Observed::Present(_))));
    let good = || drill(json!({ "result": "Matched", "ageDays": 12, "seconds": 700 }));
    let records = if drilled { vec![good(), no_nodes()] } else { Vec::new() };
    judge(&Scene { records, ..scene(looks, declared) }, &[]).0
}

fn scene(looks: Vec<Look<'_>>, declared: Parts) -> Scene<'_> {
    let (time, today) = ("2026-11-24T18:00:00Z", "2026-11-24");
    Scene { about: Of::Tenant, looks, records: Vec::new(), declared, account: "222222222222", time, today }
}

fn drill(fields: Value) -> Record {
    Record { of: Of::Tenant, id: "recovery-drill/acme-health".into(), seen: Seen::Fields(fields) }
}

/// Between runs there are none.
fn no_nodes() -> Record {
    Record {
        of: Of::Tenant,
        id: "worker-nodes/acme-health".into(),
        seen: Seen::Fields(node_ages(&[], 336, 0)),
    }
}

#[test]
fn a_cluster_log_is_judged_wherever_it_was_seen() {
    let declared = Parts::from([Part::ClusterLog]);
    let finding = |seen: Option<Seen>| {
        let id = "kubernetes-audit-log//aws/eks/platform/cluster".to_owned();
        let records = seen.map(|seen| Record { of: Of::Environment, id, seen }).into_iter().collect();
        let found = judge(&Scene { records, ..scene(Vec::new(), declared.clone()) }, &[]).0;
        found.into_iter().find(|finding| finding.id == "T5").map(|finding| finding.status)
    };
    let log = |kms_key: Option<&str>, retention_days: Option<i32>, newest: Option<i64>| {
        let log = ClusterLog { kms_key: kms_key.map(str::to_owned), retention_days, newest };
        finding(Some(Seen::Fields(log.fields(100_000))))
    };
    let fresh = Some(99_000);
    assert_eq!(log(Some(KEY), Some(2192), fresh), Some(Status::Met));
    assert_eq!(log(Some(KEY), None, fresh), Some(Status::Met));
    for (key, days, newest) in [
        (None, Some(2192), fresh),
        (Some(KEY), Some(1827), fresh),
        (Some(KEY), Some(2192), None),
        (Some(KEY), Some(2192), Some(100_000 - 121 * 60)),
    ] {
        assert_eq!(log(key, days, newest), Some(Status::NotMet), "{key:?} {days:?} {newest:?}");
    }
    assert_eq!(finding(Some(Seen::Absent)), Some(Status::NotMet));
    assert_eq!(finding(None), Some(Status::NotMet));
}

#[test]
fn no_copies_are_a_choice_but_a_rule_that_nobody_declared_is_a_way_out() {
    let mut set = desired();
    let replication = |resource: &mut Resource, now: Option<Replication>| {
        if let Resource::Bucket(bucket) = resource {
            bucket.replication = now;
        }
    };
    for want in set.values_mut() {
        replication(&mut want.resource, None);
    }
    let turned = |role: Option<&str>| {
        let rogue = role.map(|role| Replication { role: role.into(), rules: BTreeMap::new() });
        let found = findings(&set, |_, resource| {
            let mut seen = resource.clone();
            replication(&mut seen, rogue.clone());
            Some(present(seen))
        });
        found.iter().find(|finding| finding.id == "S12").map(|finding| finding.status)
    };
    assert_eq!(turned(None), Some(Status::Met));
    assert_eq!(turned(Some("arn:aws:iam::222222222222:role/stray")), Some(Status::NotMet));
    let uncopied = judge(&scene(Vec::new(), Parts::from([Part::Buckets])), &[]).0;
    let found = uncopied.iter().find(|finding| finding.id == "S10");
    assert_eq!(found.map(|finding| finding.status), Some(Status::NotManaged));
}

#[test]
fn a_drill_proves_for_a_year_what_it_has_matched() {
    let declared = Parts::from([Part::Warehouse]);
    let status = |records: Vec<Record>| {
        let found = judge(&Scene { records, ..scene(Vec::new(), declared.clone()) }, &[]).0;
        found.iter().find(|finding| finding.id == "R9").map(|finding| finding.status)
    };
    let with = |result: &str, age: Value, seconds: i64| {
        status(vec![drill(json!({ "result": result, "ageDays": age, "seconds": seconds }))])
    };
    assert_eq!(with("Matched", json!(365), 259_200), Some(Status::Met));
    for (result, age, seconds) in [
        ("Differs", json!(1), 9),
        ("Refused", json!(1), 9),
        ("Matched", json!(366), 9),
        ("Matched", json!(-1), 9),
        ("Matched", json!(null), 9),
        ("Matched", json!(1), 259_201),
    ] {
        assert_eq!(with(result, age.clone(), seconds), Some(Status::NotMet), "{result} {age} {seconds}");
    }
    assert_eq!(status(Vec::new()), Some(Status::NotMet));
}

fn present(resource: Resource) -> Observed {
    Observed::Present(Actual { resource, arn: String::new() })
}

fn red(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| finding.status == Status::NotMet).map(|finding| finding.id).collect()
}

/// What is judged by resources of the Environment alone.
const OF_HOME: [Part; 10] = [
    Part::PublicAccessBlock,
    Part::SnapshotBlock,
    Part::PasswordPolicy,
    Part::Detection,
    Part::GuardDuty,
    Part::ConfigRecorder,
    Part::Audit,
    Part::Alarms,
    Part::ClusterLog,
    Part::People,
];

fn of_home(part: Part) -> bool {
    OF_HOME.contains(&part)
}

/// By the tenant's own resources, and by those of its Environment where these are among the parts.
fn managed(parts: &[Part]) -> Vec<&'static str> {
    let is_managed = |basis: Basis| matches!(basis, Basis::Managed { part, .. } if !of_home(part) || parts.contains(&part));
    safeguards().filter(|safeguard| is_managed(safeguard.basis)).map(|safeguard| safeguard.id).collect()
}

#[test]
fn what_is_as_declared_is_met_but_for_what_the_manifest_leaves_out() {
    // The example's bucket has no Object Lock.
    let found = findings(&desired(), |_, want| Some(present(want.clone())));
    assert_eq!(red(&found), ["S8"]);
    for finding in found.iter().filter(|finding| finding.status == Status::Met) {
        assert!(
            !finding.proofs.is_empty() && finding.proofs.iter().all(|proof| proof.holds),
            "{}",
            finding.id
        );
    }
}

#[test]
fn nothing_observed_is_never_met() {
    let unreadable = Fault {
        service: "kms",
        operation: "GetKeyPolicy",
        code: "AccessDeniedException".into(),
        class: FaultClass::Denied,
    };
    let sights = [
        None,
        Some(Observed::Absent),
        Some(Observed::Foreign { owner: "somebody".into(), actual: None }),
        Some(Observed::Changing { what: "being made".into() }),
        Some(Observed::Unreadable(unreadable)),
    ];
    for sight in sights {
        assert_eq!(red(&findings(&desired(), |_, _| sight.clone())), managed(&[]), "{sight:?}");
    }
    let mut declared = Parts::from([Part::Buckets, Part::Warehouse, Part::Nodes, Part::Apps, Part::Copies]);
    declared.extend(OF_HOME);
    assert_eq!(red(&judge(&scene(vec![], declared), &[]).0), managed(&OF_HOME));
}

#[test]
fn what_is_not_declared_does_not_apply_and_what_always_applies_is_not_met() {
    let found = judge(&scene(vec![], Parts::new()), &[]).0;
    let status = |id: &str| found.iter().find(|finding| finding.id == id).map(|finding| finding.status);
    assert_eq!(status("R1"), Some(Status::NotApplicable));
    assert_eq!(status("E1"), Some(Status::NotApplicable));
    assert_eq!(status("S3"), Some(Status::NotApplicable));
    assert_eq!(status("I6"), Some(Status::NotOurs));
    assert_eq!(status("T1"), Some(Status::NotManaged));
    assert_eq!(status("W2"), Some(Status::NotManaged));
    assert_eq!(status("K1"), Some(Status::NotMet));
    assert_eq!(status("I1"), Some(Status::NotMet));
}

/// Declared and found alike, but less than the safeguard demands.
#[test]
fn what_is_declared_too_weak_is_red_without_any_drift() {
    let mut weak = desired();
    for want in weak.values_mut() {
        match &mut want.resource {
            Resource::Key(key) => key.rotation.period_days = 2560,
            Resource::Cluster(cluster) => {
                "dev".clone_into(&mut cluster.database);
                "awsuser".clone_into(&mut cluster.admin);
                cluster.snapshot_retention_days = 1;
                cluster.publicly_accessible = true;
            }
            Resource::LaunchTemplate(template) => template.tenancy = String::new(),
            Resource::LogGroup(group) => group.retention_days = Some(30),
            _ => {}
        }
    }
    let found = findings(&weak, |_, want| Some(present(want.clone())));
    assert_eq!(red(&found), ["S8", "K1", "R4", "R5", "R8", "E10", "W1"]);
}

#[test]
fn user_data_is_judged_and_never_shown() {
    let found = findings(&desired(), |_, want| {
        let mut resource = want.clone();
        if let Resource::LaunchTemplate(template) = &mut resource {
            "password=hunter2".clone_into(&mut template.user_data);
        }
        Some(present(resource))
    });
    assert_eq!(red(&found), ["S8", "E11"]);
    assert!(!serde_json::to_string(&found).expect("a report").contains("hunter2"));
}

#[test]
fn of_an_environment_alone_only_its_own_is_judged() {
    let scene = Scene { about: Of::Environment, ..scene(vec![], Parts::from([Part::Audit])) };
    let found = judge(&scene, &[]).0;
    let status = |id: &str| found.iter().find(|finding| finding.id == id).map(|finding| finding.status);
    // The trail is its own, roles are tenants'; of keys it has none here to be judged by.
    assert_eq!(status("T1"), Some(Status::NotMet));
    assert_eq!(status("I1"), Some(Status::NotApplicable));
    assert_eq!(status("I3"), Some(Status::NotOurs));
}

#[test]
fn a_demand_of_a_part_is_made_only_where_that_is_declared() {
    let signing = |parts: Parts| {
        let found = judge(&scene(vec![], parts), &[]).0;
        let trail = found.into_iter().find(|finding| finding.id == "T2");
        trail.is_some_and(|one| one.proofs.iter().any(|proof| proof.resource == "signing-key/*"))
    };
    assert!(!signing(Parts::from([Part::Audit])));
    assert!(signing(Parts::from([Part::Audit, Part::Evidence])));
}
