//! Which changes of an object wake whom.

use cloister_crds::status::ResourceStatus;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, RedshiftSchema};
use kube::ResourceExt;
use kube::api::DynamicObject;
use kube::runtime::reflector::{ObjectRef, Store};

use super::{Wake, send};
use crate::api::Object;
use crate::kinds;
use crate::watch::{FirstSight, Route, fingerprint};

/// Its spec, its deletion, or somebody's wish to have it looked at now.
pub(super) fn wake_itself<K: Object>(to: &Wake<K>) -> Route<K> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|o| {
            let poke = o.annotations().get("cloister.dev/reconcile-requested-at").cloned();
            fingerprint((Object::uid(o), Object::generation(o), o.is_leaving(), poke))
        }),
        wake: Box::new(move |o| send(&to, ObjectRef::from_obj(o))),
        first_sight: FirstSight::Wakes,
    }
}

/// It lends its warehouse no role before that is closed.
pub(super) fn wake_lender(to: &Wake<Environment>) -> Route<Environment> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|e| {
            let resources = e.common().map(|c| c.resources.as_slice()).unwrap_or_default();
            let closed = |r: &ResourceStatus| r.id.starts_with("redshift-database/") && r.state == "Ready";
            fingerprint(resources.iter().any(closed))
        }),
        wake: Box::new(move |e| send(&to, ObjectRef::from_obj(e))),
        first_sight: FirstSight::WakesLater,
    }
}

pub(super) fn wake_tenants_of(tenants: &Store<ClientTenant>, to: &Wake<ClientTenant>) -> Route<Environment> {
    let (tenants, to) = (tenants.clone(), to.clone());
    Route {
        fingerprint: Box::new(|e| {
            let usable = e.common().is_some_and(|c| c.converged_generation.is_some());
            let lent = (kinds::shared_cluster(e), e.status().map(|s| s.warehouse_tenants.clone()));
            let key = kinds::audit_key(e);
            fingerprint((Object::uid(e), Object::generation(e), usable, lent, key))
        }),
        wake: Box::new(move |environment| {
            let name = environment.name_any();
            let living_there = tenants.state_filter(|tenant| tenant.spec.environment == name);
            for tenant in &living_there {
                send(&to, ObjectRef::from_obj(&**tenant));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// Buckets wait for the tenant's key, and what copies need; schemas for its warehouse.
pub(super) fn wake_children_of<K: Object>(children: &Store<K>, to: &Wake<K>) -> Route<ClientTenant> {
    let (children, to) = (children.clone(), to.clone());
    Route {
        fingerprint: Box::new(|t| {
            let key = t.status().and_then(|s| s.key_arn.clone());
            let resources = t.common().map(|c| c.resources.as_slice()).unwrap_or_default();
            let parts = ["redshift-cluster/", "redshift-database/"];
            let warehouse = resources.iter().find(|r| parts.iter().any(|part| r.id.starts_with(part)));
            let warehouse = warehouse.map(|r| (r.state.clone(), r.arn.is_some()));
            let parts = (key, warehouse, kinds::copies::are_possible(t));
            fingerprint((Object::uid(t), Object::generation(t), t.is_leaving(), parts))
        }),
        wake: Box::new(move |tenant| {
            let name = tenant.name_any();
            let children = children.state_filter(|child| child.namespace().as_deref() == Some(&*name));
            for child in &children {
                send(&to, ObjectRef::from_obj(&**child));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// An environment that wants to leave waits for its last tenant, and lends those that share its warehouse their roles.
pub(super) fn wake_environment_of(to: &Wake<Environment>) -> Route<ClientTenant> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|tenant| {
            let has_role = kinds::is_shared(tenant) && kinds::has_role(tenant);
            fingerprint((&tenant.spec.environment, has_role, tenant.is_leaving()))
        }),
        wake: Box::new(move |tenant| {
            if tenant.is_leaving() || kinds::is_shared(tenant) {
                send(&to, ObjectRef::new(&tenant.spec.environment));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

pub(super) fn wake_tenant_of<K: Object>(to: &Wake<ClientTenant>) -> Route<K> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|b| {
            let owners: Vec<&str> = b.owner_references().iter().map(|o| o.uid.as_str()).collect();
            let ready =
                b.common().is_some_and(|c| c.is_ready() && c.observed_generation == Object::generation(b));
            let stalled = b.common().and_then(|c| c.condition("Stalled")).is_some_and(|s| s.status == "True");
            let said = (ready, stalled);
            fingerprint((Object::uid(b), Object::generation(b), b.is_leaving(), b.labels(), owners, said))
        }),
        wake: Box::new(move |bucket| send(&to, ObjectRef::new(&bucket.namespace().unwrap_or_default()))),
        first_sight: FirstSight::WakesLater,
    }
}

/// Everything but the status, which others write.
pub(super) fn wake_owner_of_object(
    to: &Wake<ClientTenant>,
    apps: &Wake<AnalyticsApp>,
) -> Route<DynamicObject> {
    let (to, apps) = (to.clone(), apps.clone());
    Route {
        fingerprint: Box::new(|object| {
            let owners: Vec<&str> = object.owner_references().iter().map(|o| o.uid.as_str()).collect();
            let mut body = object.data.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.remove("status");
            }
            let leaving = object.metadata.deletion_timestamp.is_some();
            let meta = (object.labels(), object.annotations(), owners, leaving);
            fingerprint((object.uid(), meta, body.to_string()))
        }),
        // A tenant's namespace has its name.
        wake: Box::new(move |object| {
            let tenant = object.namespace().unwrap_or_else(|| object.name_any());
            let owners = kinds::apps_of(object);
            if owners.is_empty() {
                send(&to, ObjectRef::new(&tenant));
            }
            for app in owners {
                send(&apps, ObjectRef::new(&app).within(&tenant));
            }
        }),
        first_sight: FirstSight::Silent,
    }
}

/// How many of its pods serve.
pub(super) fn wake_app_of_deployment(to: &Wake<AnalyticsApp>) -> Route<DynamicObject> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|object| {
            let status = &object.data["status"];
            let counted = ["observedGeneration", "replicas", "readyReplicas", "updatedReplicas"];
            fingerprint(counted.map(|field| status[field].as_i64()))
        }),
        wake: Box::new(move |object| {
            for app in kinds::apps_of(object) {
                send(&to, ObjectRef::new(&app).within(&object.namespace().unwrap_or_default()));
            }
        }),
        first_sight: FirstSight::Silent,
    }
}

/// Its data is a role of a schema, which may be wrong or not there yet.
pub(super) fn wake_apps_beside(apps: &Store<AnalyticsApp>, to: &Wake<AnalyticsApp>) -> Route<RedshiftSchema> {
    let (apps, to) = (apps.clone(), to.clone());
    Route {
        fingerprint: Box::new(|schema| {
            let was_ready = schema.common().is_some_and(|c| c.converged_generation.is_some());
            fingerprint((Object::uid(schema), Object::generation(schema), was_ready))
        }),
        wake: Box::new(move |schema| {
            let reads = |app: &AnalyticsApp| {
                let data = app.spec.data.as_ref().is_some_and(|data| data.schema == schema.name_any());
                data && app.namespace() == schema.namespace()
            };
            for app in &apps.state_filter(reads) {
                send(&to, ObjectRef::from_obj(&**app));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// Who signs in, and where records are kept, the environment says.
pub(super) fn wake_apps_in(
    tenants: &Store<ClientTenant>,
    apps: &Store<AnalyticsApp>,
    to: &Wake<AnalyticsApp>,
) -> Route<Environment> {
    let (tenants, apps, to) = (tenants.clone(), apps.clone(), to.clone());
    Route {
        fingerprint: Box::new(|e| {
            let usable = e.common().is_some_and(|c| c.converged_generation.is_some());
            fingerprint((Object::uid(e), Object::generation(e), usable, kinds::shared_cluster(e)))
        }),
        wake: Box::new(move |environment| {
            let name = environment.name_any();
            let lives_there = |app: &AnalyticsApp| {
                let tenant = tenants.get(&ObjectRef::new(&app.namespace().unwrap_or_default()));
                tenant.is_some_and(|tenant| tenant.spec.environment == name)
            };
            for app in &apps.state_filter(lives_there) {
                send(&to, ObjectRef::from_obj(&**app));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}
