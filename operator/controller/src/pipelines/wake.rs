//! What wakes a pipeline, beside its own spec and its tenant.

use cloister_core::pipeline::{KUEUE, RETRY_FAILED, RUN_NOW};
use cloister_crds::EtlPipeline;
use kube::ResourceExt;
use kube::api::DynamicObject;
use kube::runtime::reflector::{ObjectRef, Store};

use super::jobs::pipeline_of;
use crate::api::Object;
use crate::queues::{Wake, send};
use crate::watch::{FirstSight, Route, fingerprint};

/// What people ask for by annotation, and the label that Kueue reads.
pub fn wake_on_wish(to: &Wake<EtlPipeline>) -> Route<EtlPipeline> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|pipeline| {
            let wishes = [RUN_NOW, RETRY_FAILED].map(|name| pipeline.annotations().get(name).cloned());
            fingerprint((wishes, pipeline.labels().get(KUEUE)))
        }),
        wake: Box::new(move |pipeline| send(&to, ObjectRef::from_obj(pipeline))),
        first_sight: FirstSight::Silent,
    }
}

/// Those that follow a pipeline wait for its successes.
pub fn wake_followers(all: &Store<EtlPipeline>, to: &Wake<EtlPipeline>) -> Route<EtlPipeline> {
    let (all, to) = (all.clone(), to.clone());
    Route {
        fingerprint: Box::new(|p| fingerprint((Object::uid(p), p.status().map(|status| status.succeeded)))),
        wake: Box::new(move |pipeline| {
            let follows = |other: &EtlPipeline| {
                let upstream = other.spec.trigger.as_ref().and_then(|trigger| trigger.upstream.as_ref());
                other.namespace() == pipeline.namespace()
                    && upstream.is_some_and(|upstream| upstream.pipeline == pipeline.name_any())
            };
            for follower in all.state_filter(follows) {
                send(&to, ObjectRef::from_obj(&*follower));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// Pipelines wait for the buckets and schemas of their namespace.
pub fn wake_pipelines_beside<K: Object>(pipelines: &Store<EtlPipeline>, to: &Wake<EtlPipeline>) -> Route<K> {
    let (pipelines, to) = (pipelines.clone(), to.clone());
    Route {
        fingerprint: Box::new(|peer| {
            let was_ready = peer.common().is_some_and(|c| c.converged_generation.is_some());
            fingerprint((Object::uid(peer), was_ready))
        }),
        wake: Box::new(move |peer| {
            for pipeline in pipelines.state_filter(|pipeline| pipeline.namespace() == peer.namespace()) {
                send(&to, ObjectRef::from_obj(&*pipeline));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// A Job that ended, or is gone. That it is about to end is another condition, which changes nothing yet.
pub fn wake_pipeline_of(to: &Wake<EtlPipeline>) -> Route<DynamicObject> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|job| {
            let conditions = job.data["status"]["conditions"].as_array();
            let holding: Vec<String> = conditions
                .into_iter()
                .flatten()
                .filter(|c| c["status"] == "True" && (c["type"] == "Complete" || c["type"] == "Failed"))
                .map(|condition| condition["type"].to_string())
                .collect();
            fingerprint((job.uid(), holding, job.metadata.deletion_timestamp.is_some()))
        }),
        wake: Box::new(move |job| send(&to, pipeline_of(job))),
        first_sight: FirstSight::Silent,
    }
}
