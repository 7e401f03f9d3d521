//! Whether a call touched a resource, and whose doing a difference is.

use cloister_crds::events::ChangedBy;
use cloister_crds::status::{DriftRecord, ResourceStatus};

use super::Call;
use super::call::last_part;

/// That a call touched a resource of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// As the object's status names it.
    pub resource: String,
    pub call: String,
    /// Seconds since 1970.
    pub at: i64,
    pub by: ChangedBy,
}

/// Whether the call was about this resource.
#[must_use]
pub fn touches(call: &Call, resource: &ResourceStatus) -> bool {
    let Some((kind, name)) = resource.id.split_once('/') else { return false };
    if let Some(calls) = of_account(kind) {
        return calls.contains(&call.name.as_str());
    }
    if service(kind).is_none_or(|service| call.service != service && call.service != TAGGING) {
        return false;
    }
    let arn = resource.arn.as_deref();
    let names = [Some(name), arn, arn.and_then(last_part)];
    names.into_iter().flatten().any(|name| call.named.contains(name))
}

/// Tags of anything by its ARN.
const TAGGING: &str = "tagging";

/// Whose calls change a kind of resource; none where what it holds changes without calls, as a database does.
fn service(kind: &str) -> Option<&str> {
    match kind {
        "log-group" => Some("logs"),
        "cloudwatch-alarm" => Some("monitoring"),
        "replica-bucket" => Some("s3"),
        "recovery-kms-key" | "audit-key" | "signing-key" => Some("kms"),
        "eventbridge-rule" | "forwarding-rule" => Some("events"),
        "trail" => Some("cloudtrail"),
        "flow-log" => Some("ec2"),
        "kms-key"
        | "dynamodb-table"
        | "iam-policy"
        | "iam-role"
        | "iam-instance-profile"
        | "sqs-queue"
        | "s3-bucket"
        | "ec2-launch-template"
        | "redshift-cluster"
        | "redshift-parameter-group"
        | "redshift-subnet-group"
        | "redshift-snapshot-copy-grant" => kind.split('-').next(),
        _ => None,
    }
}

/// Settings of an account have no names; their calls have.
fn of_account(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "account-public-access-block" => {
            Some(&["PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"])
        }
        "ebs-encryption" => Some(&["DisableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId"]),
        "snapshot-block-public-access" => {
            Some(&["DisableSnapshotBlockPublicAccess", "EnableSnapshotBlockPublicAccess"])
        }
        "password-policy" => Some(&["UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy"]),
        "guardduty-detector" => Some(&["CreateDetector", "DeleteDetector", "UpdateDetector"]),
        "config-recorder" => Some(&[
            "DeleteConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutConfigurationRecorder",
            "PutDeliveryChannel",
            "StopConfigurationRecorder",
        ]),
        _ => None,
    }
}

/// How long before a difference was found the call may have been that made it, in seconds.
const BEFORE: i64 = 3600;
/// The clocks of AWS and of the operator need not agree.
const SKEW: i64 = 5;

/// The newest call that touched the resource before the difference was found, and after the field was mended last; if
/// there are several, one that is named after the field. Of a bucket no other.
#[must_use]
pub fn author(record: &DriftRecord, earlier: &[DriftRecord], touches: &[Touch]) -> Option<ChangedBy> {
    let found = seconds(&record.found_at)?;
    let same = |r: &&DriftRecord| (&r.resource, &r.path) == (&record.resource, &record.path);
    // Times are of a second: a call may be as old as the end of what it did.
    let known = |t: &Touch| earlier.iter().filter(same).any(|r| r.changed_by.as_ref() == Some(&t.by));
    let mended = earlier.iter().filter(same).filter_map(|r| seconds(r.mended_at.as_deref()?)).max();
    let since = mended.unwrap_or(i64::MIN).max(found - BEFORE);
    let part = record.path.split('.').next().unwrap_or_default().to_lowercase();
    let part = part.strip_suffix('s').unwrap_or(&part);
    let is_named = |t: &Touch| !part.is_empty() && t.call.to_lowercase().contains(part);
    // Each part of a bucket has calls of its own, named after it; the event of one may be on its way still.
    let is_of_one = record.resource.starts_with("s3-bucket/") && !part.is_empty();
    let may_be = |t: &&Touch| {
        let in_time = t.at <= found + SKEW && t.at >= since;
        t.resource == record.resource && in_time && !known(t) && (!is_of_one || is_named(t))
    };
    let mut candidates: Vec<&Touch> = touches.iter().filter(may_be).collect();
    candidates.sort_by_key(|t| (is_named(t), t.at));
    candidates.last().map(|touch| touch.by.clone())
}

/// A time in status, in seconds since 1970.
#[must_use]
pub fn seconds(at: &str) -> Option<i64> {
    at.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn by(call: &str) -> ChangedBy {
        let text = |s: &str| s.to_owned();
        let at = text("2026-11-28T16:00:00Z");
        ChangedBy {
            identity: text("ann"),
            source_address: text(""),
            call: text(call),
            request_id: text(""),
            at,
        }
    }

    fn call(service: &str, name: &str, named: &[&str]) -> Call {
        Call {
            id: "e".into(),
            account: "222222222222".into(),
            region: "us-east-1".into(),
            service: service.into(),
            name: name.into(),
            at: 1_000_000,
            by: by(name),
            named: named.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>(),
        }
    }

    fn resource(id: &str, arn: Option<&str>) -> ResourceStatus {
        ResourceStatus { id: id.into(), arn: arn.map(str::to_owned), state: "Ready".into() }
    }

    #[test]
    fn a_resource_is_touched_by_its_name_its_arn_and_its_id() {
        let arn = "arn:aws:kms:us-east-1:222222222222:key/1234";
        let key = resource("kms-key/alias/cloister/acme", Some(arn));
        for named in ["alias/cloister/acme", arn, "1234"] {
            assert!(touches(&call("kms", "DisableKey", &[named]), &key), "{named}");
        }
        assert!(!touches(&call("kms", "DisableKey", &["5678"]), &key));
        assert!(!touches(&call("s3", "PutBucketPolicy", &["1234"]), &key));
        assert!(touches(&call("tagging", "UntagResources", &[arn]), &key));
    }

    #[test]
    fn what_a_database_holds_changes_without_such_calls() {
        let database = resource("redshift-database/cloister-acme/acme", None);
        assert!(!touches(&call("redshift-data", "ExecuteStatement", &["acme"]), &database));
    }

    fn record(path: &str) -> DriftRecord {
        DriftRecord {
            resource: "s3-bucket/b".into(),
            path: path.into(),
            was: String::new(),
            now: String::new(),
            remedy: "Pending".into(),
            found_at: "1970-01-12T13:46:45Z".into(), // 1,000,005
            mended_at: None,
            changed_by: None,
            recorded_at: None,
        }
    }

    fn touch(call: &str, at: i64) -> Touch {
        Touch { resource: "s3-bucket/b".into(), call: call.into(), at, by: by(call) }
    }

    #[test]
    fn a_difference_is_the_doing_of_the_call_that_is_named_after_it_or_of_the_newest() {
        let touched = [touch("PutBucketVersioning", 1_000_001), touch("PutBucketPolicy", 1_000_003)];
        let author = |path: &str| author(&record(path), &[], &touched).map(|by| by.call);
        assert_eq!(author("versioning").as_deref(), Some("PutBucketVersioning"));
        assert_eq!(author("policy.AllowAll").as_deref(), Some("PutBucketPolicy"));
        assert_eq!(author("encryption.algorithm"), None);
    }

    #[test]
    fn what_came_after_it_was_found_or_long_before_is_not_its_cause() {
        for at in [1_000_020, 1_000_005 - BEFORE - 1] {
            assert_eq!(author(&record("versioning"), &[], &[touch("PutBucketVersioning", at)]), None);
        }
    }

    #[test]
    fn what_was_mended_since_is_not_its_doing() {
        let earlier = DriftRecord { mended_at: Some("1970-01-12T13:46:43Z".into()), ..record("versioning") };
        let author = |at| {
            author(&record("versioning"), std::slice::from_ref(&earlier), &[touch("PutBucketVersioning", at)])
        };
        assert_eq!((author(1_000_001), author(1_000_004).is_some()), (None, true));
    }
}
