//! The stage `Exporting` of a tenant that leaves: first its warehouse's tables, then what its buckets hold.

use std::collections::BTreeSet;

use cloister_aws::Account;
use cloister_core::name::Names;
use cloister_core::offboarding::unload;
use cloister_core::resource::ResourceId;
use cloister_crds::ClientTenant;
use cloister_crds::offboarding::BucketRecord;
use cloister_crds::unload::WarehouseExport;
use kube::ResourceExt;

use super::schema;
use super::tenant::home;
use crate::api::Object;
use crate::context::Context;
use crate::unload::Unloading;
use crate::{export, report};

/// How far a pass has come.
pub(super) struct Exported {
    pub warehouse: Option<WarehouseExport>,
    /// Once there is nothing more to do.
    pub buckets: Option<Vec<BucketRecord>>,
    pub open: Vec<String>,
}

pub(super) async fn step(
    tenant: &ClientTenant,
    account: &Account,
    owned: &BTreeSet<ResourceId>,
    context: &Context,
) -> Exported {
    let before = tenant.decided().and_then(|status| status.warehouse.as_ref());
    let mut exported = Exported { warehouse: before.cloned(), buckets: None, open: Vec::new() };
    let now = report::now();
    let may_go_on = || context.fence.holds();
    if let Some(unloading) = unloading(tenant, account, owned, &may_go_on, context) {
        let (next, went) = unloading.step(before, &now).await;
        if next.as_ref() != before {
            // Where something moves it is looked at soon again.
            context.remember(&Object::uid(tenant), |memory| memory.faults = 0);
        }
        exported.open.extend(next.as_ref().and_then(unload::sentence));
        exported.warehouse = next;
        if let Err(fault) = went {
            tracing::warn!(object = tenant.label(), %fault, "the warehouse was not unloaded to its end");
            exported.open.insert(0, format!("the warehouse was not unloaded to its end: {fault}"));
        } else if exported.warehouse.is_none() {
            exported.open.push("the warehouse's tables are being listed".to_owned());
        }
    }
    if !exported.open.is_empty() {
        return exported;
    }
    match export::export(account, owned, &now, &may_go_on).await {
        Ok(records) => exported.buckets = Some(records),
        Err(fault) => {
            tracing::warn!(object = tenant.label(), %fault, "the export did not come to its end");
            exported.open.push(format!("the export did not come to its end: {fault}"));
        }
    }
    exported
}

/// None where there is no warehouse.
fn unloading<'a>(
    tenant: &ClientTenant,
    account: &'a Account,
    owned: &BTreeSet<ResourceId>,
    may_go_on: &'a (dyn Fn() -> bool + Send + Sync),
    context: &Context,
) -> Option<Unloading<'a>> {
    let home = home(&tenant.spec.environment, context).ok()?;
    let uid = Object::uid(tenant);
    let names = Names::new(&tenant.name_any(), &uid);
    let environment = cloister_core::environment::Account::new(&home.name_any(), &home.spec);
    Some(Unloading {
        account,
        at: schema::database(tenant, &home, &names)?,
        bucket: bucket(tenant, owned, context),
        role: environment.role_arn(&names.role("warehouse")),
        key: tenant.status()?.key_arn.clone()?,
        uid,
        may_go_on,
    })
}

/// The first by name of those that are declared, rather one in which files are not locked for years; then of those that
/// were once declared.
fn bucket(tenant: &ClientTenant, owned: &BTreeSet<ResourceId>, context: &Context) -> Option<String> {
    let name = tenant.name_any();
    let declared = context.buckets.state_filter(|b| b.namespace().as_deref() == Some(&*name));
    let place = |id: &ResourceId| {
        let ResourceId::Bucket(name) = id else { return None };
        let is_it = |b: &cloister_crds::IngestBucket| {
            b.status().is_some_and(|status| status.bucket_name.as_deref() == Some(name))
        };
        let spec = declared.iter().find(|bucket| is_it(bucket)).map(|bucket| &bucket.spec);
        Some((spec.is_none(), spec.is_some_and(|spec| spec.object_lock.is_some()), name.clone()))
    };
    owned.iter().filter_map(place).min().map(|(_, _, name)| name)
}
