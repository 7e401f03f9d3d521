//! `AnalyticsApp`: the objects in Kubernetes by which an application is served, and the door in front of it.

pub mod aws;
mod data;
mod door;
mod exposure;
mod guards;
mod pods;
mod replicas;
mod workload;

pub use data::{DataRole, read_only};
pub use pods::troubles;

use std::collections::BTreeSet;

use cloister_crds::{AnalyticsAppSpec, IdentityProvider};
use serde_json::{Value, json};

use crate::environment::Account;
use crate::name::Names;
use crate::ownership::TENANT;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{ObjectId, ObjectKind, Resource, ResourceId};

/// Names the application on all that serves it.
pub const APP: &str = "cloister.dev/app";
/// The door's file in its ConfigMap.
pub const DOOR_FILE: &str = "door.json";
/// The key of the pseudonyms' Secret.
pub const PSEUDONYM_KEY: &str = "key";
/// The key of the Secret that `signIn.secretName` names.
pub const CLIENT_SECRET: &str = "client-secret";

/// Stands for the door's image where nothing is served yet.
pub const DOOR_IMAGE_NOT_KNOWN_YET: &str = "the operator's --door-image";

/// What an application is made from.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    pub name: &'a str,
    pub uid: &'a str,
    pub spec: &'a AnalyticsAppSpec,
    pub names: &'a Names,
    pub account: &'a Account,
    pub audit: &'a Audit,
    /// None where the Environment names none: then nobody can sign in, and nothing is served.
    pub provider: Option<&'a IdentityProvider>,
    /// Of the door, by digest.
    pub door_image: Option<&'a str>,
    /// Where its data is; none where it is told of no warehouse.
    pub warehouse: Option<&'a Warehouse>,
    /// Its part in AWS, once the tenant's key is there.
    pub in_aws: Option<aws::Inputs<'a>>,
    pub own_nodes: bool,
    /// Nobody is to be served: the tenant leaves, or the application does.
    pub closed: bool,
    /// Kinds of others that the cluster has, or that were made when it had them.
    pub optional: &'a BTreeSet<ObjectKind>,
}

/// Where the access log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    pub account: String,
    pub bucket: String,
    pub region: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warehouse {
    pub cluster: String,
    pub database: String,
    pub schema: String,
}

/// What an application's objects are called.
#[must_use]
pub fn object_name(app: &str) -> String {
    format!("app-{app}")
}

/// At most 9 + 30 + 5 + 19 = 63 of IAM's 64 characters.
#[must_use]
pub fn role_name(names: &Names, app: &str) -> String {
    names.role(&object_name(app))
}

/// Of the door: at most 9 + 30 + 6 + 19 = 64.
#[must_use]
pub fn door_role_name(names: &Names, app: &str) -> String {
    names.role(&format!("door-{app}"))
}

/// Of the Secret whose key pseudonyms in the access log are made with.
#[must_use]
pub fn pseudonyms(app: &str) -> String {
    format!("app-{app}-pseudonyms")
}

/// Of the ConfigMap that the door reads.
#[must_use]
pub fn door_config(app: &str) -> String {
    format!("app-{app}-door")
}

/// Of the Secret that cert-manager writes.
#[must_use]
pub fn certificate_secret(app: &str) -> String {
    format!("app-{app}-tls")
}

/// The Secret that holds the pods' certificate.
#[must_use]
pub fn tls_secret(app: &str, spec: &AnalyticsAppSpec) -> String {
    spec.tls.secret_name.clone().unwrap_or_else(|| certificate_secret(app))
}

/// Kinds that are not in every cluster and that this declaration needs, with how to do without each.
#[must_use]
pub fn optional_kinds(spec: &AnalyticsAppSpec) -> Vec<(ObjectKind, &'static str)> {
    let certificate = spec.tls.issuer.as_ref().map(|_| {
        (ObjectKind::Certificate, "install cert-manager, or name a Secret of your own in spec.tls.secretName")
    });
    let route = spec.exposure.gateway.as_ref().map(|_| {
        (ObjectKind::TlsRoute, "install the Gateway API with TLSRoute, or write spec.exposure.loadBalancer")
    });
    certificate.into_iter().chain(route).collect()
}

impl Inputs<'_> {
    #[must_use]
    pub fn id(&self, kind: ObjectKind, name: &str) -> ResourceId {
        ResourceId::Object(ObjectId { kind, namespace: self.names.tenant.clone(), name: name.to_owned() })
    }

    fn labels(&self) -> Value {
        json!({
            "app.kubernetes.io/managed-by": "cloister",
            TENANT: self.names.tenant,
            APP: self.name,
        })
    }

    /// Of its pods. Nothing else of the tenant's carries it.
    fn selector(&self) -> Value {
        json!({ "matchLabels": { APP: self.name } })
    }

    fn object(&self, kind: ObjectKind, name: &str, body: Value) -> Value {
        let mut object = json!({
            "apiVersion": kind.api_version(),
            "kind": kind.kind(),
            "metadata": {
                "name": name,
                "namespace": self.names.tenant,
                "labels": self.labels(),
                "ownerReferences": [{
                    "apiVersion": "cloister.dev/v1alpha1",
                    "kind": "AnalyticsApp",
                    "name": self.name,
                    "uid": self.uid,
                    "controller": true,
                    "blockOwnerDeletion": false,
                }],
            },
        });
        if let (Value::Object(into), Value::Object(from)) = (&mut object, body) {
            into.extend(from);
        }
        object
    }
}

/// Everything that serves it in Kubernetes. Whatever lets people in goes where nobody is to be served; what they were
/// let in by stays as it is.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let name = object_name(inputs.name);
    let mut set = DesiredSet::new();
    let mut add = |kind: ObjectKind, name: &str, fate: Fate, body: Value| {
        let resource = Resource::Object(inputs.object(kind, name, body));
        set.insert(inputs.id(kind, name), Desired { resource, fate, needs: BTreeSet::new(), adopt: false });
    };
    let door = inputs.provider.map(|provider| door::config(inputs, provider));
    let serves = if inputs.closed { Fate::Vanish } else { Fate::Exist };
    let only_if = |wanted: bool| if wanted { serves } else { Fate::Vanish };

    add(ObjectKind::ServiceAccount, &name, Fate::Exist, json!({ "automountServiceAccountToken": false }));
    add(ObjectKind::NetworkPolicy, &name, Fate::Exist, guards::network(inputs));
    add(ObjectKind::PodDisruptionBudget, &name, Fate::Exist, guards::disruption(inputs));
    add(
        ObjectKind::Secret,
        &pseudonyms(inputs.name),
        Fate::Exist,
        json!({ "type": "Opaque", "immutable": true }),
    );
    add(ObjectKind::Service, &name, serves, exposure::service(inputs));
    if inputs.optional.contains(&ObjectKind::Certificate) {
        let wanted = if inputs.spec.tls.issuer.is_some() { Fate::Exist } else { Fate::Vanish };
        add(ObjectKind::Certificate, &name, wanted, exposure::certificate(inputs));
    }
    if inputs.optional.contains(&ObjectKind::TlsRoute) {
        let wanted = only_if(inputs.spec.exposure.gateway.is_some());
        add(ObjectKind::TlsRoute, &name, wanted, exposure::route(inputs));
    }
    let scales = inputs.spec.replicas.max.is_some();
    add(ObjectKind::HorizontalPodAutoscaler, &name, only_if(scales), replicas::autoscaler(inputs));
    if let Some(door) = &door {
        add(ObjectKind::ConfigMap, &door_config(inputs.name), Fate::Exist, door::config_map(inputs, door));
    }
    match (&door, inputs.door_image) {
        (Some(door), Some(image)) => {
            add(ObjectKind::Deployment, &name, serves, workload::deployment(inputs, door, image));
        }
        // What once served may not be made out now: it stays, unless nobody is to be served.
        _ if inputs.closed => add(ObjectKind::Deployment, &name, Fate::Vanish, json!({})),
        _ => {}
    }
    if let Some(part) = &inputs.in_aws {
        set.extend(aws::desire(part));
    }
    order(inputs, &mut set);
    set
}

/// Pods start once all that they mount and are held by is there.
fn order(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let name = object_name(inputs.name);
    let before = [
        inputs.id(ObjectKind::ServiceAccount, &name),
        inputs.id(ObjectKind::NetworkPolicy, &name),
        inputs.id(ObjectKind::Secret, &pseudonyms(inputs.name)),
        inputs.id(ObjectKind::ConfigMap, &door_config(inputs.name)),
    ];
    let needs: BTreeSet<ResourceId> = before.into_iter().filter(|id| set.contains_key(id)).collect();
    let in_aws = set.keys().filter(|id| !matches!(id, ResourceId::Object(_))).cloned();
    let needs = needs.into_iter().chain(in_aws).collect();
    if let Some(deployment) = set.get_mut(&inputs.id(ObjectKind::Deployment, &name)) {
        deployment.needs = needs;
    }
}

#[cfg(test)]
mod tests;
