//! What safeguards are judged by that is no resource which Cloister keeps.

use cloister_aws::Target;
use cloister_core::evidence::{Of, Record, Seen, node_ages};
use cloister_core::fault::Fault;
use cloister_crds::{ClientTenant, Environment, KubernetesAudit};
use jiff::Timestamp;
use kube::ResourceExt as _;
use serde_json::json;

use crate::api::Object;
use crate::commands::plan::Live;
use crate::kinds::target;

/// None where the Environment does not say where it is.
pub async fn look_at_cluster_log(home: &Environment, live: &Live) -> Option<Record> {
    let declared = home.spec.audit.kubernetes.as_ref()?;
    let account = live.account_of(&log_target(home, declared));
    let now = Timestamp::now().as_second();
    let seen = account.cluster_log(&declared.log_group, &declared.stream_prefix, live.lane()).await;
    let seen = match seen {
        Ok(Some(log)) => Seen::Fields(log.fields(now)),
        Ok(None) => Seen::Absent,
        Err(fault) => Seen::Unreadable(fault),
    };
    Some(Record { of: Of::Environment, id: format!("kubernetes-audit-log/{}", declared.log_group), seen })
}

/// None where the tenant has no nodes. Of the listing that the pools of all tenants share.
pub async fn look_at_nodes(tenant: &ClientTenant, home: &Environment, live: &Live) -> Option<Record> {
    let declared = tenant.spec.nodes.as_ref()?;
    let seen = match live.account(home).fleet(Live::recently()).await {
        Ok(fleet) => {
            let own = fleet.get(&Object::uid(tenant)).map(Vec::as_slice).unwrap_or_default();
            Seen::Fields(node_ages(own, declared.expire_after_hours, Timestamp::now().as_second()))
        }
        Err(fault) => Seen::Unreadable(fault),
    };
    Some(Record { of: Of::Tenant, id: format!("worker-nodes/{}", tenant.name_any()), seen })
}

/// The cluster may run in another account than its tenants.
fn log_target(home: &Environment, declared: &KubernetesAudit) -> Target {
    let own = target(&home.spec);
    let Some(role) = &declared.role_arn else { return own };
    let account_id = role.split(':').nth(4).unwrap_or_default().to_owned();
    Target { account_id, role_arn: role.clone(), recovery_region: None, audit: None, ..own }
}

/// The last drill, and how long ago it was.
pub fn drill(tenant: &ClientTenant, now: Timestamp) -> Option<Record> {
    let last = tenant.status.as_ref()?.last_drill.as_ref()?;
    let mut fields = serde_json::to_value(last).ok()?;
    let at: Option<Timestamp> = last.at.parse().ok();
    // One that is not dated, or in the future, is no proof.
    fields["ageDays"] = json!(at.map(|at| now.duration_since(at).as_secs().div_euclid(86_400)));
    let id = format!("recovery-drill/{}", tenant.name_any());
    Some(Record { of: Of::Tenant, id, seen: Seen::Fields(fields) })
}

/// Why one of them could not be read, and which.
pub fn unread(records: &[Record]) -> impl Iterator<Item = (&str, &Fault)> {
    records.iter().filter_map(|record| match &record.seen {
        Seen::Unreadable(fault) => Some((record.id.as_str(), fault)),
        _ => None,
    })
}
