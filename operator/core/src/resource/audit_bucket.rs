//! The bucket of the audit account. Several Environments write into it, so it is none's: its tags say only what it is, and
//! of its policy each Environment minds its own statements and leaves those of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bucket, BucketStep, ObjectLock, Step};
use crate::document::{Document, Statement};

/// Sid of the statement that keeps the bucket's own safeguards from being lowered, for the operator too.
pub const GUARD: &str = "DenyLowering";

/// What lets one trail write, by Sids of its own.
#[must_use]
pub fn delivery(bucket_arn: &str, trail_arn: &str) -> BTreeMap<String, Statement> {
    writes(bucket_arn, trail_arn, ["TrailLooks", "TrailWrites"], |allow, _| {
        allow.principal("Service", "cloudtrail.amazonaws.com").when(
            "StringEquals",
            "aws:SourceArn",
            [trail_arn],
        )
    })
}

/// What lets the flow logs of one account and region be delivered, by Sids of its own: `logs_arn` is
/// `arn:…:logs:REGION:ACCOUNT:*`. <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html>
#[must_use]
pub fn flow_delivery(bucket_arn: &str, logs_arn: &str) -> BTreeMap<String, Statement> {
    writes(bucket_arn, logs_arn, ["FlowsLook", "FlowsWrite"], |allow, account| {
        allow
            .principal("Service", "delivery.logs.amazonaws.com")
            .when("StringEquals", "aws:SourceAccount", [account])
            .when("ArnLike", "aws:SourceArn", [logs_arn])
    })
}

/// Where in the bucket doors write who saw what.
pub const ACCESS_LOGS: &str = "app-access/";

/// Doors of the tenants of an account, by the names of their roles; `*` is any account.
#[must_use]
pub fn doors(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:role/cloister/cloister-*-door-*")
}

/// What lets the doors of one Environment put access logs, by a Sid of its own: new objects, under the key of its records
/// where they name any. Each one's role and boundary say under which tenant's prefix.
#[must_use]
pub fn door_delivery(bucket_arn: &str, key_arn: &str) -> BTreeMap<String, Statement> {
    let parts: Vec<&str> = key_arn.split(':').collect();
    let ["arn", partition, "kms", _, account, _] = parts[..] else { return BTreeMap::new() };
    let put = Statement::allow(["s3:PutObject"])
        .principal("AWS", format!("arn:{partition}:iam::{account}:root"))
        .on([format!("{bucket_arn}/{ACCESS_LOGS}*")])
        .when("ArnLike", "aws:PrincipalArn", [doors(partition, account)])
        .when("Null", "s3:if-none-match", ["false"])
        .when("StringEqualsIfExists", NAMED_KEY, [key_arn]);
    BTreeMap::from([(format!("DoorsWrite{}", crate::name::digits(key_arn, 8)), put)])
}

/// The key that a request names for an object.
const NAMED_KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/// A service looks whose the bucket is, then writes under the account that it writes for; `only` says who, and for whom.
fn writes(
    bucket_arn: &str,
    source_arn: &str,
    sids: [&str; 2],
    only: impl Fn(Statement, &str) -> Statement,
) -> BTreeMap<String, Statement> {
    let account = source_arn.split(':').nth(4).unwrap_or_default();
    let look = Statement::allow(["s3:GetBucketAcl"]).on([bucket_arn]);
    let put = Statement::allow(["s3:PutObject"]).on([format!("{bucket_arn}/AWSLogs/{account}/*")]).when(
        "StringEquals",
        "s3:x-amz-acl",
        ["bucket-owner-full-control"],
    );
    let mark = crate::name::digits(source_arn, 8);
    let named = sids.map(|sid| format!("{sid}{mark}"));
    named.into_iter().zip([look, put].map(|statement| only(statement, account))).collect()
}

/// What is wanted beside what other Environments want: their trails, flow logs and doors write, and a longer retention stays.
pub(super) fn given(want: &Bucket, have: &Bucket) -> Bucket {
    let mut want = want.clone();
    if let (Some(policy), Some(have)) = (&mut want.policy, &have.policy) {
        let others = have.0.iter().filter(|(sid, statement)| is_delivery(policy, sid, statement));
        let others: Vec<_> = others.map(|(sid, statement)| (sid.clone(), statement.clone())).collect();
        policy.0.extend(others);
    }
    if let (Some(lock), Some(have)) = (&mut want.object_lock, &have.object_lock) {
        *lock = longer(lock, have);
    }
    want
}

/// Whether it is just what lets a trail of Cloister's write, an account's flow logs or its doors, and is said of them not otherwise.
fn is_delivery(own: &Document, sid: &str, statement: &Statement) -> bool {
    let of = |operator: &str, key: &str| {
        statement.condition.get(operator).and_then(|keys| keys.get(key)).and_then(BTreeSet::first)
    };
    let source = of("StringEquals", "aws:SourceArn").or_else(|| of("ArnLike", "aws:SourceArn"));
    let Some(source) = source.or_else(|| of("StringEqualsIfExists", NAMED_KEY)) else { return false };
    let Some(bucket) = own.0.get(GUARD).and_then(|guard| guard.resource.first()) else { return false };
    let parts: Vec<&str> = source.split(':').collect();
    let known = match parts[..] {
        ["arn", _, "cloudtrail", _, account, name]
            if account.len() == 12 && name.starts_with("trail/cloister-") =>
        {
            delivery(bucket, source)
        }
        ["arn", _, "logs", _, account, "*"] if account.len() == 12 => flow_delivery(bucket, source),
        ["arn", _, "kms", _, account, _] if account.len() == 12 => door_delivery(bucket, source),
        _ => return false,
    };
    !own.0.contains_key(sid) && known.get(sid) == Some(statement)
}

fn longer(want: &ObjectLock, have: &ObjectLock) -> ObjectLock {
    let is_longer = have.mode == want.mode && have.days > want.days;
    if is_longer { have.clone() } else { want.clone() }
}

pub(super) fn create(want: &Bucket) -> Vec<Step> {
    want.create().into_iter().map(|step| whole(want, step)).collect()
}

/// It is never closed while it is mended, or records would be turned away. What keeps its safeguards from being
/// lowered would keep them from being mended too, and is lifted meanwhile.
pub(super) fn repair(want: &Bucket, parts: &BTreeSet<&str>) -> Vec<Step> {
    let mut steps: Vec<BucketStep> =
        Bucket::repair(parts).into_iter().filter(|step| *step != BucketStep::Quarantine).collect();
    if parts.contains("objectLock") || parts.contains("versioning") {
        let mut open = want.policy.clone().unwrap_or_default();
        open.0.remove(GUARD);
        steps.insert(0, BucketStep::PutDocument(open));
        if !parts.contains("policy") {
            steps.push(BucketStep::PutPolicy);
        }
    }
    steps.into_iter().map(|step| whole(want, step)).collect()
}

/// The policy goes with the step, since it is more than what this Environment declares.
fn whole(want: &Bucket, step: BucketStep) -> Step {
    match (step, &want.policy) {
        (BucketStep::PutPolicy, Some(policy)) => Step::Bucket(BucketStep::PutDocument(policy.clone())),
        (step, _) => Step::Bucket(step),
    }
}
