//! The Jobs of a pipeline: looked at, made and ended.

use std::fmt;

use cloister_core::fault::{Fault, FaultClass};
use cloister_core::pipeline::{Attempt, Decision, PIPELINE, attempts, job, job_name};
use cloister_crds::EtlPipeline;
use kube::api::{DeleteParams, DynamicObject, ListParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::reflector::ObjectRef;
use kube::{Api, Client, ResourceExt};
use serde_json::Value;

use super::peers::Peers;
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;
use crate::objects;

/// A pipeline and its Jobs as the API server holds them.
pub struct Seen {
    pub pipeline: EtlPipeline,
    pub attempts: Vec<Attempt>,
}

/// What could not be done.
pub struct Failed {
    what: String,
    fault: Fault,
}

impl Failed {
    pub fn new(what: &str, fault: Fault) -> Self {
        Self { what: what.to_owned(), fault }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.fault)
    }
}

pub fn api_resource() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("batch", "v1", "Job"))
}

/// Whose a Job is, by its labels.
pub fn pipeline_of(job: &DynamicObject) -> ObjectRef<EtlPipeline> {
    let name = job.labels().get(PIPELINE).cloned().unwrap_or_default();
    ObjectRef::new(&name).within(&job.namespace().unwrap_or_default())
}

/// None where the pipeline is gone, or is another by now.
pub async fn look(cached: &EtlPipeline, context: &Context) -> Result<Option<Seen>, Unreported> {
    let (client, name) = (&context.client, cached.name_any());
    let namespace = cached.namespace().unwrap_or_default();
    let (job, pod) = (api_resource(), ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Pod")));
    let own = cached.api(client);
    let (now, jobs, pods) = futures::try_join!(
        own.get_opt(&name),
        listed(client, &namespace, &name, &job),
        listed(client, &namespace, &name, &pod),
    )
    .map_err(Unreported::at("look at runs"))?;
    let uid = Object::uid(cached);
    let now = now.filter(|now| Object::uid(now) == uid && !now.is_leaving());
    Ok(now.map(|pipeline| Seen { pipeline, attempts: attempts(&jobs, &pods, &uid) }))
}

async fn listed(
    client: &Client,
    namespace: &str,
    pipeline: &str,
    kind: &ApiResource,
) -> Result<Vec<Value>, kube::Error> {
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, kind);
    let found = api.list(&ListParams::default().labels(&format!("{PIPELINE}={pipeline}"))).await?;
    Ok(found.items.iter().filter_map(|object| serde_json::to_value(object).ok()).collect())
}

/// Makes and ends Jobs. A run whose Job could not be made is as it was.
pub async fn act(seen: &Seen, peers: &Peers, decided: &mut Decision, context: &Context) -> Option<Failed> {
    let namespace = seen.pipeline.namespace().unwrap_or_default();
    let api: Api<DynamicObject> = Api::namespaced_with(context.client.clone(), &namespace, &api_resource());
    let mut failed = None;
    for run in std::mem::take(&mut decided.start) {
        let Some(home) = &peers.home else { break };
        let name = job_name(&home.pipeline, &run);
        match make(&api, &name, &job(home, &seen.pipeline.spec, &run), &home.uid, context).await {
            Ok(()) => decided.start.push(run),
            Err(fault) => {
                tracing::warn!(job = name, %fault, "a Job could not be made");
                let nothing = cloister_crds::EtlPipelineStatus::default();
                decided.take_back(&run, seen.pipeline.status.as_ref().unwrap_or(&nothing));
                failed.get_or_insert(Failed::new(&format!("job/{name}"), fault));
            }
        }
    }
    for name in &decided.end {
        if let Err(fault) = end(&api, name, context).await {
            tracing::warn!(job = name, %fault, "a Job could not be ended");
            failed.get_or_insert(Failed::new(&format!("job/{name}"), fault));
        }
    }
    failed
}

async fn make(
    api: &Api<DynamicObject>,
    name: &str,
    body: &Value,
    owner_uid: &str,
    context: &Context,
) -> Result<(), Fault> {
    fenced(context)?;
    let params = PostParams { field_manager: Some("cloister".into()), ..PostParams::default() };
    let object: DynamicObject = serde_json::from_value(body.clone()).map_err(|_| malformed())?;
    let Err(error) = api.create(&params, &object).await else { return Ok(()) };
    if !objects::is_conflict(&error) {
        return Err(objects::fault("Create", &error));
    }
    // Ours, if somebody took its labels away; else a stranger's.
    let found = api.get_opt(name).await.map_err(|e| objects::fault("Get", &e))?;
    let ours = found.is_some_and(|job| job.owner_references().iter().any(|owner| owner.uid == owner_uid));
    if ours { Ok(()) } else { Err(objects::fault("Create", &error)) }
}

/// It stays until its pods have ended, so that nothing takes its place before.
async fn end(api: &Api<DynamicObject>, name: &str, context: &Context) -> Result<(), Fault> {
    fenced(context)?;
    match api.delete(name, &DeleteParams::foreground()).await {
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(error) => Err(objects::fault("Delete", &error)),
        Ok(_) => Ok(()),
    }
}

fn fenced(context: &Context) -> Result<(), Fault> {
    if context.fence.holds() { Ok(()) } else { Err(crate::act::not_leading()) }
}

fn malformed() -> Fault {
    Fault { service: "kubernetes", operation: "Render", code: "Malformed".into(), class: FaultClass::Invalid }
}
