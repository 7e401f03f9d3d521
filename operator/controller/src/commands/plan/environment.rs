//! What is planned for an Environment, and what its tenants are planned with.

use cloister_core::environment::{self, Account};
use cloister_core::name::shared_warehouse;
use cloister_core::plan::{Mode, plan};
use cloister_core::tenant::KeyArns;
use cloister_crds::Environment;
use kube::ResourceExt;

use super::live::Live;
use super::manifests::Manifests;
use super::{Section, keys, owner, section};
use crate::api::Object;
use crate::kinds::{minute_of_week, role, shared_by};

pub(super) async fn plan_environment(
    home: &Environment,
    manifests: &Manifests,
    live: Option<&Live>,
) -> Section {
    let (name, owner) = (home.name_any(), owner(home));
    let tenants = manifests.tenants.iter().chain(&manifests.known_tenants);
    let roles = tenants.filter(|tenant| shared_by(tenant, &name)).map(role).collect();
    let inputs = environment::Inputs {
        name: &name,
        spec: &home.spec,
        owner: &owner,
        keys: &KeyArns::default(),
        roles: &roles,
        deleting: false,
        minute: minute_of_week(),
    };
    let first_look = section(home.label(), &owner, home, environment::desire(&inputs), live).await;
    let keys = keys(&first_look.observed);
    let desired = environment::desire(&environment::Inputs { keys: &keys, ..inputs });
    let plan = plan(&desired, &first_look.observed, Mode::Correct);
    Section { desired, plan, ..first_look }
}

/// The account as its tenant sees it, as if what they share stood.
pub(super) fn account(home: &Environment) -> Account {
    let name = home.name_any();
    let mut account = Account::new(&name, &home.spec);
    account.shared_cluster = account.has_warehouse.then(|| shared_warehouse(&name, &owner(home).uid));
    account
}
