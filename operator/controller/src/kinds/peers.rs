//! Whether what an object's wishes rest on is still as the caches show it. Each kind has a watch of its own, and any
//! of them may lag.

use std::collections::BTreeSet;

use cloister_core::resource::{ObjectId, ObjectKind};
use cloister_crds::{ClientTenant, Environment, IngestBucket};
use kube::api::ListParams;
use kube::runtime::reflector::ObjectRef;
use kube::{Api, ResourceExt};

use super::sharing;
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;
use crate::objects;

pub async fn tenant_is_current(name: &str, context: &Context) -> Result<bool, Unreported> {
    let cached = context.tenants.get(&ObjectRef::new(name));
    let now: Option<ClientTenant> =
        Api::all(context.client.clone()).get_opt(name).await.map_err(Unreported::at("get"))?;
    let basis = |tenant: &ClientTenant| {
        let key = tenant.status().and_then(|s| s.key_arn.clone());
        let stage = tenant.decided().map(|offboarding| offboarding.stage);
        (Object::uid(tenant), Object::generation(tenant), tenant.is_leaving(), key, stage)
    };
    Ok(now.as_ref().map(basis) == cached.as_deref().map(basis))
}

pub async fn environment_is_current(name: &str, context: &Context) -> Result<bool, Unreported> {
    let cached = context.environments.get(&ObjectRef::new(name));
    let now: Option<Environment> =
        Api::all(context.client.clone()).get_opt(name).await.map_err(Unreported::at("get"))?;
    let basis = |environment: &Environment| {
        let was_ready = environment.common().is_some_and(|c| c.converged_generation.is_some());
        let warehouse = sharing::cluster(environment);
        (Object::uid(environment), Object::generation(environment), was_ready, warehouse)
    };
    Ok(now.as_ref().map(basis) == cached.as_deref().map(basis))
}

/// The buckets that a tenant's roles name, and that it may have to remove.
pub async fn buckets_are_current(tenant: &str, context: &Context) -> Result<bool, Unreported> {
    let cached = context.buckets.state_filter(|bucket| bucket.namespace().as_deref() == Some(tenant));
    let api: Api<IngestBucket> = Api::namespaced(context.client.clone(), tenant);
    let now = api.list(&ListParams::default()).await.map_err(Unreported::at("list"))?;
    let basis =
        |bucket: &IngestBucket| (Object::uid(bucket), Object::generation(bucket), bucket.is_leaving());
    let seen: BTreeSet<_> = cached.iter().map(|bucket| basis(bucket)).collect();
    Ok(now.iter().map(basis).collect::<BTreeSet<_>>() == seen)
}

pub async fn namespace_is_current(name: &str, context: &Context) -> Result<bool, Unreported> {
    let id = ObjectId { kind: ObjectKind::Namespace, namespace: String::new(), name: name.to_owned() };
    let now = objects::api(&context.client, &id).get_opt(name).await.map_err(Unreported::at("get"))?;
    let is_leaving = now.is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_some());
    Ok(is_leaving == context.objects.is_leaving(&id))
}

/// Whether no tenant lives there that the cache does not know of.
pub async fn no_tenant_is_unseen(environment: &str, context: &Context) -> Result<bool, Unreported> {
    let api: Api<ClientTenant> = Api::all(context.client.clone());
    let now = api.list(&ListParams::default()).await.map_err(Unreported::at("list"))?;
    let known = |tenant: &ClientTenant| {
        context
            .tenants
            .get(&ObjectRef::from_obj(tenant))
            .is_some_and(|seen| Object::uid(&*seen) == Object::uid(tenant))
    };
    Ok(now.iter().filter(|tenant| tenant.spec.environment == environment).all(known))
}

/// What a bucket or schema rests on: its tenant, the tenant's environment, and while it leaves its namespace,
/// which decides what becomes of it.
pub(super) async fn child_rests_on_the_present<K: Object>(
    child: &K,
    context: &Context,
) -> Result<bool, Unreported> {
    let namespace = child.namespace().unwrap_or_default();
    if !tenant_is_current(&namespace, context).await? {
        return Ok(false);
    }
    let Some(tenant) = context.tenants.get(&ObjectRef::new(&namespace)) else { return Ok(true) };
    if !environment_is_current(&tenant.spec.environment, context).await? {
        return Ok(false);
    }
    Ok(!child.is_leaving() || namespace_is_current(&namespace, context).await?)
}
