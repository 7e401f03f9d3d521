//! The cluster, and what it cannot be without.

use std::collections::BTreeMap;
use std::iter;

use cloister_crds::warehouse::Reboots;

use super::{ADMIN, Site, is_within, key};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    Cluster, ClusterEncryption, CopyGrant, LogGroup, Nodes, ParameterGroup, Reboot, Resource, ResourceId,
    SnapshotCopy, SubnetGroup,
};

/// Six years and a leap day or two, the next that CloudWatch Logs offers (45 CFR 164.316(b)(2)(i)).
const LOG_RETENTION_DAYS: i32 = 2192;

/// Exported to CloudWatch Logs, since delivery to S3 cannot use a KMS key and queries may hold PHI.
const LOGS: [&str; 3] = ["connectionlog", "useractivitylog", "userlog"];

/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html>
const FAMILY: &str = "redshift-2.0";

/// `after` are the resources beside these that the cluster cannot be made without.
pub(crate) fn desire(site: &Site<'_>, after: impl IntoIterator<Item = ResourceId>, set: &mut DesiredSet) {
    let mut add = |id: ResourceId, resource: Resource, needs: Vec<ResourceId>| {
        let needs = needs.into_iter().collect();
        set.insert(id.clone(), Desired { resource, fate: Fate::Exist, needs, adopt: false });
        id
    };
    let name = site.name.clone();
    add(site.recovery_key_id(), key::recovery(site), vec![]);
    let grant = CopyGrant { kms_key: site.recovery_key_arn().to_owned(), tags: site.tags("copy-grant") };
    let grant_id = ResourceId::CopyGrant(name.clone());
    let grant = add(grant_id, Resource::CopyGrant(grant), vec![site.recovery_key_id()]);

    let parameters = BTreeMap::from([
        // The export of user activity needs both the log and this.
        ("enable_user_activity_logging".to_owned(), "true".to_owned()),
        ("require_ssl".to_owned(), "true".to_owned()),
    ]);
    let group = ParameterGroup { family: FAMILY.into(), parameters, tags: site.tags("parameter-group") };
    let group = add(ResourceId::ParameterGroup(name.clone()), Resource::ParameterGroup(group), vec![]);

    let subnets = SubnetGroup { subnets: site.account.subnets.clone(), tags: site.tags("subnet-group") };
    let subnets = add(ResourceId::SubnetGroup(name.clone()), Resource::SubnetGroup(subnets), vec![]);

    let mut needs = vec![site.key_id(), group, subnets, grant];
    needs.extend(after);
    for log in LOGS {
        let id = ResourceId::LogGroup(format!("/aws/redshift/cluster/{name}/{log}"));
        let keys = iter::once(site.key_id()).chain(site.log_needs.clone());
        needs.push(add(id, Resource::LogGroup(log_group(site, log)), keys.collect()));
    }
    add(ResourceId::Cluster(name), Resource::Cluster(Box::new(cluster(site))), needs);
}

fn log_group(site: &Site<'_>, log: &str) -> LogGroup {
    LogGroup {
        kms_key: Some(site.log_key_arn().to_owned()),
        retention_days: Some(LOG_RETENTION_DAYS),
        tags: site.tags(&format!("log-group/{log}")),
    }
}

fn cluster(site: &Site<'_>) -> Cluster {
    let (name, spec) = (site.name.clone(), site.spec);
    let (type_, count) = spec.shape();
    let at_once = spec.reboots == Reboots::AtOnce || is_within(&spec.maintenance_window, site.minute);
    Cluster {
        nodes: Nodes { type_: type_.to_owned(), count },
        database: site.database.clone(),
        admin: ADMIN.into(),
        encryption: ClusterEncryption { enabled: true, kms_key: Some(site.key_arn().to_owned()) },
        admin_secret_key: Some(site.key_arn().to_owned()),
        publicly_accessible: false,
        enhanced_vpc_routing: true,
        subnet_group: name.clone(),
        security_groups: site.account.security_groups.clone(),
        parameter_group: name.clone(),
        parameters_in_effect: true,
        snapshot_retention_days: spec.snapshot_retention_days,
        maintenance_window: spec.maintenance_window.clone(),
        allow_version_upgrade: true,
        roles: site.roles.clone(),
        log_exports: LOGS.map(String::from).into(),
        snapshot_copy: Some(SnapshotCopy {
            region: site.recovery_region.clone(),
            retention_days: spec.recovery_retention_days,
            grant: name,
        }),
        tags: site.tags("warehouse"),
        reboots: if at_once {
            Reboot::Now
        } else {
            Reboot::Later { window: spec.maintenance_window.clone() }
        },
    }
}
