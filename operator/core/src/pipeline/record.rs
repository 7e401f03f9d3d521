//! What is kept of a run beyond its history: one object in the work bucket, written once and by name. With the
//! bucket's versioning and lock it is as durable as the files themselves (45 CFR 164.316(b)(2)(i)).

use cloister_crds::pipeline::{RunState, RunStatus};
use serde_json::{Value, json};

use super::queue::is_open;

/// Ended, and not kept yet.
#[must_use]
pub fn is_due(run: &RunStatus) -> bool {
    !is_open(run) && !run.recorded
}

/// Its key, and what is in it: the run with its inputs pinned to their versions.
#[must_use]
pub fn record(tenant: &str, pipeline: &str, uid: &str, run: &RunStatus) -> (String, Value) {
    let key = format!("_cloister/runs/{pipeline}/{}-{}-{}.json", run.id, run.attempt, run.forgiven);
    let mut body = json!({ "tenant": tenant, "pipeline": pipeline, "pipelineUid": uid, "run": run });
    if let Some(run) = body["run"].as_object_mut() {
        run.remove("recorded");
    }
    (key, body)
}

/// From now on history may forget it. The files of one that failed are needed to run it again.
pub fn kept(run: &mut RunStatus) {
    run.recorded = true;
    if run.state == RunState::Succeeded {
        run.inputs.clear();
    }
}
