//! Where events come from, and the rules that send them home.

#![allow(clippy::panic)]

mod production;

use std::collections::BTreeSet;

use cloister_core::environment::event_regions;
use cloister_core::observed::{Actual, Observed};
use cloister_core::plan::{DesiredSet, Fate, Mode, plan};
use cloister_core::resource::{EventRule, EventRuleStep, EventTarget, Resource, ResourceId, Step};
use cloister_crds::EnvironmentSpec;
use cloister_crds::events::Events;

use production::desired;

fn spec(region: &str, recovery: Option<&str>) -> EnvironmentSpec {
    let recovery_region = recovery.map(str::to_owned);
    EnvironmentSpec { region: region.into(), recovery_region, events: Some(Events {}), ..production::spec() }
}

/// Of the feed, by the region it is in.
fn rules(set: &DesiredSet) -> Vec<(String, &EventRule)> {
    let mut all = Vec::new();
    for (id, want) in set {
        match (id, &want.resource) {
            (ResourceId::EventRule(_), Resource::EventRule(rule)) => all.push(("home".to_owned(), rule)),
            (ResourceId::ForwardingRule { region, .. }, Resource::EventRule(rule)) => {
                all.push((region.clone(), rule));
            }
            _ => {}
        }
    }
    all
}

#[test]
fn iam_tells_in_one_region_of_each_partition_and_the_recovery_region_for_itself() {
    let regions =
        |home, recovery| event_regions(home, recovery).into_iter().collect::<Vec<String>>().join(" ");
    assert_eq!(regions("us-east-1", None), "");
    assert_eq!(regions("us-east-1", Some("us-west-2")), "us-west-2");
    assert_eq!(regions("us-west-2", Some("us-east-1")), "us-east-1");
    assert_eq!(regions("eu-west-1", Some("eu-central-1")), "eu-central-1 us-east-1");
    assert_eq!(regions("us-gov-east-1", None), "us-gov-west-1");
    assert_eq!(regions("us-gov-west-1", None), "");
    assert_eq!(regions("cn-northwest-1", Some("cn-north-1")), "cn-north-1");
}

#[test]
fn what_is_sent_home_is_what_is_heard_there_and_only_what_arose_where_it_is_sent_from() {
    let set = desired(&spec("us-gov-east-1", None), |_| {});
    let found = rules(&set);
    let [(_, home), (region, abroad)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(region, "us-gov-west-1");
    let mut pattern = abroad.pattern.clone();
    let from = pattern.as_object_mut().and_then(|fields| fields.remove("region"));
    assert_eq!(from, Some(serde_json::json!([region])), "else events would go in circles");
    assert_eq!(pattern, home.pattern);
    let [target] = &abroad.targets.values().collect::<Vec<_>>()[..] else { panic!("{:?}", abroad.targets) };
    assert_eq!(target.arn, "arn:aws-us-gov:events:us-gov-east-1:222222222222:event-bus/default");
}

#[test]
fn its_role_is_for_its_rules_and_may_put_events_on_that_bus_only() {
    let set = desired(&spec("eu-west-1", Some("eu-central-1")), |_| {});
    let role = set.iter().find_map(|(id, want)| match (id, &want.resource) {
        (ResourceId::Role(name), Resource::Role(role)) if name.contains("-forward-") => Some((name, role)),
        _ => None,
    });
    let Some((name, role)) = role else { panic!("no role") };
    let Some(trust) = &role.trust else { panic!("no trust") };
    let trust = serde_json::to_string(trust).unwrap_or_default();
    for rule in rules(&set).iter().filter(|(region, _)| region != "home") {
        let arn = format!("arn:aws:events:{0}:222222222222:rule/cloister-forward-{0}-", rule.0);
        assert!(trust.contains(&arn), "{arn} is not in {trust}");
        let by = rule.1.targets.values().map(|target| target.role.clone()).collect::<Vec<_>>();
        assert_eq!(by, [Some(format!("arn:aws:iam::222222222222:role/cloister/{name}"))]);
    }
    let Some(Resource::Policy(policy)) =
        set.get(&ResourceId::Policy(name.clone())).map(|want| &want.resource)
    else {
        panic!("no policy")
    };
    let document = serde_json::to_value(policy).unwrap_or_default()["document"].clone();
    let text = document.to_string();
    assert!(text.contains("events:PutEvents") && !text.contains('*'), "{text}");
    assert_eq!(role.attached, BTreeSet::from([role.boundary.clone()]));
}

#[test]
fn a_target_that_takes_another_role_is_put_as_it_was() {
    let set = desired(&spec("us-east-1", Some("us-west-2")), |_| {});
    let observed = set.iter().map(|(id, want)| {
        let mut resource = want.resource.clone();
        if let (ResourceId::ForwardingRule { .. }, Resource::EventRule(rule)) = (id, &mut resource) {
            let other = EventTarget { arn: "arn:other".into(), role: None };
            rule.targets.insert("mine".into(), other);
            for target in rule.targets.values_mut() {
                target.role = Some("arn:aws:iam::222222222222:role/other".into());
            }
        }
        (id.clone(), Observed::Present(Actual { resource, arn: String::new() }))
    });
    let made = plan(&set, &observed.collect(), Mode::Correct);
    let steps: Vec<&Step> = made.works.iter().flat_map(|work| &work.steps).collect();
    let extra = BTreeSet::from(["mine".to_owned()]);
    assert_eq!(
        steps,
        [&Step::EventRule(EventRuleStep::RemoveTargets(extra)), &Step::EventRule(EventRuleStep::PutTargets)]
    );
}

#[test]
fn they_go_with_the_wish_for_events_and_are_none_without_another_region() {
    assert_eq!(rules(&desired(&spec("us-east-1", None), |_| {})).len(), 1);
    let mut unheard = spec("eu-west-1", Some("us-east-1"));
    unheard.events = None;
    assert!(rules(&desired(&unheard, |_| {})).is_empty());
    let set = desired(&unheard, |inputs| inputs.had_events = true);
    let fates = |part: &str| {
        let mine = |id: &&ResourceId| id.to_string().contains(part);
        set.keys().filter(mine).map(|id| set[id].fate).collect::<Vec<Fate>>()
    };
    assert_eq!(fates("cloister-forward-"), [Fate::Vanish; 3]);
}
