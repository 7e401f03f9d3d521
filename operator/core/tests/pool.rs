//! What must hold of the pool in any world: AWS without capacity, crashes between any two calls, pods that come and go.

#![allow(clippy::expect_used, clippy::panic)]

mod fleet;

use cloister_core::pool::{DRAINING, InstanceState, Memory, Resources, condition};
use fleet::{Act, Fleet};
use proptest::prelude::*;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (100_u64..2500).prop_map(Act::Submit),
        3 => any::<prop::sample::Index>().prop_map(Act::Finish),
        2 => (0_usize..6).prop_map(Act::CrashAfter),
        1 => (0_usize..4).prop_map(Act::Shortage),
        1 => Just(Act::NewTemplate),
        1 => any::<prop::sample::Index>().prop_map(Act::Maintenance),
        1 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(which, at_once)| Act::Terminate(which, at_once)),
        1 => Just(Act::Misplace),
        2 => (1_i64..400).prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn limits_hold_no_run_is_killed_and_all_comes_to_zero(acts in prop::collection::vec(act(), 1..40), hosts: bool) {
        let mut fleet = Fleet::new(hosts);
        for act in acts {
            fleet.act(act);
            fleet.pass();
        }
        fleet.capacity_comes_back();
        fleet.finish_everything();
        for _ in 0..400 {
            fleet.act(Act::Wait(30));
            fleet.pass();
        }
        prop_assert_eq!(fleet.living(), 0);
        prop_assert!(fleet.hosts.is_empty(), "{:?}", fleet.hosts);
        prop_assert!(fleet.nodes.is_empty(), "{:?}", fleet.nodes);
        prop_assert_eq!(fleet.versions.len(), 1);
    }
}

#[test]
fn a_waiting_pod_gets_a_node_and_no_second_one_whatever_crashes() {
    for crash in 0..8 {
        let mut fleet = Fleet::new(false);
        fleet.act(Act::Submit(1000));
        for _ in 0..6 {
            fleet.act(Act::CrashAfter(crash));
            fleet.pass();
            fleet.act(Act::Wait(5));
        }
        fleet.settle();
        assert_eq!((fleet.living(), fleet.instances.len()), (1, 1), "crash after {crash} calls");
        assert!(fleet.pods.values().all(|pod| pod.node.is_some()));
    }
}

#[test]
fn pods_share_the_fewest_nodes() {
    let mut fleet = Fleet::new(false);
    for _ in 0..4 {
        fleet.act(Act::Submit(850));
    }
    fleet.settle();
    // Four of them fit into an xlarge, where a large holds two.
    assert_eq!(fleet.living(), 1);
    assert_eq!(fleet.instances[0].type_, "m6i.xlarge");
}

#[test]
fn where_a_type_is_short_another_subnet_and_then_another_type_is_tried() {
    let mut fleet = Fleet::new(false);
    fleet
        .shortages
        .extend([("m6i.large".into(), "subnet-a".into()), ("m6i.large".into(), "subnet-b".into())]);
    fleet.act(Act::Submit(1000));
    fleet.settle();
    assert_eq!(fleet.instances[0].type_, "m6i.xlarge");
    assert_eq!(fleet.refused, 2);
}

#[test]
fn what_came_up_on_shared_hardware_is_ended_and_never_takes_a_pod() {
    let mut fleet = Fleet::new(false);
    fleet.tenancy_of_the_next = Some("default".into());
    fleet.act(Act::Submit(1000));
    fleet.settle();
    assert!(!fleet.instances[0].lives());
    assert_eq!(fleet.living(), 1);
    assert!(fleet.pods.values().all(|pod| pod.node.as_deref() == Some("node-1")));
}

#[test]
fn a_version_that_an_instance_was_launched_from_is_kept_until_that_has_ended() {
    let mut fleet = Fleet::new(false);
    fleet.act(Act::NewTemplate);
    fleet.act(Act::Submit(1000));
    fleet.settle();
    fleet.act(Act::NewTemplate);
    fleet.act(Act::NewTemplate);
    fleet.settle();
    assert!(fleet.versions.iter().eq(&[2, 4]), "{:?}", fleet.versions);
    fleet.finish_everything();
    fleet.settle();
    assert!(fleet.versions.iter().eq(&[4]), "{:?}", fleet.versions);
}

#[test]
fn what_runs_on_an_instance_that_is_shut_down_is_given_up_once_that_is_terminated() {
    let mut fleet = Fleet::new(false);
    fleet.act(Act::Submit(1000));
    fleet.settle();
    fleet.instances[0].state = InstanceState::ShuttingDown;
    fleet.pass();
    assert_eq!(fleet.nodes[0].draining.as_deref(), Some("ShuttingDown"));
    assert!(fleet.pods.values().all(|pod| pod.node.as_deref() == Some("node-0")), "it may still work");
    fleet.instances[0].state = InstanceState::Ended;
    fleet.pass();
    fleet.settle();
    assert!(fleet.pods.values().all(|pod| pod.node.as_deref() == Some("node-1")));
}

#[test]
fn a_host_with_a_stranger_on_it_is_left() {
    let mut fleet = Fleet::new(true);
    fleet.act(Act::Submit(1000));
    fleet.settle();
    fleet.hosts[0].instances.insert("i-stranger".into());
    fleet.pass();
    assert_eq!(fleet.status.hosts[0].strangers, 1);
    assert_eq!(fleet.nodes[0].draining.as_deref(), Some("NotAsDeclared"), "{DRAINING}");
    assert_eq!(fleet.living(), 1, "its run goes on");
}

#[test]
fn a_pod_that_fits_nowhere_is_told_what_to_write_and_launches_nothing() {
    let mut fleet = Fleet::new(false);
    fleet.act(Act::Submit(64_000));
    fleet.settle();
    assert_eq!(fleet.instances.len(), 0);
    assert!(
        fleet.status.message.contains("add a larger type to nodes.instanceTypes"),
        "{}",
        fleet.status.message
    );
}

#[test]
fn an_instance_that_never_becomes_a_node_is_replaced() {
    let mut fleet = Fleet::new(false);
    fleet.act(Act::Submit(1000));
    fleet.registers = false;
    fleet.pass();
    fleet.act(Act::Wait(1000));
    fleet.pass();
    assert!(!fleet.instances[0].lives());
    fleet.registers = true;
    fleet.settle();
    assert_eq!(fleet.living(), 1);
}

#[test]
fn the_condition_keeps_its_time_while_nothing_changes() {
    let mut fleet = Fleet::new(false);
    fleet.status.conditions = vec![condition(None, 1, 0, None)];
    let later = condition(None, 2, 1000, Some(&fleet.status));
    assert_eq!(later.last_transition_time, "1970-01-01T00:00:00Z");
    assert_eq!(Memory::default().refusal, None);
    assert!(Resources { cpu: 1, memory: 1, pods: 1 }.holds(Resources::default()));
}
