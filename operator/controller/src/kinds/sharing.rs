//! A warehouse that an environment lends its tenants: what each needs to know of the other.

use std::collections::BTreeMap;

use cloister_core::environment::{self, Account};
use cloister_core::name::Names;
use cloister_core::observed::{Actual, Observed, ObservedSet};
use cloister_core::offboarding::may_still_be_called_off;
use cloister_core::resource::{Resource, ResourceId};
use cloister_core::tenant;
use cloister_core::violation::Violation;
use cloister_crds::{ClientTenant, Environment, Warehouse};
use kube::ResourceExt;

use super::{Kind, stands};
use crate::api::Object;
use crate::context::Context;

/// What a tenant declares of its warehouse, if that is the environment's.
fn shared(tenant: &ClientTenant) -> Option<&Warehouse> {
    tenant.spec.warehouse.as_ref().filter(|warehouse| warehouse.shared)
}

pub fn is_shared(tenant: &ClientTenant) -> bool {
    shared(tenant).is_some()
}

/// The cluster to share, once it stands.
pub fn cluster(home: &Environment) -> Option<String> {
    home.spec.warehouse.as_ref()?;
    let id = environment::shared_cluster(&home.name_any(), &home.owner());
    let ResourceId::Cluster(name) = &id else { return None };
    stands(home.common(), &id.to_string()).then(|| name.clone())
}

/// The name of a tenant's database in it.
pub(super) fn database_name(tenant: &ClientTenant) -> Option<String> {
    shared(tenant).map(|warehouse| tenant::database(&tenant.name_any(), warehouse))
}

pub(super) fn database(tenant: &ClientTenant, cluster: &str) -> Option<ResourceId> {
    Some(ResourceId::Database(format!("{cluster}/{}", database_name(tenant)?)))
}

/// What a tenant waits for. One that leaves has nothing where there is no cluster yet; of one that is destroyed the role
/// goes, and with it the loan.
pub(super) fn waiting(tenant: &ClientTenant, home: &Environment) -> Option<String> {
    let is_destroyed = tenant.decided().is_some_and(|offboarding| !may_still_be_called_off(offboarding));
    shared(tenant).filter(|_| !tenant.is_leaving() && !is_destroyed)?;
    home.spec.warehouse.as_ref()?;
    let has_role = home.status.as_ref().is_some_and(|s| s.warehouse_tenants.contains(&tenant.name_any()));
    if cluster(home).is_none() {
        Some(format!("the warehouse of {} is being made", home.label()))
    } else if has_role {
        None
    } else {
        Some(format!("{} has yet to lend its warehouse the role for COPY", home.label()))
    }
}

/// Two cannot have one database: the later one is told.
pub(super) fn namesake(tenant: &ClientTenant, context: &Context) -> Option<Violation> {
    let own = database_name(tenant)?;
    let age = |t: &ClientTenant| (t.creation_timestamp().map(|t| t.0), Object::uid(t));
    let elders = context.tenants.state_filter(|other| {
        other.spec.environment == tenant.spec.environment
            && database_name(other).as_ref() == Some(&own)
            && age(other) < age(tenant)
    });
    let elder = elders.first()?;
    let hint = format!(
        "{own} is the database of {} in the warehouse of Environment {}: make this tenant anew with another one",
        elder.label(),
        tenant.spec.environment
    );
    Some(Violation::new("spec.warehouse.database", hint))
}

/// The roles that an environment lends its warehouse, as names, and whose they are by their ARNs. A role is lent once it
/// exists, and only while nobody gets at it who was not granted it: the home database has seen to that, or did when the
/// role was lent.
pub(super) fn lent(home: &Environment, context: &Context) -> BTreeMap<String, (String, String)> {
    let account = Account::new(&home.name_any(), &home.spec);
    let database = environment::home_database(&home.name_any(), &home.owner()).to_string();
    let closed = home.common().and_then(|c| c.state(&database)) == Some("Ready");
    let had = home.status.as_ref().map(|s| s.warehouse_tenants.as_slice()).unwrap_or_default();
    let tenants = context.tenants.state_filter(|tenant| {
        let name = tenant.name_any();
        shared_by(tenant, &home.name_any()) && has_role(tenant) && (closed || had.contains(&name))
    });
    tenants
        .iter()
        .map(|tenant| {
            let role = role(tenant);
            (account.role_arn(&role), (role, tenant.name_any()))
        })
        .collect()
}

/// The tenants whose roles the cluster has; as before where it cannot be seen now.
pub(super) fn lent_to(
    sharers: &BTreeMap<String, String>,
    had: &[String],
    observed: &ObservedSet,
) -> Vec<String> {
    let cluster = observed.values().find_map(|seen| match seen {
        Observed::Present(Actual { resource: Resource::Cluster(cluster), .. }) => Some(cluster),
        _ => None,
    });
    let Some(cluster) = cluster else {
        return had.iter().filter(|tenant| sharers.values().any(|t| t == *tenant)).cloned().collect();
    };
    sharers.iter().filter(|(arn, _)| cluster.roles.contains(*arn)).map(|(_, tenant)| tenant.clone()).collect()
}

/// Whether a tenant is in the warehouse of this environment.
pub fn shared_by(tenant: &ClientTenant, environment: &str) -> bool {
    is_shared(tenant) && !tenant.is_leaving() && tenant.spec.environment == environment
}

/// Name of the tenant's role for COPY.
pub fn role(tenant: &ClientTenant) -> String {
    Names::new(&tenant.name_any(), &Object::uid(tenant)).role("warehouse")
}

/// Whether the tenant's role for COPY was seen.
pub fn has_role(tenant: &ClientTenant) -> bool {
    let id = ResourceId::Role(role(tenant)).to_string();
    tenant.common().is_some_and(|c| c.arn(&id).is_some())
}
