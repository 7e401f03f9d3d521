//! What is read for an answer: a tenant, its Environment, and what is in its namespace.

use cloister_core::kubectl::why::{Sight, World};
use cloister_core::kubectl::{Kind, Target};
use cloister_crds::{ClientTenant, Environment};
use jiff::Timestamp;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use kube::{Api, Client};

use crate::api::Object;
use crate::commands::Complaint;

/// `namespace` is that of the object, where its kind is in one.
pub async fn around(target: &Target, namespace: &str, client: &Client) -> Result<World, Complaint> {
    let tenant = if target.kind.is_namespaced() { namespace } else { target.name.as_str() };
    let mut world = World {
        environment: Sight::Hidden,
        tenant: Sight::Hidden,
        buckets: Vec::new(),
        schemas: Vec::new(),
        pipelines: Vec::new(),
        apps: Vec::new(),
        now: Timestamp::now(),
    };
    if target.kind == Kind::Environment {
        world.environment = sight(&Api::<Environment>::all(client.clone()), &target.name).await?;
        return Ok(world);
    }
    world.tenant = sight(&Api::<ClientTenant>::all(client.clone()), tenant).await?;
    if let Some(found) = world.tenant.found() {
        world.environment = sight(&Api::<Environment>::all(client.clone()), &found.spec.environment).await?;
    }
    (world.buckets, world.schemas, world.pipelines, world.apps) = futures::future::try_join4(
        within(tenant, client),
        within(tenant, client),
        within(tenant, client),
        within(tenant, client),
    )
    .await?;
    Ok(world)
}

/// What may not be read is hidden: who works in one namespace need not see the whole cluster.
async fn sight<K: Object>(api: &Api<K>, name: &str) -> Result<Sight<K>, Complaint> {
    match api.get_opt(name).await {
        Ok(Some(found)) => Ok(Sight::Found(Box::new(found))),
        Ok(None) => Ok(Sight::Absent),
        Err(kube::Error::Api(answer)) if answer.code == 403 => Ok(Sight::Hidden),
        Err(error) => Err(error.into()),
    }
}

async fn within<K>(namespace: &str, client: &Client) -> Result<Vec<K>, Complaint>
where
    K: Object + kube::Resource<Scope = NamespaceResourceScope>,
{
    match Api::<K>::namespaced(client.clone(), namespace).list(&ListParams::default()).await {
        Ok(list) => Ok(list.items),
        Err(kube::Error::Api(answer)) if answer.code == 403 => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
