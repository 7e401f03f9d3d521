//! Keeps what has become of runs in the work bucket, before status may forget it.

use cloister_core::pipeline::{Decision, kept, record, record_is_due};
use cloister_crds::EtlPipeline;

use super::jobs::Failed;
use super::peers::Peers;
use crate::api::Object;
use crate::context::Context;

/// Marks those that are kept now. Without the bucket they wait.
pub async fn keep(
    pipeline: &EtlPipeline,
    peers: &Peers,
    decided: &mut Decision,
    context: &Context,
) -> Option<Failed> {
    let (Some(home), Some(account)) = (&peers.home, &peers.account) else { return None };
    let mut failed = None;
    for run in decided.status.runs.iter_mut().filter(|run| record_is_due(run)) {
        if !context.fence.holds() {
            return failed;
        }
        let (key, body) = record(&home.tenant, &home.pipeline, &Object::uid(pipeline), run);
        match account.put_once(&home.work_bucket, &key, body.to_string()).await {
            Ok(()) => kept(run),
            Err(fault) => {
                tracing::warn!(object = pipeline.label(), run = run.id, %fault, "a run cannot be recorded");
                failed.get_or_insert(Failed::new(&format!("record of run {}", run.id), fault));
            }
        }
    }
    failed
}
