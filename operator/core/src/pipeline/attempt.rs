//! What has become of the Jobs of a pipeline, as the API server tells of them and their pods.

use cloister_crds::EtlPipelineStatus;
use cloister_crds::pipeline::{Outcome, RunState, RunStatus};
use serde_json::Value;

use super::{ATTEMPT, RUN};

/// One Job of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub job: String,
    pub run: String,
    pub attempt: i32,
    /// It is being deleted.
    pub leaving: bool,
    pub state: AttemptState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// No worker runs yet.
    Waiting,
    Running,
    Succeeded(Outcome),
    Failed {
        outcome: Outcome,
        /// Another attempt may go better.
        retry: bool,
    },
}

impl Attempt {
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.state, AttemptState::Succeeded(_) | AttemptState::Failed { .. })
    }
}

/// Whether one has not ended that status does not call active: it is still ending, or status was never told of it.
#[must_use]
pub fn is_loose(attempts: &[Attempt], status: &EtlPipelineStatus) -> bool {
    let is_known = |attempt: &Attempt| {
        let its = |run: &RunStatus| run.id == attempt.run && run.attempt == attempt.attempt;
        status.runs.iter().any(|run| its(run) && run.state == RunState::Active)
    };
    attempts.iter().any(|attempt| !attempt.has_ended() && !is_known(attempt))
}

/// Reads the Jobs that belong to the pipeline, with their pods.
#[must_use]
pub fn attempts(jobs: &[Value], pods: &[Value], pipeline_uid: &str) -> Vec<Attempt> {
    let ours = |job: &&Value| {
        let owners = job["metadata"]["ownerReferences"].as_array();
        owners.is_some_and(|owners| owners.iter().any(|owner| owner["uid"] == pipeline_uid))
    };
    jobs.iter().filter(ours).filter_map(|job| read(job, pods)).collect()
}

fn read(job: &Value, pods: &[Value]) -> Option<Attempt> {
    let meta = &job["metadata"];
    let uid = &meta["uid"];
    let of_job = |pod: &&Value| {
        let owners = pod["metadata"]["ownerReferences"].as_array();
        owners.is_some_and(|owners| owners.iter().any(|owner| owner["uid"] == *uid))
    };
    let pods: Vec<&Value> = pods.iter().filter(of_job).collect();
    Some(Attempt {
        job: meta["name"].as_str()?.to_owned(),
        run: meta["labels"][RUN].as_str()?.to_owned(),
        attempt: meta["labels"][ATTEMPT].as_str()?.parse().ok()?,
        leaving: !meta["deletionTimestamp"].is_null(),
        state: state(job, &pods),
    })
}

fn state(job: &Value, pods: &[&Value]) -> AttemptState {
    let conditions = job["status"]["conditions"].as_array();
    let holds = |type_: &str| conditions?.iter().find(|c| c["type"] == type_ && c["status"] == "True");
    if holds("Complete").is_some() {
        return AttemptState::Succeeded(outcome(said(pods).as_ref(), "Succeeded", Some(0)));
    }
    if let Some(failed) = holds("Failed") {
        return failure(failed["reason"].as_str().unwrap_or_default(), pods);
    }
    let begun = |pod: &&&Value| !worker(pod)["state"]["running"].is_null() || exit_code(pod).is_some();
    if pods.iter().any(|pod| begun(&pod)) { AttemptState::Running } else { AttemptState::Waiting }
}

fn failure(job_reason: &str, pods: &[&Value]) -> AttemptState {
    let code = pods.iter().rev().find_map(|pod| exit_code(pod));
    let (reason, retry) = match (job_reason, code) {
        ("DeadlineExceeded", _) => ("DeadlineExceeded", true),
        (_, Some(code)) => meaning(code),
        _ => ("WorkerLost", true),
    };
    AttemptState::Failed { outcome: outcome(said(pods).as_ref(), reason, code), retry }
}

/// Luigi's exit codes as the worker sets them, and the worker's own.
fn meaning(code: i64) -> (&'static str, bool) {
    match code {
        10 => ("AlreadyRunning", true),
        20 => ("MissingData", true),
        25 => ("NotRun", true),
        30 => ("TaskFailed", true),
        35 => ("SchedulingError", true),
        40 => ("UnhandledException", true),
        50 => ("InputRejected", false),
        64 => ("BadRun", false),
        137 => ("Killed", true),
        143 => ("Terminated", true),
        _ => ("WorkerFailed", true),
    }
}

fn worker(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]
}

fn exit_code(pod: &Value) -> Option<i64> {
    worker(pod)["state"]["terminated"]["exitCode"].as_i64()
}

/// The worker's termination message, as far as it is one.
fn said(pods: &[&Value]) -> Option<Value> {
    let message = |pod: &&Value| worker(pod)["state"]["terminated"]["message"].as_str().map(str::to_owned);
    let told: Vec<String> = pods.iter().filter_map(message).collect();
    told.iter().rev().find_map(|text| serde_json::from_str(text).ok())
}

/// Numbers only: a text of the worker could hold PHI.
fn outcome(said: Option<&Value>, reason: &str, code: Option<i64>) -> Outcome {
    let number = |field: &str| said.and_then(|s| s[field].as_i64()).filter(|n| *n >= 0);
    Outcome {
        reason: reason.to_owned(),
        exit_code: code.and_then(|code| i32::try_from(code).ok()),
        bytes_read: number("bytesRead"),
        rows_read: number("rowsRead"),
        rows_loaded: number("rowsLoaded"),
        rows_rejected: number("rowsRejected"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn world(condition: &Value, terminated: &Value) -> AttemptState {
        let owner = |uid: &str| json!([{ "uid": uid }]);
        let job = json!({
            "metadata": { "name": "load-1", "uid": "j", "ownerReferences": owner("p"), "labels": { RUN: "r", ATTEMPT: "1" } },
            "status": { "conditions": [condition] },
        });
        let pod = json!({
            "metadata": { "ownerReferences": owner("j") },
            "status": { "containerStatuses": [{ "state": { "terminated": terminated } }] },
        });
        let found = attempts(&[job], &[pod], "p");
        assert_eq!(found.len(), 1);
        found[0].state.clone()
    }

    #[test]
    fn a_worker_that_succeeds_tells_its_numbers() {
        let message =
            r#"{"outcome": "done", "rowsRead": 12, "rowsLoaded": 10, "bytesRead": -1, "reason": "Jane Doe"}"#;
        let condition = json!({ "type": "Complete", "status": "True" });
        let state = world(&condition, &json!({ "exitCode": 0, "message": message }));
        let AttemptState::Succeeded(outcome) = state else { panic!("{state:?}") };
        assert_eq!((outcome.rows_read, outcome.rows_loaded, outcome.bytes_read), (Some(12), Some(10), None));
        assert!(!format!("{outcome:?}").contains("Jane"));
    }

    #[test]
    fn rejected_input_is_not_tried_again_and_a_failed_task_is() {
        let condition = json!({ "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded" });
        for (code, reason, again) in
            [(50, "InputRejected", false), (30, "TaskFailed", true), (7, "WorkerFailed", true)]
        {
            let state = world(&condition, &json!({ "exitCode": code, "message": "not JSON" }));
            let AttemptState::Failed { outcome, retry } = state else { panic!("{state:?}") };
            assert_eq!((outcome.reason.as_str(), retry), (reason, again));
        }
    }

    #[test]
    fn jobs_of_a_namesake_are_not_ours() {
        let job = json!({ "metadata": { "name": "x", "ownerReferences": [{ "uid": "other" }], "labels": { RUN: "r", ATTEMPT: "1" } } });
        assert_eq!(attempts(&[job], &[], "p"), []);
    }
}
