//! What must hold of any plan for a warehouse, over manifests and damage of any kind.

#![allow(clippy::panic)]

mod warehouse;

use cloister_core::schema::{Why, desire, observe};
use cloister_crds::schema::{DestructiveChanges, UnmanagedGrants};
use proptest::prelude::*;
use warehouse::Warehouse;
use warehouse::manifest::{any_change, any_spec, free, read};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn out_of_nothing_all_is_made_and_looks_as_declared(spec in any_spec()) {
        let (mut world, declared) = (Warehouse::new(), read(&free(spec)));
        let (passes, plan) = world.settle(&declared);
        prop_assert!(passes <= 3, "{passes} passes");
        prop_assert_eq!(&plan.drift, &vec![]);
        prop_assert!(plan.hash.is_none());
        let catalog = world.catalog(&declared);
        let (want, have) = (desire(&declared, &catalog), observe(&declared, &catalog));
        prop_assert_eq!(Some(want), have);
        prop_assert!(plan.held.iter().all(|held| held.why == Why::Waiting), "{:?}", plan.held);
    }

    #[test]
    fn from_any_state_to_any_other(
        (old, new) in any_change(), wounds in prop::collection::vec((0_usize..16, 0_usize..8), 0..6),
    ) {
        let mut world = Warehouse::new();
        world.settle(&read(&free(old)));
        for (how, at) in wounds {
            world.damage(how, at);
        }
        let declared = read(&free(new));
        let (passes, plan) = world.settle(&declared);
        prop_assert!(passes <= 3, "{passes} passes");
        prop_assert!(plan.drift.is_empty(), "{:#?} {:#?}", plan.drift, plan.held);
    }

    #[test]
    fn nothing_is_lost_that_the_manifest_does_not_allow(
        (old, new) in any_change(), wounds in prop::collection::vec((0_usize..16, 0_usize..8), 0..6),
        approval in any::<bool>(), unmanaged in 0_usize..3, leaving in any::<bool>(),
    ) {
        let mut world = Warehouse::new();
        world.settle(&read(&free(old)));
        for (how, at) in wounds {
            world.damage(how, at);
        }
        world.lost.clear();
        let mut new = free(new);
        new.destructive_changes = if approval { DestructiveChanges::RequireApproval } else { DestructiveChanges::Deny };
        new.unmanaged_grants = [UnmanagedGrants::Ignore, UnmanagedGrants::Report, UnmanagedGrants::Revoke][unmanaged];
        new.approved_plan = approval.then(|| "0123456789abcdef".to_owned());
        let declared = read(&new);
        let declared = if leaving { declared.leaving() } else { declared };
        let (passes, plan) = world.settle(&declared);
        prop_assert!(passes <= 3, "{passes} passes");
        prop_assert_eq!(&world.lost, &Vec::<u64>::new());
        prop_assert!(world.public_schema.is_empty() || leaving);
        let why = if approval { Why::Unapproved } else { Why::Denied };
        prop_assert_eq!(plan.hash.is_some(), plan.held.iter().any(|held| held.why == why));
        prop_assert_eq!(world.plan(&declared), plan);
    }

    #[test]
    fn an_approved_plan_is_done_whole((old, new) in any_change()) {
        let mut world = Warehouse::new();
        world.settle(&read(&free(old)));
        let mut new = free(new);
        new.destructive_changes = DestructiveChanges::RequireApproval;
        let (_, plan) = world.settle(&read(&new));
        new.approved_plan.clone_from(&plan.hash);
        let approved = world.plan(&read(&new));
        prop_assert_eq!(&approved.hash, &plan.hash);
        for transaction in &approved.transactions {
            prop_assert_eq!(world.run(transaction), Ok(()));
        }
        prop_assert_eq!(world.plan(&read(&new)).hash, None);
    }

    #[test]
    fn cut_off_anywhere_it_still_converges(
        (old, new) in any_change(), cuts in prop::collection::vec(0_usize..12, 1..4),
    ) {
        let mut world = Warehouse::new();
        world.settle(&read(&free(old)));
        let declared = read(&free(new));
        for cut in cuts {
            for transaction in world.plan(&declared).transactions.iter().take(cut) {
                prop_assert_eq!(world.run(transaction), Ok(()));
            }
        }
        let (passes, plan) = world.settle(&declared);
        prop_assert!(passes <= 3, "{passes} passes");
        prop_assert!(plan.drift.is_empty(), "{:#?}", plan.drift);
    }

    #[test]
    fn a_schema_that_leaves_takes_all_that_was_made_for_it(spec in any_spec(), staged in any::<bool>()) {
        let mut world = Warehouse::new();
        let spec = free(spec);
        world.settle(&read(&spec));
        if staged {
            world.damage(10, 0);
        }
        let (_, plan) = world.settle(&read(&spec).leaving());
        prop_assert_eq!(world.schema.is_some(), staged);
        prop_assert_eq!(world.ledger.len(), usize::from(staged));
        prop_assert_eq!(plan.held.len(), usize::from(staged));
        prop_assert!(world.roles.is_empty() && world.groups.is_empty());
        prop_assert!(world.masks.is_empty() && world.filters.is_empty());
    }
}
