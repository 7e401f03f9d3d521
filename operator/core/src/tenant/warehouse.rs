//! The tenant's cluster, or its database in the Environment's.

use std::collections::BTreeSet;

use cloister_crds::Warehouse;

use super::{Inputs, want};
use crate::ownership::{ENVIRONMENT, TENANT};
use crate::plan::DesiredSet;
use crate::resource::{Resource, ResourceId, Tags};
use crate::warehouse::{self, Site};

/// The tenant's name in an identifier of SQL.
#[must_use]
pub fn database(tenant: &str, warehouse: &Warehouse) -> String {
    warehouse.database.clone().unwrap_or_else(|| tenant.replace('-', "_"))
}

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let role = inputs.names.role("warehouse");
    match (&inputs.spec.warehouse, &inputs.account.shared_cluster, &inputs.account.recovery_region) {
        (Some(spec), Some(cluster), _) if spec.shared => {
            let (name, prefix) = (database(&inputs.names.tenant, spec), format!("{}.", inputs.names.tenant));
            let database = warehouse::of_tenant(cluster, &name, prefix, inputs.account.role_arn(&role));
            let id = ResourceId::Database(format!("{cluster}/{name}"));
            set.insert(id, want(Resource::Database(Box::new(database)), []));
        }
        (Some(spec), _, Some(recovery)) if !spec.shared => {
            let site = Site {
                spec: &spec.cluster,
                owner: inputs.owner,
                account: inputs.account,
                recovery_region: recovery.clone(),
                keys: inputs.keys,
                key_alias: inputs.names.key_alias(),
                log_needs: None,
                name: inputs.names.warehouse(),
                database: database(&inputs.names.tenant, spec),
                roles: BTreeSet::from([inputs.account.role_arn(&role)]),
                more_tags: Tags::from([
                    (TENANT.into(), inputs.names.tenant.clone()),
                    (ENVIRONMENT.into(), inputs.account.environment.clone()),
                ]),
                going: inputs.is_going(),
                minute: inputs.minute,
            };
            warehouse::desire(&site, [ResourceId::Role(role)], set);
        }
        // The Environment's cluster does not stand yet, or there is nothing to be made.
        _ => {}
    }
}
