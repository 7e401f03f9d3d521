//! The log group into which the trail also writes, where alarms can watch it, and the role by which it does.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html>

use std::collections::BTreeSet;

use super::super::{Account, Inputs};
use super::bucket::RETENTION_DAYS;
use super::{kept, tags};
use crate::document::{Document, Statement};
use crate::name;
use crate::plan::DesiredSet;
use crate::resource::{LogGroup, Policy, Resource, ResourceId, Role};

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account, key: &ResourceId) -> DesiredSet {
    let (name, group) = names(inputs);
    let (policy, role) = (ResourceId::Policy(name.clone()), ResourceId::Role(name.clone()));
    let logs = ResourceId::LogGroup(group.clone());
    let may_write = Resource::Policy(Policy { document: Some(document(account, &group)) });
    let all = [
        (logs, Resource::LogGroup(log_group(inputs, account)), vec![key.clone()]),
        (policy.clone(), may_write, vec![]),
        (role, Resource::Role(writer(inputs, account, &name)), vec![policy]),
    ];
    all.into_iter().map(|(id, resource, needs)| (id.clone(), kept(inputs, &id, resource, needs))).collect()
}

/// Of role and policy, and of the log group.
fn names(inputs: &Inputs<'_>) -> (String, String) {
    let (environment, uid) = (inputs.name, &inputs.owner.uid);
    (name::trail_role(environment, uid), name::trail_logs(environment, uid))
}

fn log_group(inputs: &Inputs<'_>, account: &Account) -> LogGroup {
    LogGroup {
        kms_key: account.audit_key.clone(),
        retention_days: Some(RETENTION_DAYS),
        tags: tags(inputs, account, "trail-logs"),
    }
}

/// What it may is little enough to be its boundary too. That CloudTrail says for which trail it takes on a role is
/// nowhere written, so that the trust rests on no condition.
fn writer(inputs: &Inputs<'_>, account: &Account, name: &str) -> Role {
    let trust = Statement::allow(["sts:AssumeRole"]).principal("Service", "cloudtrail.amazonaws.com");
    Role {
        trust: Some(Document::new([("CloudTrail", trust)])),
        boundary: account.policy_arn(name),
        attached: BTreeSet::from([account.policy_arn(name)]),
        inline: BTreeSet::new(),
        tags: tags(inputs, account, "role/trail"),
    }
}

/// CloudTrail writes into streams that begin with the account.
fn document(account: &Account, group: &str) -> Document {
    let streams =
        account.log_group_arn(&format!("{group}:log-stream:{}_CloudTrail_{}*", account.id, account.region));
    let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on([streams]);
    Document::new([("WriteRecords", write)])
}
