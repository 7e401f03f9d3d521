//! The tenant's Redshift cluster and all that makes it safe: R1-R8 of the checklist.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::Warehouse;
use cloister_crds::warehouse::Reboots;

use super::{Inputs, key, want};
use crate::plan::DesiredSet;
use crate::resource::{
    Cluster, ClusterEncryption, CopyGrant, LogGroup, Nodes, ParameterGroup, Reboot, Resource, ResourceId,
    SnapshotCopy, SubnetGroup,
};
use crate::violation::Violation;

/// Not `awsuser`, which is Redshift's default. Its password is Redshift's own secret.
pub const ADMIN: &str = "cloister_admin";

/// Six years and a leap day or two, the next that CloudWatch Logs offers (45 CFR 164.316(b)(2)(i)).
const LOG_RETENTION_DAYS: i32 = 2192;

/// Exported to CloudWatch Logs, since delivery to S3 cannot use a KMS key and queries may hold PHI.
const LOGS: [&str; 3] = ["connectionlog", "useractivitylog", "userlog"];

/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html>
const FAMILY: &str = "redshift-2.0";

/// The tenant's name in an identifier of SQL.
#[must_use]
pub fn database(tenant: &str, warehouse: &Warehouse) -> String {
    warehouse.database.clone().unwrap_or_else(|| tenant.replace('-', "_"))
}

pub(super) fn validate(spec: &Warehouse) -> Vec<Violation> {
    let window = &spec.maintenance_window;
    let short = window_minutes(window).is_none_or(|minutes| minutes < 30);
    let hint =
        format!("{window} is shorter than half an hour, Redshift's least: write such as sun:05:00-sun:06:00");
    short.then(|| Violation::new("spec.warehouse.maintenanceWindow", hint)).into_iter().collect()
}

const WEEK: i32 = 7 * 24 * 60;

/// `sun:05:00`, as minutes since Monday.
fn minute_of_week(text: &str) -> Option<i32> {
    let (day, time) = text.split_once(':')?;
    let (hour, minute) = time.split_once(':')?;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = i32::try_from(days.iter().position(|d| *d == day)?).ok()?;
    Some((day * 24 + hour.parse::<i32>().ok()?) * 60 + minute.parse::<i32>().ok()?)
}

fn window_minutes(window: &str) -> Option<i32> {
    let (from, to) = window.split_once('-')?;
    Some((minute_of_week(to)? - minute_of_week(from)?).rem_euclid(WEEK))
}

/// Whether a minute of the week (UTC, since Monday) lies in a window.
#[must_use]
pub fn is_within(window: &str, minute: i32) -> bool {
    let start = window.split_once('-').and_then(|(from, _)| minute_of_week(from));
    let (Some(start), Some(length)) = (start, window_minutes(window)) else { return false };
    (minute - start).rem_euclid(WEEK) < length
}

pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let (Some(spec), Some(recovery)) = (&inputs.spec.warehouse, &inputs.account.recovery_region) else {
        return;
    };
    let name = inputs.names.warehouse();
    key::desire_recovery(inputs, recovery, set);
    let grant = CopyGrant { kms_key: inputs.recovery_key_arn().to_owned(), tags: inputs.tags("copy-grant") };
    let grant_id = ResourceId::CopyGrant(name.clone());
    set.insert(grant_id.clone(), want(Resource::CopyGrant(grant), [inputs.recovery_key_id()]));

    let parameters = BTreeMap::from([
        // The export of user activity needs both the log and this.
        ("enable_user_activity_logging".to_owned(), "true".to_owned()),
        ("require_ssl".to_owned(), "true".to_owned()),
    ]);
    let group = ParameterGroup { family: FAMILY.into(), parameters, tags: inputs.tags("parameter-group") };
    let group_id = ResourceId::ParameterGroup(name.clone());
    set.insert(group_id.clone(), want(Resource::ParameterGroup(group), []));

    let subnets = SubnetGroup { subnets: inputs.account.subnets.clone(), tags: inputs.tags("subnet-group") };
    let subnets_id = ResourceId::SubnetGroup(name.clone());
    set.insert(subnets_id.clone(), want(Resource::SubnetGroup(subnets), []));

    let mut needs = vec![inputs.key_id(), group_id, subnets_id, grant_id];
    needs.push(ResourceId::Role(inputs.names.role("warehouse")));
    for log in LOGS {
        let id = ResourceId::LogGroup(format!("/aws/redshift/cluster/{name}/{log}"));
        set.insert(id.clone(), want(Resource::LogGroup(log_group(inputs, log)), [inputs.key_id()]));
        needs.push(id);
    }
    let cluster = Resource::Cluster(Box::new(cluster(inputs, spec, recovery)));
    set.insert(ResourceId::Cluster(name), want(cluster, needs));
}

fn log_group(inputs: &Inputs<'_>, log: &str) -> LogGroup {
    LogGroup {
        kms_key: Some(inputs.key_arn().to_owned()),
        retention_days: Some(LOG_RETENTION_DAYS),
        tags: inputs.tags(&format!("log-group/{log}")),
    }
}

fn cluster(inputs: &Inputs<'_>, spec: &Warehouse, recovery: &str) -> Cluster {
    let name = inputs.names.warehouse();
    let (type_, count) = spec.shape();
    let at_once = spec.reboots == Reboots::AtOnce || is_within(&spec.maintenance_window, inputs.minute);
    Cluster {
        nodes: Nodes { type_: type_.to_owned(), count },
        database: database(&inputs.names.tenant, spec),
        admin: ADMIN.into(),
        encryption: ClusterEncryption { enabled: true, kms_key: Some(inputs.key_arn().to_owned()) },
        admin_secret_key: Some(inputs.key_arn().to_owned()),
        publicly_accessible: false,
        enhanced_vpc_routing: true,
        subnet_group: name.clone(),
        security_groups: inputs.account.security_groups.clone(),
        parameter_group: name.clone(),
        parameters_in_effect: true,
        snapshot_retention_days: spec.snapshot_retention_days,
        maintenance_window: spec.maintenance_window.clone(),
        allow_version_upgrade: true,
        roles: BTreeSet::from([inputs.account.role_arn(&inputs.names.role("warehouse"))]),
        log_exports: LOGS.map(String::from).into(),
        snapshot_copy: Some(SnapshotCopy {
            region: recovery.to_owned(),
            retention_days: spec.recovery_retention_days,
            grant: name,
        }),
        tags: inputs.tags("warehouse"),
        reboots: if at_once {
            Reboot::Now
        } else {
            Reboot::Later { window: spec.maintenance_window.clone() }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_reach_over_the_end_of_the_week() {
        let window = "sun:23:30-mon:00:30";
        assert_eq!(window_minutes(window), Some(60));
        assert!(is_within(window, 15));
        assert!(is_within(window, WEEK - 10));
        assert!(!is_within(window, 30));
        assert!(!is_within(window, WEEK - 31));
    }

    #[test]
    fn a_window_of_less_than_half_an_hour_is_refused() {
        let spec = |window: &str| Warehouse { maintenance_window: window.into(), ..Warehouse::default() };
        assert_eq!(validate(&spec("sun:05:00-sun:05:30")), []);
        assert_eq!(validate(&spec("sun:05:00-sun:05:29")).len(), 1);
        assert_eq!(validate(&spec("sun:05:00-sun:05:00")).len(), 1);
    }
}
