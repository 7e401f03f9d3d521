//! Records that outlive the cluster, in the audit account's bucket. What could not be written stays in status, and is
//! written by a later pass.

use std::sync::Arc;

use cloister_aws::Account;
use cloister_core::archive::{Shelf, is_due};
use cloister_core::offboarding;
use cloister_crds::events::Hearing;
use cloister_crds::offboarding::Certificate;
use cloister_crds::status::CommonStatus;
use cloister_crds::{ClientTenant, Environment};
use futures::future::join_all;
use kube::ResourceExt as _;
use kube::runtime::reflector::ObjectRef;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::Kind;
use crate::report::now;

/// The environment whose audit bucket Cloister keeps.
pub fn home<K: Kind>(object: &K, context: &Context) -> Option<Arc<Environment>> {
    let home = context.environments.get(&ObjectRef::new(&object.home(context)?))?;
    home.spec.audit.role_arn.is_some().then_some(home)
}

/// Writes the differences that have come to their end, and notes in the status which.
pub async fn drift<K: Kind>(object: &K, account: &Account, status: &mut CommonStatus, context: &Context) {
    let Some(home) = home(object, context).filter(|_| context.fence.holds()) else { return };
    let environment = home.name_any();
    let shelf = Shelf { account: &home.spec.account_id, environment: &environment };
    let heard = K::IS_TOLD_OF && context.feeds.hearing(&environment) == Some(Hearing::Heard);
    let (now, uid, label) = (now(), Object::uid(object), object.label());
    let due = status.recent_drift.iter_mut().filter(|record| is_due(record, &now, heard));
    join_all(due.map(async |record| {
        let (key, body) = (shelf.drift_key(&uid, record), shelf.drift(&label, record).to_string());
        if is_written(account, &home, &key, body, context).await {
            record.recorded_at = Some(now.clone());
        }
    }))
    .await;
}

/// Whether it is kept, or nobody asked for that.
pub async fn keeps_certificate(
    tenant: &ClientTenant,
    certificate: &Certificate,
    account: &Account,
    context: &Context,
) -> bool {
    let Some(home) = home(tenant, context) else { return true };
    let environment = home.name_any();
    let shelf = Shelf { account: &home.spec.account_id, environment: &environment };
    let key = shelf.certificate_key(&tenant.name_any(), &Object::uid(tenant));
    let body = offboarding::json(certificate).to_string();
    is_written(account, &home, &key, body, context).await
}

async fn is_written(
    account: &Account,
    home: &Environment,
    key: &str,
    body: String,
    context: &Context,
) -> bool {
    let answer = account.archive(&home.spec.audit.bucket, key, "application/json", body.into_bytes()).await;
    context.metrics.archived(answer.is_ok());
    if let Err(fault) = &answer {
        tracing::warn!(key, %fault, "a record could not be written into the audit bucket; a later pass tries again");
    }
    answer.is_ok()
}
