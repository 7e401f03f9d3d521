//! What a pipeline rests on: its tenant, the environment, buckets, a schema, another pipeline.

use std::sync::Arc;

use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::pipeline::{Home, KUEUE, Place, Upstream, Warehouse, upstream_of};
use cloister_crds::{ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::{database, home, target};

pub struct Peers {
    /// What is not there or not ready, one sentence each.
    pub waiting: Vec<String>,
    /// Where its workers live, once everything that they need is there.
    pub home: Option<Home>,
    pub upstream: Option<Upstream>,
    pub account: Option<Arc<cloister_aws::Account>>,
}

/// Where files arrive, and how it is told.
pub struct Landing {
    pub namespace: String,
    pub account: Arc<cloister_aws::Account>,
    pub bucket: String,
    pub queue: String,
}

pub fn look(pipeline: &EtlPipeline, context: &Context) -> Peers {
    let mut waiting = Vec::new();
    let upstream = upstream(pipeline, context, &mut waiting);
    let home = dwelling(pipeline, context, &mut waiting);
    let account = home.as_ref().and_then(|_| account(pipeline, context));
    Peers { home: home.filter(|_| waiting.is_empty()), upstream, account, waiting }
}

fn account(pipeline: &EtlPipeline, context: &Context) -> Option<Arc<cloister_aws::Account>> {
    let environment = home(&tenant_of(pipeline, context)?.spec.environment, context).ok()?;
    Some(context.aws.account(&target(&environment.spec)))
}

fn tenant_of(pipeline: &EtlPipeline, context: &Context) -> Option<Arc<ClientTenant>> {
    context.tenants.get(&ObjectRef::new(&pipeline.namespace().unwrap_or_default()))
}

fn dwelling(pipeline: &EtlPipeline, context: &Context, waiting: &mut Vec<String>) -> Option<Home> {
    let namespace = pipeline.namespace().unwrap_or_default();
    let Some(tenant) = tenant_of(pipeline, context) else {
        waiting.push(format!(
            "namespace {namespace} belongs to no ClientTenant; apply the tenant, or move the pipeline to its namespace"
        ));
        return None;
    };
    let environment = home(&tenant.spec.environment, context).map_err(|why| waiting.push(why)).ok()?;
    let names = Names::new(&namespace, &Object::uid(&*tenant));
    let account = Account::new(&environment.name_any(), &environment.spec);
    let key_arn = tenant.status().and_then(|status| status.key_arn.clone());
    if key_arn.is_none() {
        waiting.push(format!("the key of {} is being made", tenant.label()));
    }
    if tenant.spec.paused {
        waiting.push(format!("{} is paused", tenant.label()));
    }
    if tenant.spec.offboarding.is_some() {
        waiting.push(format!("{} leaves for good", tenant.label()));
    }
    let work_bucket = work_bucket(pipeline, context, waiting);
    let warehouse = match &pipeline.spec.schema {
        None => None,
        Some(schema) => Some(warehouse(schema, (&tenant, &environment), &names, &account, context, waiting)?),
    };
    Some(Home {
        tenant: namespace,
        pipeline: pipeline.name_any(),
        uid: Object::uid(pipeline),
        region: account.region.clone(),
        role_arn: account.role_arn(&names.role("etl")),
        key_arn: key_arn?,
        work_bucket: work_bucket?,
        warehouse,
        place: place(&tenant),
        queue: pipeline.labels().get(KUEUE).cloned(),
    })
}

fn place(tenant: &ClientTenant) -> Place {
    if tenant.spec.nodes.is_some() { Place::OwnNodes } else { Place::Anywhere }
}

fn arrival_bucket(pipeline: &EtlPipeline) -> Option<&str> {
    Some(pipeline.spec.trigger.as_ref()?.arrival.as_ref()?.bucket.as_str())
}

fn work_bucket(pipeline: &EtlPipeline, context: &Context, waiting: &mut Vec<String>) -> Option<String> {
    let arrivals = arrival_bucket(pipeline).map(|name| bucket(name, pipeline, context, waiting));
    let named = pipeline.spec.work_bucket.as_deref().map(|name| bucket(name, pipeline, context, waiting));
    let found = named.or(arrivals).flatten()?;
    found.status()?.bucket_name.clone()
}

fn bucket(
    name: &str,
    pipeline: &EtlPipeline,
    context: &Context,
    waiting: &mut Vec<String>,
) -> Option<Arc<IngestBucket>> {
    let reference = ObjectRef::new(name).within(&pipeline.namespace().unwrap_or_default());
    let found = context.buckets.get(&reference);
    match &found {
        None => waiting.push(format!("IngestBucket {name} does not exist; declare it, or correct its name")),
        Some(bucket) if !was_ready(&**bucket) => {
            waiting.push(format!("{} is not ready yet", bucket.label()));
        }
        Some(_) => {}
    }
    found
}

/// Once; what it lacks later does not stop runs.
fn was_ready<K: Object>(object: &K) -> bool {
    object.common().is_some_and(|common| common.converged_generation.is_some())
}

fn warehouse(
    schema: &str,
    (tenant, environment): (&ClientTenant, &Environment),
    names: &Names,
    account: &Account,
    context: &Context,
    waiting: &mut Vec<String>,
) -> Option<Warehouse> {
    let reference = ObjectRef::<RedshiftSchema>::new(schema).within(&names.tenant);
    let Some(found) = context.schemas.get(&reference) else {
        waiting.push(format!("RedshiftSchema {schema} does not exist; declare it, or correct spec.schema"));
        return None;
    };
    if !was_ready(&*found) {
        waiting.push(format!("{} is not ready yet", found.label()));
    }
    let at = database(tenant, environment, names)?;
    Some(Warehouse {
        cluster: at.cluster,
        database: at.name,
        schema: found.status().and_then(|status| status.schema.clone())?,
        copy_role: account.role_arn(&names.role("warehouse")),
    })
}

fn upstream(pipeline: &EtlPipeline, context: &Context, waiting: &mut Vec<String>) -> Option<Upstream> {
    let name = &pipeline.spec.trigger.as_ref()?.upstream.as_ref()?.pipeline;
    let reference = ObjectRef::new(name).within(&pipeline.namespace().unwrap_or_default());
    let Some(found) = context.pipelines.get(&reference) else {
        waiting.push(format!(
            "EtlPipeline {name} does not exist; declare it, or correct spec.trigger.upstream.pipeline"
        ));
        return None;
    };
    Some(upstream_of(&Object::uid(&*found), found.status()))
}

/// Where its files arrive, once the bucket is there.
pub fn landing(pipeline: &EtlPipeline, context: &Context) -> Option<Landing> {
    let bucket = bucket(arrival_bucket(pipeline)?, pipeline, context, &mut Vec::new())?;
    let status = bucket.status().filter(|_| was_ready(&*bucket))?;
    Some(Landing {
        namespace: bucket.namespace()?,
        account: account(pipeline, context)?,
        bucket: status.bucket_name.clone()?,
        queue: status.queue_name.clone()?,
    })
}
