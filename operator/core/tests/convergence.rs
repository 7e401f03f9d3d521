//! What must hold of any plan, over worlds that are damaged in any way and cut off at any step.

#![allow(clippy::panic)]

mod world;

use cloister_core::conclude::{Outcomes, Requeue, Story, conclude};
use cloister_core::observed::Actual;
use cloister_core::plan::{Mode, Plan, Safety, plan};
use cloister_core::resource::{KeyState, KeyStep, Resource, ResourceId, Step, WarehouseDatabase};
use cloister_core::sql::RoleCommand;
use cloister_core::tenant::{Copying, validate_home};
use cloister_crds::ClientTenantSpec;
use cloister_crds::bucket::{Copies, DeletionPolicy};
use cloister_crds::status::CommonStatus;
use proptest::prelude::*;
use world::database::loader;
use world::{Example, World, damage};

/// Passes over the world until nothing is left to do.
fn settle(example: &Example, world: &mut World, deleting: bool) -> usize {
    for pass in 0..12 {
        let desired = example.desired(&world.keys(), deleting);
        let plan = plan(&desired, &world.observe(&desired), Mode::Correct);
        if plan.works.is_empty() {
            return pass;
        }
        world.act(|keys| example.desired(keys, deleting), &plan);
        world.patience = None;
    }
    panic!("it does not come to rest");
}

fn rested(example: &Example, world: &World) -> Plan {
    let desired = example.desired(&world.keys(), false);
    plan(&desired, &world.observe(&desired), Mode::Correct)
}

fn made() -> (Example, World) {
    let (example, mut world) = (Example::new(), World::default());
    settle(&example, &mut world, false);
    (example, world)
}

#[test]
fn out_of_nothing_everything_is_made_in_a_few_passes() {
    let (example, mut world) = (Example::new(), World::default());
    let passes = settle(&example, &mut world, false);
    assert!(passes <= 3, "{passes} passes");
    assert!(rested(&example, &world).is_settled());
}

#[test]
fn the_difference_of_the_ideal_to_itself_is_nothing() {
    let (example, world) = made();
    let plan = rested(&example, &world);
    assert_eq!((&*plan.drift, &*plan.works, &*plan.blocked), (&[][..], &[][..], &[][..]));
}

#[test]
fn what_is_paused_or_reported_is_left_and_said() {
    let (example, mut world) = made();
    for actual in world.held.values_mut() {
        damage(&mut actual.resource, 0);
    }
    let desired = example.desired(&world.keys(), false);
    for mode in [Mode::Paused, Mode::Report] {
        let plan = plan(&desired, &world.observe(&desired), mode);
        assert!(plan.works.is_empty());
        assert!(!plan.drift.is_empty() && !plan.blocked.is_empty());
    }
}

#[test]
fn without_a_second_region_it_is_said_which_field_asks_for_copies() {
    let mut example = Example::new();
    (example.account.recovery_region, example.tenant.spec.warehouse) = (None, None);
    let spec = &mut example.tenant.spec;
    let said = |spec: &ClientTenantSpec| {
        validate_home(spec, &example.account).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(said(spec), "");
    spec.ingest_buckets[0].spec.copies = Some(Copies::CrossRegion);
    assert!(said(spec).starts_with("spec.ingestBuckets[0].copies"), "{}", said(spec));
    spec.copies = Copies::CrossRegion;
    assert!(said(spec).starts_with("spec.copies") && said(spec).contains("us-west-2"), "{}", said(spec));
}

#[test]
fn what_was_copied_once_is_kept_as_it_was_when_nothing_more_is() {
    let (mut example, mut world) = made();
    let stands = |world: &World, part: &str| world.held.keys().any(|id| id.to_string().contains(part));
    assert!(stands(&world, "iam-role/cloister-acme-health-copies"));
    example.copying = Copying::Ended;
    settle(&example, &mut world, false);
    assert!(!stands(&world, "health-copies") && stands(&world, "replica-bucket/"));
    let rules = world.held.values().filter_map(|actual| match &actual.resource {
        Resource::Bucket(bucket) => bucket.replication.as_ref(),
        _ => None,
    });
    assert_eq!(rules.count(), 0);
    for (id, actual) in &mut world.held {
        if matches!(id, ResourceId::ReplicaBucket(_)) {
            damage(&mut actual.resource, 1);
        }
    }
    assert!(!rested(&example, &world).drift.is_empty(), "nobody looks at the copies any more");
}

#[test]
fn a_tenant_that_leaves_keeps_its_key_by_default() {
    let (example, mut world) = made();
    leave(&example, &mut world);
    let left: Vec<String> = world.held.keys().map(ToString::to_string).collect();
    let phi = ["kms-key", "log-group", "recovery-kms-key", "redshift-"];
    assert!(left.iter().all(|id| phi.iter().any(|kind| id.starts_with(kind))), "{left:?}");
    assert!(left.iter().any(|id| id.starts_with("redshift-cluster/")), "{left:?}");
    assert!(world.held.values().all(|a| !format!("{a:?}").contains("PendingDeletion")));
}

#[test]
fn with_delete_the_keys_stay_all_the_same() {
    let (mut example, mut world) = made();
    example.tenant.spec.deletion_policy = DeletionPolicy::Delete;
    leave(&example, &mut world);
    let left: Vec<&Actual> =
        world.held.iter().filter(|(id, _)| !matches!(id, ResourceId::LogGroup(_))).map(|(_, a)| a).collect();
    assert_eq!(left.len(), 2, "the key and the recovery key: {left:?}");
    assert!(left.iter().all(|a| matches!(&a.resource, Resource::Key(key) if key.state == KeyState::Enabled)));
}

#[test]
fn a_database_of_the_tenants_own_stays_or_goes_by_its_policy_and_only_when_it_is_empty() {
    let is_there =
        |world: &World| world.held.keys().any(|id| id.to_string().starts_with("redshift-database/"));
    for (policy, full, stays) in [
        (DeletionPolicy::Retain, false, true),
        (DeletionPolicy::Delete, true, true),
        (DeletionPolicy::Delete, false, false),
    ] {
        let (mut example, mut world) = (Example::shared(), World::default());
        settle(&example, &mut world, false);
        assert!(is_there(&world) && !world.held.keys().any(|id| matches!(id, ResourceId::Cluster(_))));
        example.tenant.spec.deletion_policy = policy;
        for actual in world.held.values_mut().filter(|_| full) {
            if let Resource::Database(database) = &mut actual.resource {
                database.contents.push("schema others".into());
            }
        }
        leave(&example, &mut world);
        assert_eq!(is_there(&world), stays, "{policy:?} {full}");
        let desired = example.desired(&world.keys(), true);
        let plan = plan(&desired, &world.observe(&desired), Mode::Correct);
        let said = format!("{:?}", plan.blocked);
        assert_eq!(said.contains("schema others, which was not made for it"), full, "{said}");
    }
}

#[test]
fn who_may_insert_rows_may_copy_them_and_nobody_else() {
    let (example, mut world) = (Example::shared(), World::default());
    settle(&example, &mut world, false);
    let (ours, theirs) = (loader("acme-health.claims.loader"), loader("beta-clinic.claims.loader"));
    let database = |world: &mut World, change: &dyn Fn(&mut WarehouseDatabase)| {
        let found = world.held.values_mut().find_map(|actual| match &mut actual.resource {
            Resource::Database(database) => Some(database),
            _ => None,
        });
        change(found.unwrap_or_else(|| panic!("no database")));
    };
    database(&mut world, &|d| d.loaders = [ours.clone(), theirs.clone()].into());
    settle(&example, &mut world, false);
    database(&mut world, &|d| assert_eq!(d.assume_role, [(ours.clone(), [RoleCommand::Copy].into())].into()));
    database(&mut world, &|d| d.loaders.clear());
    settle(&example, &mut world, false);
    database(&mut world, &|d| assert!(d.assume_role.is_empty() && d.privileges.is_empty()));
}

/// The namespace takes what is in it along, as Kubernetes does.
fn leave(example: &Example, world: &mut World) {
    for _ in 0..4 {
        settle(example, world, true);
        let namespace_gone = !world.held.keys().any(|id| id.to_string() == "namespace/acme-health");
        if namespace_gone {
            world.held.retain(|id, _| !matches!(id, ResourceId::Object(_)));
        }
    }
}

#[test]
fn status_is_the_same_to_the_byte_when_nothing_has_changed() {
    let (example, world) = made();
    let desired = example.desired(&world.keys(), false);
    let observed = world.observe(&desired);
    let plan = plan(&desired, &observed, Mode::Correct);
    let report = |previous: &CommonStatus, now: &str| {
        conclude(&Story {
            generation: 3,
            now,
            previous,
            violations: &[],
            waiting: &[],
            desired: &desired,
            observed: &observed,
            plan: &plan,
            outcomes: &Outcomes::new(),
            intents: &[],
            mode: Mode::Correct,
            touches: &[],
            are_recorded: false,
        })
    };
    let first = report(&CommonStatus::default(), "2026-11-23T00:00:00Z");
    let second = report(&first.status, "2026-11-24T00:00:00Z");
    assert!(first.status.is_ready());
    assert_eq!(first.status, second.status);
    assert_eq!((second.notices.len(), second.requeue), (0, Requeue::Sweep));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_off_after_any_step_it_still_converges(
        cut in 0_usize..60, again in 0_usize..60, shared in any::<bool>(),
    ) {
        let example = if shared { Example::shared() } else { Example::new() };
        let mut world = World::default();
        for patience in [cut, again] {
            world.patience = Some(patience);
            let desired = example.desired(&world.keys(), false);
            let plan = plan(&desired, &world.observe(&desired), Mode::Correct);
            world.act(|keys| example.desired(keys, false), &plan);
            world.patience = None;
        }
        settle(&example, &mut world, false);
        prop_assert!(rested(&example, &world).is_settled());
    }

    #[test]
    fn any_damage_is_mended_without_destroying_anything(
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..16, any::<bool>()), 1..8),
        cut in prop::option::of(0_usize..12),
        shared in any::<bool>(),
    ) {
        let example = if shared { Example::shared() } else { Example::new() };
        let mut world = World::default();
        settle(&example, &mut world, false);
        for (which, how, gone) in wounds {
            let ids: Vec<ResourceId> = world.held.keys().cloned().collect();
            let id = which.get(&ids).clone();
            // A key that is gone for good takes what it encrypts with it: that is no repair.
            if gone && !matches!(id, ResourceId::Key(_) | ResourceId::RecoveryKey(_)) {
                world.held.remove(&id);
            } else if let Some(actual) = world.held.get_mut(&id) {
                damage(&mut actual.resource, how);
            }
            if world.held.len() < 4 { break; }
        }
        let desired = example.desired(&world.keys(), false);
        let plan = plan(&desired, &world.observe(&desired), Mode::Correct);
        for step in plan.works.iter().flat_map(|w| &w.steps) {
            prop_assert!(step.safety() < Safety::Destructive, "{step:?}");
            prop_assert!(*step != Step::Key(KeyStep::Create));
        }
        world.patience = cut;
        settle(&example, &mut world, false);
        prop_assert!(rested(&example, &world).is_settled());
    }
}
