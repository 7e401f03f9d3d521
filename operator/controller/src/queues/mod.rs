//! Who wakes whom: the watches of all kinds, and the controllers that they feed.

mod routes;

use std::hash::Hash;
use std::sync::Arc;

use cloister_core::ownership::TENANT;
use cloister_core::pipeline::PIPELINE;
use cloister_core::resource::ObjectKind;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use futures::StreamExt as _;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use kube::api::DynamicObject;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::watcher;
use kube::{Api, Client, Resource};
use tokio::task::JoinSet;

use crate::api::Object;
use crate::cache::Objects;
use crate::context::Context;
use crate::driver::{self, Unreported};
use crate::evidence;
use crate::feed::{self, Wakes};
use crate::kinds::Kind;
use crate::objects::api_resource;
use crate::pipelines::{self, wake_followers, wake_on_wish, wake_pipeline_of, wake_pipelines_beside};
use crate::pool::{self, Watched};
use crate::watch::watch;
use routes::{
    wake_app_of_deployment, wake_apps_beside, wake_apps_in, wake_children_of, wake_environment_of,
    wake_itself, wake_lender, wake_owner_of_object, wake_tenant_of, wake_tenants_of,
};

pub type Wake<K> = UnboundedSender<ObjectRef<K>>;

/// The caches, the watches that fill them, and what they wake.
pub struct Queues {
    pub environments: Store<Environment>,
    pub tenants: Store<ClientTenant>,
    pub buckets: Store<IngestBucket>,
    pub schemas: Store<RedshiftSchema>,
    pub pipelines: Store<EtlPipeline>,
    pub apps: Store<AnalyticsApp>,
    pub objects: Objects,
    pub watched: Watched,
    woken_environments: UnboundedReceiver<ObjectRef<Environment>>,
    woken_tenants: UnboundedReceiver<ObjectRef<ClientTenant>>,
    woken_buckets: UnboundedReceiver<ObjectRef<IngestBucket>>,
    woken_schemas: UnboundedReceiver<ObjectRef<RedshiftSchema>>,
    woken_pipelines: UnboundedReceiver<ObjectRef<EtlPipeline>>,
    woken_apps: UnboundedReceiver<ObjectRef<AnalyticsApp>>,
    wake_pipeline: Wake<EtlPipeline>,
    touched: Wakes,
    woken_pools: UnboundedReceiver<ObjectRef<ClientTenant>>,
}

impl Queues {
    /// Starts all watches and waits until every cache is filled: a peer that has not been listed yet must
    /// not look like one that does not exist.
    pub async fn start(client: &Client, tasks: &mut JoinSet<()>) -> Self {
        let (environments, environment_writer) = store();
        let (tenants, tenant_writer) = store();
        let (buckets, bucket_writer) = store();
        let (schemas, schema_writer) = store();
        let (pipelines, pipeline_writer) = store();
        let (apps, app_writer) = store();
        let (wake_environment, woken_environments) = unbounded();
        let (wake_tenant, woken_tenants) = unbounded();
        let (wake_bucket, woken_buckets) = unbounded();
        let (wake_schema, woken_schemas) = unbounded();
        let (wake_pipeline, woken_pipelines) = unbounded();
        let (wake_app, woken_apps) = unbounded();
        let (wake_pool, woken_pools) = unbounded();
        let touched = Wakes {
            environments: wake_environment.clone(),
            tenants: wake_tenant.clone(),
            buckets: wake_bucket.clone(),
            apps: wake_app.clone(),
        };
        let all = watcher::Config::default;
        let routes = vec![
            wake_itself(&wake_environment),
            wake_lender(&wake_environment),
            wake_tenants_of(&tenants, &wake_tenant),
            wake_apps_in(&tenants, &apps, &wake_app),
        ];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(environment_writer), routes));
        let routes = vec![
            wake_itself(&wake_tenant),
            wake_children_of(&buckets, &wake_bucket),
            wake_children_of(&schemas, &wake_schema),
            wake_children_of(&pipelines, &wake_pipeline),
            wake_children_of(&apps, &wake_app),
            wake_environment_of(&wake_environment),
            pool::wake_pool_of_tenant(&wake_pool),
        ];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(tenant_writer), routes));
        let routes = vec![
            wake_itself(&wake_bucket),
            wake_tenant_of(&wake_tenant),
            wake_pipelines_beside(&pipelines, &wake_pipeline),
        ];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(bucket_writer), routes));
        let routes = vec![
            wake_itself(&wake_schema),
            wake_tenant_of(&wake_tenant),
            wake_pipelines_beside(&pipelines, &wake_pipeline),
            wake_apps_beside(&apps, &wake_app),
        ];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(schema_writer), routes));
        let routes = vec![
            wake_itself(&wake_pipeline),
            wake_on_wish(&wake_pipeline),
            wake_tenant_of(&wake_tenant),
            wake_followers(&pipelines, &wake_pipeline),
        ];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(pipeline_writer), routes));
        let routes = vec![wake_itself(&wake_app), wake_tenant_of(&wake_tenant)];
        tasks.spawn(watch(Api::all(client.clone()), all(), into(app_writer), routes));
        let jobs = Api::all_with(client.clone(), &pipelines::api_resource());
        let ours = watcher::Config::default().labels(PIPELINE);
        tasks.spawn(watch(
            jobs,
            ours,
            |_: &watcher::Event<DynamicObject>| {},
            vec![wake_pipeline_of(&wake_pipeline)],
        ));
        let objects = watch_objects(client, &wake_tenant, &wake_app, tasks);
        let watched = pool::watch_pods_and_nodes(client, &wake_pool, tasks);
        let queues = Self {
            environments,
            tenants,
            buckets,
            schemas,
            pipelines,
            apps,
            objects,
            watched,
            woken_environments,
            woken_tenants,
            woken_buckets,
            woken_schemas,
            woken_pipelines,
            woken_apps,
            wake_pipeline,
            touched,
            woken_pools,
        };
        queues.wait_until_filled().await;
        queues
    }

    async fn wait_until_filled(&self) {
        // A cache whose writer is gone stays empty; the watch that failed has said so.
        let _ = self.environments.wait_until_ready().await;
        let _ = self.tenants.wait_until_ready().await;
        let _ = self.buckets.wait_until_ready().await;
        let _ = self.schemas.wait_until_ready().await;
        let _ = self.pipelines.wait_until_ready().await;
        let _ = self.apps.wait_until_ready().await;
        self.objects.wait_until_filled().await;
        self.watched.wait_until_filled().await;
    }

    /// Runs the controllers until `stop`, then lets passes under way come to their end.
    pub async fn run(
        self,
        context: Arc<Context>,
        stop: impl Future<Output = ()> + Clone + Send + Sync + 'static,
    ) {
        let environments = drive(self.environments, self.woken_environments, context.clone(), stop.clone());
        let pools = control(
            self.tenants.clone(),
            self.woken_pools,
            (pool::KIND, PASSES),
            pool::reconcile,
            pool::on_error,
            context.clone(),
            stop.clone(),
        );
        let tenants = drive(self.tenants, self.woken_tenants, context.clone(), stop.clone());
        let buckets = drive(self.buckets, self.woken_buckets, context.clone(), stop.clone());
        let schemas = drive(self.schemas, self.woken_schemas, context.clone(), stop.clone());
        let apps = drive(self.apps, self.woken_apps, context.clone(), stop.clone());
        let arrivals = pipelines::listen(context.clone(), self.wake_pipeline, stop.clone());
        let events = feed::follow(context.clone(), self.touched, stop.clone());
        let evidence = evidence::keep(context.clone(), stop.clone());
        // What these make is not kept, but ends.
        let pipelines = control(
            self.pipelines,
            self.woken_pipelines,
            (EtlPipeline::KIND, PASSES_OF_PIPELINES),
            pipelines::reconcile,
            pipelines::on_error,
            context,
            stop,
        );
        futures::join!(
            environments,
            tenants,
            buckets,
            schemas,
            pools,
            pipelines,
            apps,
            arrivals,
            events,
            evidence
        );
    }
}

/// Passes of a kind at a time. Each holds all of its object's documents; most of its time it waits.
const PASSES: u16 = 48;
/// Of pipelines. Many are due at the same instant: where all of them are under way, their requests queue side by side,
/// and every Job is made before the first status says that it was.
const PASSES_OF_PIPELINES: u16 = 512;

async fn drive<K: Kind>(
    store: Store<K>,
    woken: UnboundedReceiver<ObjectRef<K>>,
    context: Arc<Context>,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) where
    K::DynamicType: Eq + Hash,
{
    control(store, woken, (K::KIND, PASSES), driver::reconcile::<K>, driver::on_error::<K>, context, stop)
        .await;
}

/// Runs the passes of one kind over what is woken, until `stop`.
async fn control<K: Object, F>(
    store: Store<K>,
    woken: UnboundedReceiver<ObjectRef<K>>,
    (kind, at_once): (&'static str, u16),
    pass: impl FnMut(Arc<K>, Arc<Context>) -> F,
    on_error: impl Fn(Arc<K>, &Unreported, Arc<Context>) -> Action,
    context: Arc<Context>,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) where
    K::DynamicType: Eq + Hash,
    F: Future<Output = Result<Action, Unreported>> + Send + 'static,
{
    let metrics = context.metrics.clone();
    Controller::for_stream(futures::stream::pending(), store)
        .with_config(Config::default().concurrency(at_once))
        .reconcile_on(woken.inspect(move |_| metrics.woken(kind)))
        .graceful_shutdown_on(stop)
        .run(pass, on_error, context)
        .for_each(|_| futures::future::ready(()))
        .await;
}

/// Fills a typed cache.
fn into<K: Object>(mut writer: Writer<K>) -> impl FnMut(&watcher::Event<K>) + Send {
    move |event| writer.apply_watcher_event(event)
}

fn watch_objects(
    client: &Client,
    tenants: &Wake<ClientTenant>,
    apps: &Wake<AnalyticsApp>,
    tasks: &mut JoinSet<()>,
) -> Objects {
    let mut objects = Objects::default();
    for kind in ObjectKind::ALL.into_iter().filter(|kind| !kind.is_child() && !kind.is_fetched()) {
        let mut keeper = objects.add(kind);
        let api = Api::all_with(client.clone(), &api_resource(kind));
        let config = watcher::Config::default().labels(TENANT);
        let keep = move |event: &watcher::Event<DynamicObject>| keeper.take(event);
        let routes = vec![wake_owner_of_object(tenants, apps), wake_app_of_deployment(apps)];
        tasks.spawn(watch(api, config, keep, routes));
    }
    objects
}

pub fn send<K: Resource<DynamicType = ()>>(to: &Wake<K>, reference: ObjectRef<K>) {
    // Nobody listens any more once the operator stops.
    let _ = to.unbounded_send(reference);
}
