//! What is planned for an Environment, and what its tenants are planned with.

use cloister_core::environment::{self, Account};
use cloister_core::name::shared_warehouse;
use cloister_core::tenant::KeyArns;
use cloister_crds::Environment;
use kube::ResourceExt;

use super::{Manifests, Section, Survey, Whose, keys, owner, section};
use crate::api::Object;
use crate::kinds::{audit_key, minute_of_week, role, shared_by};

pub async fn plan_environment(home: &Environment, manifests: &Manifests, survey: &Survey<'_>) -> Section {
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
        had_events: false,
        had_people: false,
        minute: minute_of_week(),
    };
    let whose = Whose { owner: &owner, keeper: &owner.uid, home };
    let first_look = section(home.label(), whose, environment::desire(&inputs), survey).await;
    let keys = keys(&first_look.observed);
    first_look.again(environment::desire(&environment::Inputs { keys: &keys, ..inputs }), survey)
}

/// The account as its tenant sees it, as if what they share stood.
pub fn account(home: &Environment) -> Account {
    let name = home.name_any();
    let mut account = Account::new(&name, &home.spec);
    account.shared_cluster = account.has_warehouse.then(|| shared_warehouse(&name, &owner(home).uid));
    // Once it is known.
    account.audit_key = audit_key(home).or(account.audit_key);
    account
}
