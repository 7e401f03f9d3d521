//! When a tenant that leaves for good goes on to the next stage, and what its certificate says.

#![allow(clippy::expect_used)]

use std::collections::BTreeMap;

use cloister_core::conclude::Emptied;
use cloister_core::environment::Account;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::offboarding::{Seen, advance, destruction, json};
use cloister_core::resource::ResourceId;
use cloister_crds::ClientTenantSpec;
use cloister_crds::offboarding::{Approval, BucketRecord, OffboardingStatus, Stage};
use cloister_crds::status::ResourceStatus;
use serde_json::json;

const BUCKET: &str = "acme-inbox-1";

fn spec(offboarding: &serde_json::Value) -> ClientTenantSpec {
    let spec = json!({
        "environment": "production", "displayName": "Acme", "contacts": [], "offboarding": offboarding,
    });
    serde_json::from_value(spec).expect("a spec")
}

fn account() -> Account {
    let spec = json!({
        "accountId": "222222222222", "roleArn": "arn:aws:iam::222222222222:role/Provisioner", "externalId": "x",
        "region": "us-east-1", "network": { "vpcId": "v", "subnetIds": [], "securityGroupIds": [] },
        "uploadPrincipal": "u", "workloadIssuer": "https://i", "audit": { "accountId": "4", "bucket": "b" },
    });
    Account::new("production", &serde_json::from_value(spec).expect("an environment"))
}

struct Pass<'a> {
    now: &'a str,
    open: &'a [String],
    exported: bool,
    emptied: Option<Emptied>,
    observed: ObservedSet,
}

impl Default for Pass<'_> {
    fn default() -> Self {
        let (emptied, observed) = (None, ObservedSet::new());
        Self { now: "2030-01-01T00:00:00Z", open: &[], exported: false, emptied, observed }
    }
}

fn next(
    spec: &ClientTenantSpec,
    previous: Option<&OffboardingStatus>,
    pass: &Pass<'_>,
) -> Option<OffboardingStatus> {
    let record = BucketRecord { name: BUCKET.into(), listed: 2, ..BucketRecord::default() };
    let ready = |id: &str| ResourceStatus { id: id.into(), arn: None, state: "Leaving".into() };
    advance(
        previous,
        &Seen {
            name: "acme",
            uid: "uid",
            spec,
            account: &account(),
            now: pass.now,
            approval: Approval { tenant: "acme".into(), ..Approval::default() },
            open: pass.open,
            exported: pass.exported.then(|| vec![record]),
            warehouse: None,
            emptied: &pass
                .emptied
                .map(|emptied| (ResourceId::Bucket(BUCKET.into()), emptied))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            observed: &pass.observed,
            before: &[ready(&format!("s3-bucket/{BUCKET}")), ready("kms-key/alias/cloister/acme")],
        },
    )
}

fn waiting(spec: &ClientTenantSpec) -> OffboardingStatus {
    let closing = next(spec, None, &Pass::default());
    let exporting = next(spec, closing.as_ref(), &Pass::default());
    next(spec, exporting.as_ref(), &Pass { exported: true, ..Pass::default() }).expect("it waits")
}

#[test]
fn only_its_own_name_approves() {
    assert_eq!(next(&spec(&json!({ "approval": "another" })), None, &Pass::default()), None);
    let begun = next(&spec(&json!({ "approval": "acme" })), None, &Pass::default());
    assert_eq!(begun.map(|status| status.stage), Some(Stage::Closing));
}

#[test]
fn what_is_open_holds_it_up_and_the_days_are_counted_from_the_recorded_time() {
    let spec = spec(&json!({ "approval": "acme", "waitingDays": 7 }));
    let closing = next(&spec, None, &Pass::default());
    let held = next(&spec, closing.as_ref(), &Pass { open: &["a run".into()], ..Pass::default() });
    assert_eq!(held.map(|status| status.stage), Some(Stage::Closing));
    let status = waiting(&spec);
    assert_eq!(status.destroy_at.as_deref(), Some("2030-01-08T00:00:00Z"));
    let stage = |since: &str, now| {
        let status = OffboardingStatus { since: since.into(), ..status.clone() };
        next(&spec, Some(&status), &Pass { now, ..Pass::default() }).map(|status| status.stage)
    };
    assert_eq!(stage(&status.since, "2030-01-07T23:59:59Z"), Some(Stage::Waiting));
    assert_eq!(stage(&status.since, "2030-01-08T00:00:00Z"), Some(Stage::Destroying));
    assert_eq!(stage("long ago", "2030-01-08T00:00:00Z"), Some(Stage::Waiting));
}

#[test]
fn withdrawn_in_time_nothing_is_left_of_it_and_later_nothing_goes_on() {
    let (wanted, withdrawn) = (spec(&json!({ "approval": "acme" })), spec(&json!(null)));
    let status = waiting(&wanted);
    assert_eq!(next(&withdrawn, Some(&status), &Pass::default()), None);
    assert_eq!(destruction(&wanted, Some(&status)), None);
    let begun = OffboardingStatus { stage: Stage::Destroying, ..status };
    assert_eq!(next(&withdrawn, Some(&begun), &Pass::default()).as_ref(), Some(&begun));
    assert_eq!(destruction(&withdrawn, Some(&begun)), None);
    assert!(destruction(&wanted, Some(&begun)).is_some_and(|destruction| !destruction.keys));
}

#[test]
fn the_keys_go_last_and_the_certificate_tells_of_what_was_held() {
    let spec = spec(&json!({ "approval": "acme" }));
    let begun = OffboardingStatus { stage: Stage::Destroying, ..waiting(&spec) };
    let emptied = Some(Emptied { deleted: 5, locked: 1, more: false });
    let held = next(&spec, Some(&begun), &Pass { open: &["it".into()], emptied, ..Pass::default() });
    let kept = destruction(&spec, held.as_ref()).map(|destruction| destruction.locked);
    assert_eq!(kept, Some([ResourceId::Bucket(BUCKET.into())].into()));
    let shredding = next(&spec, held.as_ref(), &Pass::default());
    assert_eq!(shredding.as_ref().map(|status| status.stage), Some(Stage::Shredding));
    let key = ResourceId::Key("alias/cloister/acme".into());
    let unread = ObservedSet::from([(key.clone(), Observed::Changing { what: "it".into() })]);
    let there = next(&spec, shredding.as_ref(), &Pass { observed: unread, ..Pass::default() });
    assert_eq!(there.map(|status| status.stage), Some(Stage::Shredding));
    let gone = ObservedSet::from([(key, Observed::Absent)]);
    let destroyed = next(&spec, shredding.as_ref(), &Pass { observed: gone, ..Pass::default() });
    let certificate = destroyed.and_then(|status| status.certificate).expect("a certificate");
    assert!(certificate.kept.iter().any(|kept| kept.contains(BUCKET)));
    assert_eq!(json(&certificate)["digest"].as_str().map(str::len), Some(64));
}
