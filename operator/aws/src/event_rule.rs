//! Rules of EventBridge's default bus.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{EventRule, EventRuleStep, EventTarget, Resource, Tags};

use crate::fault::{found, gone, incomplete};
use crate::limit::Lane;
use crate::look::Look;
use crate::place::Place;

pub(crate) async fn observe(
    place: &Place,
    look: &Look<'_>,
    name: &str,
    want: &EventRule,
) -> Result<Observed, Fault> {
    let arn = place.arn("events", &format!("rule/{name}"));
    let (rule, targets, settled) = futures::join!(
        place.events.call(look.lane, |events| events.describe_rule().name(name).send()),
        place.events.call(look.lane, |events| events.list_targets_by_rule().rule(name).send()),
        place.settled_tags(look, &arn, &want.tags),
    );
    let (Some(rule), Some(targets)) = (found(rule)?, found(targets)?) else { return Ok(Observed::Absent) };
    let tags = match settled? {
        Some(tags) => tags,
        None => tags(place, look, &arn).await?,
    };
    let pattern = rule.event_pattern.unwrap_or_default();
    let targets = targets.targets.unwrap_or_default().into_iter();
    let targets = targets.map(|t| (t.id, EventTarget { arn: t.arn, role: t.role_arn }));
    let resource = Resource::EventRule(EventRule {
        // What is no JSON is certainly not the pattern that is wanted.
        pattern: serde_json::from_str(&pattern).unwrap_or_else(|_| pattern.clone().into()),
        state: rule.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        targets: targets.collect::<BTreeMap<_, _>>(),
        tags: tags.clone(),
    });
    Ok(look.claim(&tags, Actual { resource, arn }))
}

/// A change of the operator's own, to see whether its event comes.
pub(crate) async fn probe(place: &Place, name: &str, tag: &str, at: &str) -> Result<(), Fault> {
    let arn = place.arn("events", &format!("rule/{name}"));
    let tag = Tag::builder().key(tag).value(at).build().map_err(incomplete("events"))?;
    let send = |events: &Client| events.tag_resource().resource_arn(arn).tags(tag).send();
    place.events.call(Lane::Sweep, send).await.map(|_| ())
}

async fn tags(place: &Place, look: &Look<'_>, arn: &str) -> Result<Tags, Fault> {
    let send = |events: &Client| events.list_tags_for_resource().resource_arn(arn).send();
    let answer = place.events.call(look.lane, send).await?;
    Ok(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}

pub(crate) async fn perform(
    place: &Place,
    name: &str,
    want: &EventRule,
    step: &EventRuleStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let events = &place.events;
    let arn = place.arn("events", &format!("rule/{name}"));
    match step {
        EventRuleStep::Put => {
            let tags = Some(sdk_tags(&want.tags)?);
            let send = |events: &Client| {
                let request = events.put_rule().name(name).event_pattern(want.pattern.to_string());
                request.state(RuleState::from(want.state.as_str())).set_tags(tags).send()
            };
            events.call(lane, send).await?;
            return Ok(Some(arn));
        }
        EventRuleStep::PutTargets => {
            let target = |(id, to): (&String, &EventTarget)| {
                Target::builder().id(id).arn(&to.arn).set_role_arn(to.role.clone()).build()
            };
            let targets = want.targets.iter().map(target).collect::<Result<Vec<_>, _>>();
            let targets = targets.map_err(incomplete("events"))?;
            let send = |events: &Client| events.put_targets().rule(name).set_targets(Some(targets)).send();
            events.call(lane, send).await?;
        }
        EventRuleStep::RemoveTargets(ids) => {
            let ids: Vec<String> = ids.iter().cloned().collect();
            let send = |events: &Client| events.remove_targets().rule(name).set_ids(Some(ids)).send();
            gone(events.call(lane, send).await)?;
        }
        EventRuleStep::Tag => {
            let tags = sdk_tags(&want.tags)?;
            let send = |events: &Client| events.tag_resource().resource_arn(&arn).set_tags(Some(tags)).send();
            events.call(lane, send).await?;
        }
        EventRuleStep::Delete => {
            gone(events.call(lane, |events| events.delete_rule().name(name).send()).await)?;
        }
    }
    Ok(None)
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter().map(tag).collect::<Result<Vec<_>, _>>().map_err(incomplete("events"))
}
