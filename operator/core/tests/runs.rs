//! What must hold of pipelines, however the operator is cut off and whatever it hears twice.

#![allow(clippy::unwrap_used)] // what the tests themselves write can be read

mod pipeline;

use cloister_core::pipeline::{Attempt, News, Upstream};
use cloister_crds::pipeline::{Concurrency, RunCause, RunState, Trigger, UpstreamTrigger};
use pipeline::{World, arrivals, schedule, spec};
use proptest::prelude::*;

#[test]
fn a_slot_runs_once_and_with_its_interval() {
    let mut world = World::new(schedule("*/10 * * * *", "UTC", "All"));
    world.pass_time(3600);
    world.finish_all();
    let slots: Vec<String> = world.runs_made().iter().map(|run| run.interval.clone().unwrap().end).collect();
    assert_eq!(slots.len(), 6);
    assert_eq!(slots[0], "2026-01-01T00:10:00Z");
    assert!(slots.is_sorted());
}

#[test]
fn a_failed_attempt_is_tried_again_later_and_then_given_up() {
    let mut world = World::new(schedule("0 * * * *", "UTC", "Latest"));
    world.failing = true;
    world.pass_time(3600);
    for _ in 0..200 {
        world.pass_time(10);
        world.settle();
    }
    let run = &world.status.runs[0];
    assert_eq!((run.state, run.attempt), (RunState::Failed, 3));
    let gaps: Vec<i64> = world.made.windows(2).map(|pair| pair[1].2 - pair[0].2).collect();
    assert!(gaps[0] >= 30 && gaps[1] >= 60, "{gaps:?}");
}

#[test]
fn what_failed_is_run_again_when_somebody_asks_and_once_for_each_wish() {
    let mut world = World::new(schedule("0 0 1 1 *", "UTC", "Latest"));
    world.run_now = Some("first".into());
    world.failing = true;
    for _ in 0..100 {
        world.pass_time(60);
        world.settle();
    }
    assert_eq!(world.status.runs[0].state, RunState::Failed);
    world.failing = false;
    world.retry_failed = Some("again".into());
    world.settle();
    world.finish_all();
    world.settle();
    let run = &world.status.runs[0];
    assert_eq!((run.cause, run.state, run.attempt), (RunCause::ByHand, RunState::Succeeded, 4));
    assert_eq!(world.made.len(), 4);
}

#[test]
fn forbid_skips_and_replace_ends() {
    for (concurrency, state) in
        [(Concurrency::Forbid, RunState::Skipped), (Concurrency::Replace, RunState::Replaced)]
    {
        let mut spec = schedule("*/10 * * * *", "UTC", "Latest");
        spec.concurrency = concurrency;
        let mut world = World::new(spec);
        world.pass_time(600);
        world.pass_time(600);
        assert_eq!(world.status.runs[0].state, state);
        let active = world.status.runs.iter().filter(|run| run.state == RunState::Active).count();
        assert_eq!((active, world.unfinished()), (1, 1));
        let made = if concurrency == Concurrency::Forbid { 1 } else { 2 };
        assert_eq!(world.made.len(), made);
    }
}

#[test]
fn suspended_it_starts_nothing_and_afterwards_goes_by_catch_up() {
    for (catch_up, runs) in [("None", 0), ("Latest", 1), ("All", 24)] {
        let mut world = World::new(schedule("0 * * * *", "UTC", catch_up));
        world.spec.suspend = true;
        world.pass_time(24 * 3600 + 1800);
        assert_eq!(world.made.len(), 0);
        world.spec.suspend = false;
        world.settle();
        world.finish_all();
        assert_eq!(world.made.len(), runs, "{catch_up}");
    }
}

#[test]
fn a_burst_of_500_arrivals_drains_in_order_and_within_its_limits() {
    let mut world = World::new(arrivals(10));
    let mut files = world.files(500);
    // What found no room stays in the queue, and is heard again.
    while !files.is_empty() || world.status.queued > 0 || world.status.active > 0 {
        let heard = files.len().min(10);
        let heard_all = world.hear(&files[..heard]);
        if heard_all {
            files.drain(..heard);
        }
        assert!(world.unfinished() <= 1);
        assert!(world.status.pending.len() <= 200);
        world.finish_all_once();
    }
    let given: Vec<String> = world.inputs_made();
    assert_eq!(given.len(), 500);
    assert!(given.is_sorted());
}

#[test]
fn nothing_is_run_while_nothing_can_be_recorded() {
    let mut world = World::new(schedule("*/10 * * * *", "UTC", "All"));
    world.records = false;
    for _ in 0..60 {
        world.pass_time(600);
        world.finish_all_once();
    }
    assert_eq!(world.made.len(), 20);
    world.records = true;
    world.settle();
    world.drain();
    assert_eq!(world.intervals(), world.slots_due());
}

#[test]
fn a_queue_that_nobody_works_on_stays_short() {
    let mut world = World::new(schedule("* * * * *", "UTC", "Latest"));
    world.pass_time(24 * 3600);
    assert_eq!((world.status.active, world.status.queued), (1, 100));
}

#[test]
fn each_success_upstream_is_followed_once() {
    let trigger =
        Trigger { upstream: Some(UpstreamTrigger { pipeline: "first".into() }), ..Trigger::default() };
    let mut world = World::new(spec(Some(&trigger)));
    let mut upstream = Upstream { uid: "u".into(), succeeded: 2, runs: vec![(1, None), (2, None)] };
    world.upstream = Some(upstream.clone());
    world.settle();
    assert_eq!(world.status.runs, []);
    upstream.runs.extend([(3, None), (4, None)]);
    world.upstream = Some(upstream);
    world.settle();
    world.finish_all();
    world.settle();
    assert_eq!(world.made.len(), 2);
}

#[test]
fn a_backfill_runs_what_never_ran_and_nothing_twice() {
    let mut world = World::new(schedule("0 * * * *", "UTC", "Latest"));
    world.pass_time(3600);
    world.finish_all();
    world.spec.suspend = true;
    world.pass_time(5 * 3600);
    world.spec.suspend = false;
    world.finish_all();
    assert_eq!(world.made.len(), 2);
    let backfill = |name: &str, reprocess: &str| {
        let value = serde_json::json!({ "name": name, "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T07:00:00Z", "reprocess": reprocess });
        serde_json::from_value(value).ok()
    };
    world.spec.backfill = backfill("gaps", "None");
    world.drain();
    // Seven slots are in the range, and five of them had no run.
    assert_eq!(world.made.len(), 7);
    world.spec.backfill = backfill("all", "Completed");
    world.drain();
    assert_eq!(world.made.len(), 14);
    world.drain();
    assert_eq!(world.made.len(), 14);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Time(u16),
    Finish(bool),
    /// Somebody deletes a Job.
    Delete,
    /// The operator dies after so many effects of its pass.
    Crash(u8),
    Pass,
    /// A file is told of, perhaps again.
    Tell(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1_u16..1200).prop_map(Event::Time),
        any::<bool>().prop_map(Event::Finish),
        Just(Event::Delete),
        (0_u8..4).prop_map(Event::Crash),
        Just(Event::Pass),
        any::<u8>().prop_map(Event::Tell),
    ]
}

fn concurrency() -> impl Strategy<Value = Concurrency> {
    prop_oneof![
        Just(Concurrency::Queue),
        Just(Concurrency::Allow),
        Just(Concurrency::Forbid),
        Just(Concurrency::Replace)
    ]
}

fn play(world: &mut World, events: &[Event]) {
    let files = world.files(256);
    for event in events {
        match *event {
            Event::Time(seconds) => world.now += i64::from(seconds),
            Event::Finish(well) => world.finish_first(well),
            Event::Delete => world.delete_first(),
            Event::Crash(after) => world.pass(&News::default(), Some(usize::from(after))),
            Event::Pass => world.pass(&News::default(), None),
            Event::Tell(n) => {
                world.hear(&files[usize::from(n)..=usize::from(n)]);
            }
        }
        world.check();
    }
}

#[test]
fn a_slot_that_is_asked_for_is_run_and_tried_again_alone() {
    let mut world = World::new(schedule("0 0 * * *", "UTC", "None"));
    world.spec.retries.limit = 0;
    world.failing = true;
    for day in ["2025-12-30", "2025-12-31"] {
        world.run_now = Some(format!("{day} @{day}T00:00:00Z"));
        world.settle();
    }
    let ends = |world: &World, state: RunState| -> Vec<String> {
        let runs = world.status.runs.iter().filter(|run| run.state == state);
        let mut ends: Vec<String> = runs.map(|run| run.interval.clone().unwrap().end).collect();
        ends.sort();
        ends
    };
    assert_eq!(ends(&world, RunState::Failed), ["2025-12-30T00:00:00Z", "2025-12-31T00:00:00Z"]);
    world.failing = false;
    world.retry_failed = Some("again @2025-12-31T00:00:00Z".into());
    world.settle();
    assert_eq!(ends(&world, RunState::Failed), ["2025-12-30T00:00:00Z"]);
    assert_eq!(ends(&world, RunState::Active), ["2025-12-31T00:00:00Z"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_slot_is_lost_or_doubled_and_no_limit_exceeded(
        events in prop::collection::vec(event(), 1..120), concurrency in concurrency()
    ) {
        let mut spec = schedule("*/10 * * * *", "America/New_York", "All");
        spec.concurrency = concurrency;
        spec.deadlines.start_seconds = None;
        // None is forgotten before it is counted.
        (spec.history.successful, spec.history.failed) = (1000, 1000);
        let mut world = World::new(spec);
        play(&mut world, &events);
        world.drain();
        let due = world.slots_due();
        let decided: Vec<String> = world.intervals();
        prop_assert_eq!(decided, due);
        prop_assert!(world.status.runs.iter().all(|run| run.ended_at.is_some()));
    }

    #[test]
    fn no_file_is_lost_or_given_to_two_runs(
        events in prop::collection::vec(event(), 1..120), allow in any::<bool>(), most in 1..5_i32
    ) {
        let mut spec = arrivals(most);
        spec.concurrency = if allow { Concurrency::Allow } else { Concurrency::Queue };
        (spec.history.successful, spec.history.failed) = (1000, 1000);
        let mut world = World::new(spec);
        play(&mut world, &events);
        world.drain();
        let mut given = world.inputs_made();
        given.sort();
        let told: Vec<String> = world.told.iter().cloned().collect();
        prop_assert_eq!(given, told);
    }
}

#[test]
fn an_attempt_that_has_not_ended_keeps_the_next_one_back() {
    let mut world = World::new(schedule("*/10 * * * *", "UTC", "Latest"));
    world.spec.concurrency = Concurrency::Replace;
    world.lingering = true;
    world.pass_time(600);
    world.pass_time(600);
    world.settle();
    // Its pods still end, so the new one waits.
    assert_eq!(world.made.len(), 1);
    world.jobs.retain(|job: &Attempt| !job.leaving);
    world.settle();
    assert_eq!(world.made.len(), 2);
}
