//! The settings of the account: who keeps them, that they are only tightened, and that nobody waits for what is forbidden.

#![allow(clippy::panic)]

mod production;

use std::collections::BTreeMap;

use cloister_core::conclude::{Conclusion, Outcome, Outcomes, Story, conclude};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed, ObservedSet};
use cloister_core::plan::{DesiredSet, Mode, Plan, plan};
use cloister_core::resource::{
    Channel, Detector, Guardrail, GuardrailStep, PasswordPolicy, PublicAccessBlock, Recorder, Resource,
    ResourceId, Step,
};
use cloister_crds::status::CommonStatus;
use cloister_crds::{EnvironmentSpec, Guardrail as Upkeep};

use production::{desired, spec};

type Held = BTreeMap<ResourceId, Resource>;

/// What an environment wants of its account.
fn guardrails(spec: &EnvironmentSpec) -> DesiredSet {
    let mut set = desired(spec, |_| {});
    set.retain(|id, _| matches!(id, ResourceId::Guardrail(_)));
    // The bucket that a recorder waits for is looked at elsewhere.
    for want in set.values_mut() {
        want.needs.clear();
    }
    set
}

fn observe(desired: &DesiredSet, held: &Held) -> ObservedSet {
    let look = |id: &ResourceId| match held.get(id) {
        Some(resource) => Observed::Present(Actual { resource: resource.clone(), arn: String::new() }),
        None => Observed::Absent,
    };
    desired.keys().map(|id| (id.clone(), look(id))).collect()
}

fn act(held: &mut Held, plan: &Plan) {
    for work in &plan.works {
        for step in &work.steps {
            let Step::Guardrail(step) = step else { panic!("{step:?}") };
            let put = match step {
                GuardrailStep::Put(Guardrail::Recorder(put)) => {
                    Guardrail::Recorder(Recorder { channel: None, recording: false, ..put.clone() })
                }
                GuardrailStep::Put(put) | GuardrailStep::Create(put) => put.clone(),
                GuardrailStep::PutChannel(put) => {
                    Guardrail::Recorder(Recorder { recording: false, ..put.clone() })
                }
                GuardrailStep::Start(_) => {
                    let Some(Resource::Guardrail(Guardrail::Recorder(held))) = held.get(&work.id) else {
                        panic!("nothing to start")
                    };
                    assert!(held.channel.is_some(), "AWS Config would refuse");
                    Guardrail::Recorder(Recorder { recording: true, ..held.clone() })
                }
                GuardrailStep::CreateRole => continue,
            };
            held.insert(work.id.clone(), Resource::Guardrail(put));
        }
    }
}

fn passwords(held: &mut Held) -> &mut PasswordPolicy {
    let found = held.values_mut().find_map(|resource| match resource {
        Resource::Guardrail(Guardrail::PasswordPolicy(policy)) => Some(policy),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no password policy"))
}

#[test]
fn each_is_managed_unless_it_is_left_and_none_is_of_interest_to_one_that_leaves() {
    let mut spec = spec();
    let named = |set: &DesiredSet| set.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        named(&guardrails(&spec)),
        [
            "account-public-access-block/222222222222",
            "ebs-encryption/us-east-1",
            "snapshot-block-public-access/us-east-1",
            "password-policy/222222222222",
            "guardduty-detector/us-east-1",
            "config-recorder/us-east-1",
        ]
    );
    let gone = desired(&spec, |inputs| inputs.deleting = true);
    assert!(!gone.is_empty() && !gone.keys().any(|id| matches!(id, ResourceId::Guardrail(_))));
    spec.guardrails.ebs_encryption = Upkeep::Leave;
    spec.guardrails.password_policy = Upkeep::Leave;
    assert_eq!(guardrails(&spec).len(), 4);
}

#[test]
fn two_environments_of_one_account_come_to_rest_and_keep_what_is_stricter() {
    let here = spec();
    let there = EnvironmentSpec { region: "us-west-2".into(), ..here.clone() };
    let mut held = Held::new();
    for spec in [&here, &there] {
        let desired = guardrails(spec);
        let first = plan(&desired, &observe(&desired, &held), Mode::Correct);
        act(&mut held, &first);
    }
    assert_eq!(held.len(), 10, "two of the account, four of each region");
    let stricter = PasswordPolicy {
        minimum_length: 20,
        max_age_days: Some(30),
        hard_expiry: true,
        ..PasswordPolicy::required()
    };
    *passwords(&mut held) = PasswordPolicy { require_symbols: false, ..stricter.clone() };
    let desired = guardrails(&here);
    let mended = plan(&desired, &observe(&desired, &held), Mode::Correct);
    let paths: Vec<&str> = mended.drift.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(paths, ["requireSymbols"]);
    act(&mut held, &mended);
    assert_eq!(*passwords(&mut held), stricter);
    for spec in [&here, &there] {
        let desired = guardrails(spec);
        assert!(plan(&desired, &observe(&desired, &held), Mode::Correct).is_settled());
    }
}

/// The steps for one guardrail, where this is there.
fn steps(have: &Guardrail) -> Vec<GuardrailStep> {
    let mut desired = guardrails(&spec());
    desired.retain(|_, want| {
        let Resource::Guardrail(want) = &want.resource else { return false };
        std::mem::discriminant(want) == std::mem::discriminant(have)
    });
    let held = desired.keys().map(|id| (id.clone(), Resource::Guardrail(have.clone()))).collect();
    let plan = plan(&desired, &observe(&desired, &held), Mode::Correct);
    let steps = plan.works.into_iter().flat_map(|work| work.steps);
    steps.map(|step| if let Step::Guardrail(step) = step { step } else { panic!("{step:?}") }).collect()
}

#[test]
fn a_new_detector_has_nothing_turned_on_that_nobody_asked_for() {
    let desired = guardrails(&spec());
    let plan = plan(&desired, &observe(&desired, &Held::new()), Mode::Correct);
    let created = plan.works.iter().flat_map(|work| &work.steps).find_map(|step| match step {
        Step::Guardrail(GuardrailStep::Create(Guardrail::Detector(new))) => Some(new),
        _ => None,
    });
    let features = &created.unwrap_or_else(|| panic!("no detector")).features;
    assert_eq!(features.get("EBS_MALWARE_PROTECTION"), Some(&false));
    assert_eq!(features.get("S3_DATA_EVENTS"), Some(&true));
}

#[test]
fn a_detector_is_told_only_what_differs_and_more_of_it_counts() {
    let mut have = Detector::required();
    have.features.insert("RUNTIME_MONITORING".into(), true);
    assert_eq!(steps(&Guardrail::Detector(have.clone())), []);
    have.enabled = false;
    have.features.insert("S3_DATA_EVENTS".into(), false);
    let mended = steps(&Guardrail::Detector(have.clone()));
    let [GuardrailStep::Put(Guardrail::Detector(put))] = &mended[..] else { panic!("{mended:?}") };
    assert!(put.enabled);
    assert_eq!(put.features, BTreeMap::from([("S3_DATA_EVENTS".to_owned(), true)]));
    have.administrator = Some("999999999999".into());
    assert_eq!(steps(&Guardrail::Detector(have)), [], "it is its administrator's");
}

#[test]
fn a_recorder_of_others_counts_where_it_records_all() {
    let of_others = Recorder {
        name: "aws-controltower-BaselineConfigRecorder".into(),
        role: "arn:aws:iam::222222222222:role/aws-controltower-ConfigRecorderRole".into(),
        all_types: true,
        recording: true,
        channel: Some(Channel { name: "aws-controltower".into(), bucket: "aws-controltower-logs".into() }),
    };
    assert_eq!(steps(&Guardrail::Recorder(of_others.clone())), []);
    let stopped = Recorder { recording: false, ..of_others.clone() };
    assert_eq!(steps(&Guardrail::Recorder(stopped)), [GuardrailStep::Start(of_others.name.clone())]);
    let narrow = Recorder { all_types: false, ..of_others.clone() };
    assert_eq!(
        steps(&Guardrail::Recorder(narrow)),
        [GuardrailStep::Put(Guardrail::Recorder(of_others.clone()))],
        "as its own role, and into its own bucket"
    );
    let deaf = Recorder { channel: None, ..of_others };
    assert!(matches!(&steps(&Guardrail::Recorder(deaf))[..], [GuardrailStep::PutChannel(_)]));
}

#[test]
fn a_channel_of_our_name_leads_into_the_bucket_of_access_logs() {
    let role = "arn:aws:iam::222222222222:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
    let own = Recorder::required(role.into(), "cloister-logs-222222222222-us-east-1".into());
    assert_eq!(steps(&Guardrail::Recorder(own.clone())), []);
    let elsewhere = Recorder::required(role.into(), "elsewhere".into());
    assert_eq!(steps(&Guardrail::Recorder(elsewhere)), [GuardrailStep::PutChannel(own.clone())]);
    let other = Recorder { role: "arn:aws:iam::222222222222:role/other".into(), ..own.clone() };
    let mended = [GuardrailStep::CreateRole, GuardrailStep::Put(Guardrail::Recorder(own))];
    assert_eq!(steps(&Guardrail::Recorder(other)), mended);
}

/// A pass over an account with all but one guardrail, which a policy of the organisation forbids to set.
fn forbidden(previous: &CommonStatus, class: FaultClass) -> Conclusion {
    let desired = guardrails(&spec());
    let mut held: Held = desired.iter().map(|(id, want)| (id.clone(), want.resource.clone())).collect();
    for resource in held.values_mut() {
        if let Resource::Guardrail(Guardrail::AccountPublicAccessBlock(block)) = resource {
            *block = PublicAccessBlock::NONE;
        }
    }
    let observed = observe(&desired, &held);
    let plan = plan(&desired, &observed, Mode::Correct);
    let fault =
        Fault { service: "s3control", operation: "PutPublicAccessBlock", code: "AccessDenied".into(), class };
    let outcome = |work: &cloister_core::plan::Work| {
        let failed = Some((work.steps[0].clone(), fault.clone()));
        (work.id.clone(), Outcome { done: Vec::new(), failed, arn: None, emptied: None })
    };
    let outcomes: Outcomes = plan.works.iter().map(outcome).collect();
    assert_eq!(outcomes.len(), 1);
    conclude(&Story {
        generation: 1,
        now: "2026-11-24T00:00:00Z",
        previous,
        violations: &[],
        waiting: &[],
        desired: &desired,
        observed: &observed,
        plan: &plan,
        outcomes: &outcomes,
        intents: &[],
        mode: Mode::Correct,
        touches: &[],
        are_recorded: false,
    })
}

#[test]
fn one_that_is_denied_is_told_and_stops_no_tenant() {
    let first = forbidden(&CommonStatus::default(), FaultClass::Denied).status;
    assert!(!first.is_ready());
    assert_eq!(first.converged_generation, Some(1), "tenants go on");
    let message = &first.message;
    assert!(message.contains("guardrails.accountPublicAccessBlock to Leave"), "{message}");
    let second = forbidden(&first, FaultClass::Denied);
    assert_eq!(second.status.recent_drift, [], "what was never set has not drifted");
    assert_eq!(second.notices, []);
    let third = forbidden(&second.status, FaultClass::Denied).status;
    assert_eq!((third.recent_drift, third.drift), (vec![], 0));
}

#[test]
fn one_that_failed_otherwise_is_waited_for() {
    let status = forbidden(&CommonStatus::default(), FaultClass::Ambiguous).status;
    assert_eq!(status.converged_generation, None);
    assert!(!status.message.contains("Leave"));
}
