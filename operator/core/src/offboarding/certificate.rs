//! The certificate of destruction: 45 CFR 164.310(d)(2)(i) asks for a policy of final disposition, NIST SP 800-88 for the record.

use cloister_crds::offboarding::{BucketRecord, Certificate, OffboardingStatus};
use serde_json::Value;

use super::Seen;
use super::stages::bucket_id;
use crate::name::digits;
use crate::observed::{Actual, Observed};
use crate::resource::{Resource, ResourceId};

const SOURCES: [&str; 3] = [
    "45 CFR 164.310(d)(2)(i): final disposition of electronic protected health information",
    "NIST SP 800-88: sanitization by cryptographic erase, where all copies of the key are destroyed",
    "45 CFR 164.316(b)(2)(i): what is kept for six years",
];

/// What was destroyed, by the status as it stands at the end.
#[must_use]
pub fn certify(status: &OffboardingStatus, seen: &Seen<'_>) -> Certificate {
    let mut certificate = Certificate {
        tenant: seen.name.to_owned(),
        uid: seen.uid.to_owned(),
        display_name: seen.spec.display_name.clone(),
        environment: seen.account.environment.clone(),
        account: seen.account.id.clone(),
        region: seen.account.region.clone(),
        issued_at: seen.now.to_owned(),
        approval: status.approval.clone(),
        destroyed: status.destroyed.clone(),
        buckets: status.buckets.clone(),
        warehouse: status.warehouse.clone(),
        keys: status.keys.clone(),
        kept: kept(status, seen),
        methods: methods(status),
        sources: SOURCES.map(String::from).into(),
        digest: String::new(),
    };
    certificate.digest = digest(&certificate);
    certificate
}

/// As it is kept elsewhere: the certificate's own JSON, with its digest.
#[must_use]
pub fn json(certificate: &Certificate) -> Value {
    serde_json::to_value(certificate).unwrap_or_default()
}

/// Anybody can compute it again: serde_json sorts the keys of a value.
fn digest(certificate: &Certificate) -> String {
    let mut value = json(certificate);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("digest");
    }
    digits(&value.to_string(), 64)
}

fn kept(status: &OffboardingStatus, seen: &Seen<'_>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for (id, observed) in seen.observed {
        if let (
            ResourceId::LogGroup(name),
            Observed::Present(Actual { resource: Resource::LogGroup(group), .. }),
        ) = (id, observed)
        {
            let audited = seen.account.audit_key.is_some() && group.kms_key == seen.account.audit_key;
            let under = if audited {
                "it is encrypted with the key of the Environment's records, and stays readable"
            } else {
                "it was encrypted with the destroyed key, so what was logged cannot be read any more"
            };
            kept.push(format!("log-group/{name}: until its retention of six years ends; {under}"));
        }
    }
    kept.push(format!(
        "s3-bucket/{} under s3/{}/: access logs of its buckets, until their retention of six years or more ends",
        seen.account.log_bucket, seen.name
    ));
    kept.extend(status.buckets.iter().filter(|bucket| bucket.locked > 0).map(locked));
    if seen.spec.warehouse.as_ref().is_some_and(|warehouse| warehouse.shared) {
        kept.push(
            "snapshots of the Environment's shared warehouse, which held the dropped database, until Redshift expires \
             them; they are under the Environment's key"
                .to_owned(),
        );
    }
    kept
}

fn locked(bucket: &BucketRecord) -> String {
    format!(
        "{}: {} versions that Object Lock holds, until their retention ends; unreadable, since their key is destroyed",
        bucket_id(bucket),
        bucket.locked
    )
}

/// How, for the kinds of things that there were.
fn methods(status: &OffboardingStatus) -> Vec<String> {
    let all = [
        ("namespace/", "namespace: deleted with its pods and all objects in it"),
        (
            "s3-bucket/",
            "s3-bucket: all versions, delete markers and unfinished uploads deleted, then the bucket",
        ),
        (
            "replica-bucket/",
            "replica-bucket: copies of objects in the recovery region, deleted as the objects were",
        ),
        ("sqs-queue/", "sqs-queue: deleted with its messages"),
        (
            "redshift-cluster/",
            "redshift-cluster: its manual snapshots deleted in both regions, then deleted without a final snapshot; \
             copies of automated snapshots in the recovery region expire, and are under the destroyed recovery key",
        ),
        (
            "redshift-database/",
            "redshift-database: dropped with all that was in it; then the tenant's roles, groups and users in the cluster",
        ),
        ("iam-", "iam: roles, policies and profiles deleted"),
        ("ec2-launch-template/", "ec2-launch-template: deleted after its last instance"),
    ];
    let was_there = |kind: &str| status.destroyed.iter().any(|gone| gone.id.starts_with(kind));
    let mut methods: Vec<String> =
        all.iter().filter(|(kind, _)| was_there(kind)).map(|(_, how)| (*how).to_owned()).collect();
    if !status.keys.is_empty() {
        methods.push(
            "kms-key: deleted by KMS after its waiting period, which makes all copies of what was encrypted with it \
             unreadable (cryptographic erase)"
                .to_owned(),
        );
    }
    methods
}
