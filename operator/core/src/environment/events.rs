//! The feed of events: a rule of EventBridge, and the queue that the operator listens to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Account, Inputs, audit_key, forwarding};
use crate::document::{Document, Statement};
use crate::name;
use crate::ownership::{ENVIRONMENT, Owner};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    EventRule, EventTarget, KEY_NOT_KNOWN_YET, Queue, Redrive, Resource, ResourceId, Tags,
};

/// Where the events of an environment are heard.
#[must_use]
pub fn event_queue(environment: &str, owner: &Owner) -> String {
    name::events(environment, &owner.uid)
}

/// An event is received three times at most: what is not understood then is none.
const RECEIVES: i32 = 3;
/// A late event is of no more use once everything has been swept.
const RETENTION_SECONDS: i32 = 3600;
/// Of dead letters, for people to look at.
const DEAD_RETENTION_SECONDS: i32 = 14 * 24 * 3600;

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    let mut set = DesiredSet::new();
    // What was heard last is of no use to anybody.
    let wanted = inputs.spec.events.is_some() && !inputs.deleting;
    let made = wanted || inputs.had_events;
    if !made {
        return set;
    }
    let fate = if wanted { Fate::Exist } else { Fate::Vanish };
    let names = Names::new(inputs);
    let (rule, queue, dead) = (
        ResourceId::EventRule(names.queue.clone()),
        ResourceId::Queue(names.queue.clone()),
        ResourceId::Queue(names.dead_letters.clone()),
    );
    let want = |resource, needs: &[&ResourceId]| Desired {
        resource,
        fate,
        needs: needs.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>(),
        adopt: false,
    };
    let (key, wanted_key) = audit_key(inputs, account);
    let (letters, feed) = (names.dead_letter_queue(inputs, account), names.feed_queue(inputs, account));
    set.insert(key.clone(), wanted_key);
    set.insert(dead.clone(), want(Resource::Queue(letters), &[&key]));
    set.insert(queue.clone(), want(Resource::Queue(feed), &[&dead, &key]));
    set.insert(rule, want(Resource::EventRule(names.rule(inputs, account)), &[&queue]));
    set.extend(forwarding::desire(inputs, account, fate));
    set
}

struct Names {
    queue: String,
    dead_letters: String,
}

impl Names {
    fn new(inputs: &Inputs<'_>) -> Self {
        let queue = event_queue(inputs.name, inputs.owner);
        Self { dead_letters: format!("{queue}-dlq"), queue }
    }

    fn rule(&self, inputs: &Inputs<'_>, account: &Account) -> EventRule {
        let target = EventTarget { arn: account.queue_arn(&self.queue), role: None };
        EventRule {
            pattern: pattern(inputs, account),
            state: "ENABLED".into(),
            targets: BTreeMap::from([("cloister".to_owned(), target)]),
            tags: tags(inputs, account, "event-rule"),
        }
    }

    fn feed_queue(&self, inputs: &Inputs<'_>, account: &Account) -> Queue {
        let arn = account.queue_arn(&self.queue);
        let send = Statement::allow(["sqs:SendMessage"])
            .principal("Service", "events.amazonaws.com")
            .on([arn.clone()])
            .when("ArnEquals", "aws:SourceArn", [account.event_rule_arn(&self.queue)]);
        let mut policy = insecure_is_denied(arn);
        policy.0.insert("AllowEvents".into(), send);
        Queue {
            retention_seconds: RETENTION_SECONDS,
            policy: Some(policy),
            redrive: Some(Redrive {
                dead_letter_arn: account.queue_arn(&self.dead_letters),
                max_receives: RECEIVES,
            }),
            ..queue(inputs, account, "event-queue")
        }
    }

    fn dead_letter_queue(&self, inputs: &Inputs<'_>, account: &Account) -> Queue {
        let policy = Some(insecure_is_denied(account.queue_arn(&self.dead_letters)));
        Queue { policy, ..queue(inputs, account, "event-dead-letter-queue") }
    }
}

/// What is heard of. It names no region, so that what comes from others is heard as well.
pub(super) fn pattern(inputs: &Inputs<'_>, account: &Account) -> Value {
    // Alarms are CloudWatch's, and most environments have none.
    let more = inputs.spec.audit.alarm_topic_arn.as_ref().map(|_| "monitoring");
    let services: Vec<String> =
        SERVICES.into_iter().chain(more).map(|service| format!("{service}.amazonaws.com")).collect();
    json!({
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": { "eventSource": services, "$or": [by_others(account), is_probe()] },
    })
}

/// To onboard a tenant takes a hundred calls; those of others would wait behind them.
fn by_others(account: &Account) -> Value {
    // A service of AWS has no ARN.
    json!({ "userIdentity": { "arn": [{ "anything-but": [account.operator_session()] }, { "exists": false }] } })
}

/// The operator's own calls that have to come back, see `PROBES`.
fn is_probe() -> Value {
    json!({ "eventName": PROBES })
}

/// What is called to see whether events come: of the queue, and of the rules in other regions. Changes of these tags are
/// seldom otherwise.
const PROBES: [&str; 2] = ["TagQueue", "TagResource"];

/// Of which calls are told. Statements in a warehouse are not: every query would be one.
const SERVICES: [&str; 10] =
    ["cloudtrail", "ec2", "events", "iam", "kms", "logs", "redshift", "s3", "sqs", "tagging"];

fn queue(inputs: &Inputs<'_>, account: &Account, purpose: &str) -> Queue {
    Queue {
        kms_key: inputs.keys.audit.clone().unwrap_or_else(|| KEY_NOT_KNOWN_YET.to_owned()),
        data_key_reuse_seconds: 300,
        retention_seconds: DEAD_RETENTION_SECONDS,
        // To hear of a call takes no time.
        visibility_seconds: 10,
        policy: None,
        redrive: None,
        tags: tags(inputs, account, purpose),
    }
}

fn insecure_is_denied(arn: String) -> Document {
    let insecure =
        Statement::deny(["sqs:*"]).anyone().on([arn]).when("Bool", "aws:SecureTransport", ["false"]);
    Document::new([("DenyInsecureTransport", insecure)])
}

pub(super) fn tags(inputs: &Inputs<'_>, account: &Account, purpose: &str) -> Tags {
    let mut tags = inputs.owner.tags(purpose);
    tags.insert(ENVIRONMENT.into(), account.environment.clone());
    tags
}
