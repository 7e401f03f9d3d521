//! Rules in other regions, which send home what CloudTrail tells there: of IAM, whose events are in one region of a
//! partition, and of what lies in the recovery region.
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::events::{pattern, tags};
use super::{Account, Inputs, partition};
use crate::document::{Document, Statement};
use crate::name;
use crate::ownership::Owner;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{EventRule, EventTarget, Policy, Resource, ResourceId, Role};

/// Where else than at home something happens that touches an environment.
#[must_use]
pub fn event_regions(home: &str, recovery: Option<&str>) -> BTreeSet<String> {
    let all = [Some(of_global_services(home)), recovery];
    all.into_iter().flatten().filter(|region| *region != home).map(str::to_owned).collect()
}

/// Where the partition's IAM tells of its calls.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>
fn of_global_services(region: &str) -> &'static str {
    match partition(region) {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-north-1",
        _ => "us-east-1",
    }
}

/// Its rule there.
#[must_use]
pub fn forwarding_rule(region: &str, owner: &Owner) -> String {
    name::forwarding_rule(region, &owner.uid)
}

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account, fate: Fate) -> DesiredSet {
    let regions = event_regions(&account.region, account.recovery_region.as_deref());
    if regions.is_empty() {
        return DesiredSet::new();
    }
    let name = name::forwarder(inputs.name, &inputs.owner.uid);
    let (policy, role) = (ResourceId::Policy(name.clone()), ResourceId::Role(name.clone()));
    let sends = |region: &String| {
        let id = ResourceId::ForwardingRule {
            region: region.clone(),
            name: forwarding_rule(region, inputs.owner),
        };
        (id, Resource::EventRule(forwarding(inputs, account, region, &name)), Some(role.clone()))
    };
    let rules = regions.iter().map(sends);
    let sender = sender(inputs, account, &regions, &name);
    let may_send = Resource::Policy(Policy { document: Some(document(account)) });
    let all = [(policy.clone(), may_send, None), (role.clone(), Resource::Role(sender), Some(policy))];
    let want = |(id, resource, needs): (ResourceId, Resource, Option<ResourceId>)| {
        (id, Desired { resource, fate, needs: needs.into_iter().collect(), adopt: false })
    };
    all.into_iter().chain(rules).map(want).collect()
}

/// Only what happened there: what others send into that region is not sent on, so that nothing goes in circles.
fn forwarding(inputs: &Inputs<'_>, account: &Account, region: &str, role: &str) -> EventRule {
    let mut pattern = pattern(inputs, account);
    pattern["region"] = json!([region]);
    let target = EventTarget { arn: bus(account), role: Some(account.role_arn(role)) };
    EventRule {
        pattern,
        state: "ENABLED".into(),
        targets: BTreeMap::from([("cloister".to_owned(), target)]),
        tags: tags(inputs, account, "forwarding-rule"),
    }
}

/// The environment's own, for a queue in another region is no target.
fn bus(account: &Account) -> String {
    account.event_arn_in(&account.region, "event-bus/default")
}

/// What it may is little enough to be its boundary too.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html>
fn sender(inputs: &Inputs<'_>, account: &Account, regions: &BTreeSet<String>, name: &str) -> Role {
    let rule = |region: &String| {
        account.event_arn_in(region, &format!("rule/{}", forwarding_rule(region, inputs.owner)))
    };
    let trust = Statement::allow(["sts:AssumeRole"])
        .principal("Service", "events.amazonaws.com")
        .when("StringEquals", "aws:SourceAccount", [account.id.clone()])
        .when("ArnEquals", "aws:SourceArn", regions.iter().map(rule));
    Role {
        trust: Some(Document::new([("OurRules", trust)])),
        boundary: account.policy_arn(name),
        attached: BTreeSet::from([account.policy_arn(name)]),
        inline: BTreeSet::new(),
        tags: tags(inputs, account, "role/forwarder"),
    }
}

fn document(account: &Account) -> Document {
    Document::new([("SendHome", Statement::allow(["events:PutEvents"]).on([bus(account)]))])
}
