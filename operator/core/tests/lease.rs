//! What must hold of leading in any world: at most one acts, and soon another does.

#![allow(clippy::indexing_slicing, clippy::panic)]

mod leading;

use std::time::Duration;

use cloister_core::lease::{Next, Sight, Standby, active};
use leading::{TERM, World};
use proptest::prelude::*;

fn delays(seed: u64, most: u64) -> leading::Delays {
    let mut state = seed | 1;
    Box::new(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Most are short, some are not.
        let long = state.is_multiple_of(4);
        (state >> 8) % if long { most } else { most / 20 + 1 }
    })
}

#[derive(Clone, Debug)]
enum Act {
    Kill(usize),
    Deafen(usize),
    Mute(usize),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => (0_usize..3).prop_map(Act::Kill),
        1 => (0_usize..3).prop_map(Act::Deafen),
        1 => (0_usize..3).prop_map(Act::Mute),
        3 => (1_u64..9000).prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Clocks that drift by a tenth, answers and events that take any time or never come, whoever is cut off, deaths at any moment.
    #[test]
    fn no_two_act_at_a_time(
        rates in prop::collection::vec(900_u64..=1100, 3),
        seed: u64,
        most in 1_u64..12_000,
        acts in prop::collection::vec(act(), 1..30),
    ) {
        let mut world = World::new(&rates, delays(seed, most));
        for act in acts {
            let wait = match act {
                Act::Kill(index) => { world.start(index); 1 }
                Act::Deafen(index) => { world.processes[index].hears = false; 1 }
                Act::Mute(index) => { world.processes[index].speaks = false; 1 }
                Act::Wait(wait) => wait,
            };
            let until = world.now + wait;
            while world.now < until {
                world.step();
                prop_assert!(world.acting().len() <= 1, "{:?} act at {} ms", world.acting(), world.now);
            }
        }
    }

    /// A watch that hears, requests of 40 ms there and back, a leader that dies at any moment: another leads within the lease.
    #[test]
    fn another_leads_within_the_lease(rates in prop::collection::vec(990_u64..=1010, 2), seed: u64, lived in 100_u64..20_000) {
        let mut world = World::new(&rates, delays(seed, 20));
        world.in_order = true;
        while world.acting().is_empty() || world.now < lived {
            world.step();
            prop_assert!(world.now < 30_000, "nobody leads");
        }
        world.end(world.acting()[0]);
        let killed = world.now;
        while world.acting().is_empty() {
            world.step();
            prop_assert!(world.now - killed <= 5000, "nobody leads yet");
        }
    }
}

fn held(version: &str, seconds: i32) -> Sight {
    Sight { version: Some(version.into()), holder: Some("other".into()), seconds: Some(seconds) }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn what_is_free_or_its_own_is_claimed_at_once() {
    let claims = |sight: Sight| Standby::new("me", TERM, sight, ms(0)).next(ms(0)) == Next::Claim;
    assert!(claims(Sight::default()));
    assert!(claims(Sight { holder: Some(String::new()), ..held("1", 5) }));
    assert!(claims(Sight { holder: Some("me".into()), ..held("1", 5) }));
    assert!(!claims(held("1", 5)));
}

#[test]
fn a_renewal_is_counted_from_when_it_was_heard_of() {
    let mut standby = Standby::new("me", TERM, held("1", 5), ms(0));
    assert_eq!(standby.next(ms(0)), Next::Listen(ms(1500)));
    assert!(standby.saw(held("2", 5), ms(1000)));
    // Seen again it is no news: nothing is counted anew.
    assert!(!standby.saw(held("2", 5), ms(2000)));
    assert_eq!(standby.next(ms(2000)), Next::Listen(ms(3500)));
    assert_eq!(standby.next(ms(3500)), Next::Look);
    standby.saw(held("2", 5), ms(5000));
    assert_eq!(standby.next(ms(5000)), Next::Listen(ms(5500)));
    assert_eq!(standby.next(ms(5500)), Next::Claim);
}

#[test]
fn a_holder_with_another_term_is_left_its_own() {
    let waits = |seconds| {
        let standby = Standby::new("me", TERM, held("1", seconds), ms(0));
        (0..600).map(ms_of_half).find(|now| standby.next(*now) == Next::Claim)
    };
    assert_eq!(waits(60), Some(ms(54_000)));
    assert_eq!(waits(3), Some(ms(3000)));
    // What no operator writes does not count.
    assert_eq!((waits(0), waits(-1), waits(100_000)), (Some(ms(4500)), Some(ms(4500)), Some(ms(4500))));
}

const fn ms_of_half(halves: u64) -> Duration {
    ms(halves * 500)
}

#[test]
fn a_fifth_of_the_lease_lies_between_one_and_the_next() {
    let standby = Standby::new("me", TERM, held("1", 5), ms(0));
    assert_eq!(active(TERM), ms(3500));
    assert_ne!(standby.next(ms(4499)), Next::Claim);
    assert_eq!(standby.next(ms(4500)), Next::Claim);
}
