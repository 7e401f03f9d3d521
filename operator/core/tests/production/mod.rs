//! The Environment of the examples, and what it wants of its account.

use std::collections::BTreeSet;

use cloister_core::environment::{self, Inputs};
use cloister_core::ownership::Owner;
use cloister_core::plan::DesiredSet;
use cloister_core::tenant::KeyArns;
use cloister_crds::{Environment, EnvironmentSpec};

pub fn spec() -> EnvironmentSpec {
    let text = include_str!("../../../../examples/environment-production.yaml");
    let home: Environment = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    home.spec
}

/// Of one that is not being deleted and never had events, unless `change` says so.
pub fn desired(spec: &EnvironmentSpec, change: impl FnOnce(&mut Inputs<'_>)) -> DesiredSet {
    let owner = Owner { object: "Environment/production".into(), uid: "u".into() };
    let (keys, roles) = (KeyArns::default(), BTreeSet::new());
    let mut inputs = Inputs {
        name: "production",
        spec,
        owner: &owner,
        keys: &keys,
        roles: &roles,
        deleting: false,
        had_events: false,
        had_people: false,
        minute: 0,
    };
    change(&mut inputs);
    environment::desire(&inputs)
}
