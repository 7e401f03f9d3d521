use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloister_aws::{Account, Aws, Call, Lane, Look, Recorder, Target};
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{Desired, DesiredSet};
use cloister_core::resource::ResourceId;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment};
use futures::future::join_all;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, ResourceExt};
use tokio::time::Instant;

use super::{Manifests, Whose};
use crate::api::Object;
use crate::commands::Complaint;
use crate::commands::access::Access;
use crate::context::Context;
use crate::kinds::target;
use crate::objects;

/// The account and the cluster, to look at only.
pub struct Live {
    client: Client,
    aws: Aws,
    /// None where others call by the same clients.
    calls: Option<Arc<Counter>>,
    lane: Lane,
}

#[derive(Default)]
struct Counter(AtomicUsize);

impl Recorder for Counter {
    fn call(&self, _: &Call<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn waited(&self, _: &'static str, _: Duration) {}
}

impl Live {
    /// Gives the manifests the identities that their objects already have in the cluster.
    pub async fn connect(manifests: &mut Manifests, access: &Access) -> Result<Self, Complaint> {
        let client = access.client().await?;
        let environments: Api<Environment> = Api::all(client.clone());
        manifests.known_environments = environments.list(&ListParams::default()).await?.items;
        let tenants: Api<ClientTenant> = Api::all(client.clone());
        manifests.known_tenants = tenants.list(&ListParams::default()).await?.items;
        for environment in &mut manifests.environments {
            let known = adopt_identity(environment, &manifests.known_environments);
            // What is known of its account, its tenants are planned with.
            environment.status = known.and_then(|known| known.status.clone());
        }
        for tenant in &mut manifests.tenants {
            adopt_identity(tenant, &manifests.known_tenants);
        }
        // Objects of an application are known by its identity, those in AWS by the tenant's.
        for tenant in &manifests.tenants {
            if !manifests.apps_of(tenant).is_empty() {
                let apps: Api<AnalyticsApp> = Api::namespaced(client.clone(), &tenant.name_any());
                manifests.known_apps.extend(apps.list(&ListParams::default()).await?.items);
            }
        }
        let calls = Arc::new(Counter::default());
        let aws = Aws::from_env(calls.clone()).await;
        Ok(Self { client, aws, calls: Some(calls), lane: Lane::User })
    }

    /// With the operator's own clients, behind what it has to do for others.
    pub fn within(context: &Context) -> Self {
        Self { client: context.client.clone(), aws: context.aws.clone(), calls: None, lane: Lane::Sweep }
    }

    pub fn calls(&self) -> Option<usize> {
        self.calls.as_ref().map(|calls| calls.0.load(Ordering::Relaxed))
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn account(&self, home: &Environment) -> Arc<Account> {
        self.account_of(&target(&home.spec))
    }

    pub fn account_of(&self, target: &Target) -> Arc<Account> {
        self.aws.account(target)
    }

    /// How old a shared listing may be.
    pub fn recently() -> Instant {
        Instant::now().checked_sub(Duration::from_mins(1)).unwrap_or_else(Instant::now)
    }

    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// Every object of a kind in a namespace.
    pub async fn list<K>(&self, namespace: &str) -> Result<Vec<K>, Complaint>
    where
        K: Object + kube::Resource<Scope = NamespaceResourceScope>,
    {
        let api: Api<K> = Api::namespaced(self.client.clone(), namespace);
        Ok(api.list(&ListParams::default()).await?.items)
    }

    pub async fn observe(&self, whose: Whose<'_>, desired: &DesiredSet) -> ObservedSet {
        let looks = desired.iter().map(|(id, want)| async move {
            let seen = match id {
                ResourceId::Object(object) => objects::fetch(&self.client, object, whose.keeper).await,
                _ => self.observe_aws(whose.owner, whose.home, id, want).await,
            };
            (id.clone(), seen)
        });
        join_all(looks).await.into_iter().collect()
    }

    async fn observe_aws(
        &self,
        owner: &Owner,
        home: &Environment,
        id: &ResourceId,
        want: &Desired,
    ) -> Observed {
        let look = Look {
            id,
            want: &want.resource,
            owner,
            known_arn: None,
            adopt: want.adopt,
            lane: self.lane,
            // One snapshot serves the whole plan.
            since: Self::recently(),
            intent_open: false,
        };
        self.account(home).observe(look).await
    }
}

/// As it is in the cluster, if it is.
fn adopt_identity<'a, K: Object>(object: &mut K, known: &'a [K]) -> Option<&'a K> {
    let known = known.iter().find(|known| known.name_any() == object.name_any());
    object.meta_mut().uid = known.and_then(|known| known.meta().uid.clone());
    known
}
