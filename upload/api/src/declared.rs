//! Who may upload where: what the IngestBuckets say, as the API server last told it.

use std::sync::Arc;

use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_crds::{ClientTenant, Environment, IngestBucket};
use futures::StreamExt as _;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::audit::About;
use crate::identity::User;
use crate::problem::{Problem, Reason};

/// A bucket that somebody may upload into, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub tenant: String,
    pub bucket: String,
    pub tenant_uid: String,
    pub role_arn: String,
    pub account: Account,
    pub s3_bucket: String,
    pub key_arn: String,
    pub write_once: bool,
}

impl Place {
    /// Where the files of an upload go.
    #[must_use]
    pub fn prefix(&self, upload: &str) -> String {
        format!("{}/{upload}/", self.tenant)
    }

    #[must_use]
    pub fn about(&self, upload: Option<&str>) -> About {
        About {
            tenant: Some(self.tenant.clone()),
            bucket: Some(self.bucket.clone()),
            upload_id: upload.map(str::to_owned),
        }
    }
}

/// The caches; each is kept by a watch that runs as long as the process.
pub struct Declared {
    environments: Store<Environment>,
    tenants: Store<ClientTenant>,
    buckets: Store<IngestBucket>,
}

impl Declared {
    pub fn watch(client: &Client, tasks: &mut JoinSet<()>) -> Self {
        let (environments, environment_writer) = store();
        let (tenants, tenant_writer) = store();
        let (buckets, bucket_writer) = store();
        tasks.spawn(keep(Api::all(client.clone()), environment_writer));
        tasks.spawn(keep(Api::all(client.clone()), tenant_writer));
        tasks.spawn(keep(Api::all(client.clone()), bucket_writer));
        Self { environments, tenants, buckets }
    }

    pub async fn wait_until_filled(&self) {
        // A cache whose writer is gone stays empty; the watch that failed has said so.
        let _ = self.environments.wait_until_ready().await;
        let _ = self.tenants.wait_until_ready().await;
        let _ = self.buckets.wait_until_ready().await;
    }

    /// The way to one bucket, for who may use it. What does not exist is refused as what is another's.
    pub fn place(&self, user: &User, tenant: &str, bucket: &str) -> Result<Place, Problem> {
        let found = self.buckets.get(&ObjectRef::new(bucket).within(tenant));
        let allowed = found.filter(|object| may(user, object));
        let Some(object) = allowed else {
            let detail = format!(
                "There is no bucket {bucket} of tenant {tenant} into which you may upload; GET /v1/buckets lists \
                 those that there are. Who may is said by uploaders of the IngestBucket."
            );
            return Err(Problem::new(Reason::NotAllowed, detail));
        };
        if self.leaves(tenant) {
            let detail = format!("Tenant {tenant} leaves for good: nothing can be uploaded for it any more.");
            return Err(Problem::new(Reason::NotAllowed, detail));
        }
        self.way(&object).ok_or_else(|| {
            let detail =
                format!("The bucket {bucket} of tenant {tenant} is still being made; try again soon.");
            Problem::new(Reason::Unavailable, detail).retry_after(30)
        })
    }

    /// All that this user may upload into.
    #[must_use]
    pub fn places(&self, user: &User) -> Vec<Place> {
        let mut places: Vec<Place> =
            self.buckets.state().iter().filter(|b| may(user, b)).filter_map(|b| self.way(b)).collect();
        places.sort_by(|a, b| (&a.tenant, &a.bucket).cmp(&(&b.tenant, &b.bucket)));
        places
    }

    fn leaves(&self, tenant: &str) -> bool {
        self.tenants.get(&ObjectRef::new(tenant)).is_some_and(|tenant| tenant.spec.offboarding.is_some())
    }

    /// None while something is still being made, or is on its way out.
    fn way(&self, object: &IngestBucket) -> Option<Place> {
        let name = object.namespace()?;
        let tenant = self.tenants.get(&ObjectRef::new(&name)).filter(|tenant| stays(&**tenant))?;
        if tenant.spec.offboarding.is_some() {
            return None;
        }
        let home = self.environments.get(&ObjectRef::new(&tenant.spec.environment))?;
        let tenant_uid = tenant.uid()?;
        let account = Account::new(&home.name_any(), &home.spec);
        let status = object.status.as_ref()?;
        // Its policy still refuses: the tenant was called back just now.
        if status.intake.is_some() {
            return None;
        }
        Some(Place {
            bucket: object.name_any(),
            role_arn: account.role_arn(&Names::new(&name, &tenant_uid).role("uploader")),
            s3_bucket: status.bucket_name.clone()?,
            key_arn: tenant.status.as_ref()?.key_arn.clone()?,
            write_once: object.spec.write_once,
            tenant: name,
            tenant_uid,
            account,
        })
    }
}

fn may(user: &User, object: &Arc<IngestBucket>) -> bool {
    stays(&**object) && object.spec.uploaders.iter().any(|uploader| user.groups.contains(&uploader.group))
}

fn stays<K: Resource>(object: &K) -> bool {
    object.meta().deletion_timestamp.is_none()
}

async fn keep<K>(api: Api<K>, writer: Writer<K>)
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + Send + Sync + 'static,
{
    let events = watcher(api, watcher::Config::default()).default_backoff().modify(trim);
    let mut events = std::pin::pin!(reflector(writer, events));
    while let Some(event) = events.next().await {
        if let Err(error) = event {
            tracing::warn!(%error, "a watch failed");
        }
    }
}

/// What nothing here reads.
fn trim<K: Resource>(object: &mut K) {
    object.meta_mut().managed_fields = None;
    object.annotations_mut().clear();
}
