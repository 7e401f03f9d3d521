//! The cluster that the environment's tenants share.

use std::collections::BTreeSet;

use cloister_crds::bucket::DeletionPolicy;

use super::{Account, Inputs, audit_key};
use crate::name;
use crate::ownership::{ENVIRONMENT, Owner};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{Resource, ResourceId, Tags};
use crate::warehouse::{self, HOME, Site};

/// The cluster that an environment lends its tenants.
#[must_use]
pub fn shared_cluster(environment: &str, owner: &Owner) -> ResourceId {
    ResourceId::Cluster(name::shared_warehouse(environment, &owner.uid))
}

/// That cluster's first database. As long as it is not closed, no tenant's role is lent to the cluster.
#[must_use]
pub fn home_database(environment: &str, owner: &Owner) -> ResourceId {
    ResourceId::Database(format!("{}/{HOME}", name::shared_warehouse(environment, &owner.uid)))
}

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    let mut set = DesiredSet::new();
    let (Some(spec), Some(recovery)) = (&inputs.spec.warehouse, &inputs.spec.recovery_region) else {
        return set;
    };
    let site = Site {
        spec,
        owner: inputs.owner,
        account,
        recovery_region: recovery.clone(),
        keys: inputs.keys,
        key_alias: name::shared_key_alias(inputs.name),
        log_needs: account.audit_key.as_ref().map(|_| audit_key(inputs, account).0),
        name: name::shared_warehouse(inputs.name, &inputs.owner.uid),
        database: HOME.into(),
        roles: inputs.roles.iter().map(|role| account.role_arn(role)).collect(),
        more_tags: Tags::from([(ENVIRONMENT.into(), account.environment.clone())]),
        // What tenants left in it is in its final snapshot, which is of no use without its keys.
        going: false,
        minute: inputs.minute,
    };
    let mut policy = warehouse::key::administered(account, site.going);
    warehouse::key::lend(account, &site.name, &mut policy);
    let key = warehouse::key::key(policy, site.tags("key"));
    set.insert(site.key_id(), exist(key, []));
    warehouse::desire(&site, [], &mut set);
    if inputs.deleting {
        for (id, want) in &mut set {
            let stays = inputs.spec.deletion_policy == DeletionPolicy::Retain
                || matches!(id, ResourceId::LogGroup(_) | ResourceId::Key(_) | ResourceId::RecoveryKey(_));
            want.fate = if stays { Fate::Retain } else { Fate::Vanish };
        }
    } else {
        // It goes with its cluster.
        let home = Resource::Database(Box::new(warehouse::home(&site.name)));
        let cluster = shared_cluster(inputs.name, inputs.owner);
        set.insert(home_database(inputs.name, inputs.owner), exist(home, [cluster]));
    }
    set
}

fn exist(resource: Resource, needs: impl IntoIterator<Item = ResourceId>) -> Desired {
    let needs: BTreeSet<ResourceId> = needs.into_iter().collect();
    Desired { resource, fate: Fate::Exist, needs, adopt: false }
}
