//! How a run that was asked for goes, as status tells.

use cloister_crds::EtlPipelineStatus;
use cloister_crds::pipeline::{RunState, RunStatus};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A sentence of what it waits for now.
    Open(String),
    Ended {
        succeeded: bool,
        sentence: String,
    },
}

/// None where status does not tell of the run yet.
#[must_use]
pub fn progress(status: &EtlPipelineStatus, run: &str) -> Option<Progress> {
    let run = status.runs.iter().find(|known| known.id == run)?;
    let at = |time: &Option<String>| time.clone().unwrap_or_default();
    Some(match run.state {
        RunState::Queued => {
            let active = status.runs.iter().filter(|other| other.state == RunState::Active).count();
            Progress::Open(format!("run {} is queued; {active} active", run.id))
        }
        RunState::Active => Progress::Open(format!(
            "run {} is active since {}, attempt {}",
            run.id,
            at(&run.started_at),
            run.attempt
        )),
        RunState::BackingOff => Progress::Open(format!(
            "run {} failed in attempt {} ({}), and is tried again at {}",
            run.id,
            run.attempt,
            reason(run),
            at(&run.not_before)
        )),
        state => Progress::Ended { succeeded: state == RunState::Succeeded, sentence: outcome(run) },
    })
}

fn reason(run: &RunStatus) -> &str {
    run.outcome.as_ref().map_or("no reason is known", |outcome| outcome.reason.as_str())
}

/// How a run ended, with the meaning of its exit code. Counts only.
#[must_use]
pub fn outcome(run: &RunStatus) -> String {
    let of = run.interval.as_ref().map(|i| format!(" of {} to {}", i.start, i.end)).unwrap_or_default();
    let what = format!("run {}{of}", run.id);
    let code = run.outcome.as_ref().and_then(|outcome| outcome.exit_code);
    match run.state {
        RunState::Succeeded => {
            let rows = run.outcome.as_ref().and_then(|outcome| outcome.rows_loaded);
            format!(
                "{what} succeeded{}",
                rows.map(|rows| format!(": {rows} rows loaded")).unwrap_or_default()
            )
        }
        RunState::Missed => format!("{what} was not started within deadlines.startSeconds"),
        RunState::Skipped => format!("{what} was skipped: another was active, and concurrency is Forbid"),
        RunState::Replaced => format!("{what} was replaced by a newer one: concurrency is Replace"),
        _ => {
            let code = code.map(|code| format!(", exit code {code}")).unwrap_or_default();
            let (verb, meaning) = (
                if run.state == RunState::Failed { "failed" } else { "is tried again after" },
                meaning(reason(run)),
            );
            format!("{what} {verb}: {} ({meaning}{code}), attempt {}", reason(run), run.attempt)
        }
    }
}

/// The word for how an attempt ended, in words.
fn meaning(reason: &str) -> &'static str {
    match reason {
        "AlreadyRunning" => "another worker held a task's lock",
        "MissingData" => "a task's input was not there",
        "NotRun" => "Luigi could not begin a task",
        "TaskFailed" => "a task raised an error",
        "SchedulingError" => "a task's requirements could not be worked out",
        "UnhandledException" => "the worker itself raised an error",
        "InputRejected" => "the file is not as declared, so it is not tried again",
        "BadRun" => "the worker did not understand the run, so it is not tried again",
        "Killed" => "it was killed, for want of memory as a rule",
        "Terminated" => "it was asked to end",
        "WorkerLost" => "its pod ended without a word",
        "DeadlineExceeded" => "it took longer than deadlines.runSeconds",
        "no reason is known" => "no worker said how it ended",
        _ => "the worker failed",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(state: &str, outcome: &serde_json::Value) -> EtlPipelineStatus {
        let run = json!({ "id": "0a", "cause": "ByHand", "state": state, "attempt": 2, "outcome": outcome,
            "queuedAt": "2026-01-01T00:00:00Z", "startedAt": "2026-01-01T00:00:09Z", "notBefore": "2026-01-01T00:05:00Z" });
        serde_json::from_value(json!({ "runs": [run] })).unwrap()
    }

    #[test]
    fn a_run_is_told_by_its_state() {
        let failed = json!({ "reason": "InputRejected", "exitCode": 50 });
        let ended = progress(&status("Failed", &failed), "0a");
        let sentence = "run 0a failed: InputRejected (the file is not as declared, so it is not tried again, exit code 50), attempt 2";
        assert_eq!(ended, Some(Progress::Ended { succeeded: false, sentence: sentence.into() }));
        let again = progress(&status("BackingOff", &json!({ "reason": "Killed", "exitCode": 137 })), "0a");
        let sentence = "run 0a failed in attempt 2 (Killed), and is tried again at 2026-01-01T00:05:00Z";
        assert_eq!(again, Some(Progress::Open(sentence.into())));
        let done = progress(&status("Succeeded", &json!({ "reason": "Succeeded", "rowsLoaded": 12 })), "0a");
        assert_eq!(
            done,
            Some(Progress::Ended { succeeded: true, sentence: "run 0a succeeded: 12 rows loaded".into() })
        );
        assert_eq!(progress(&status("Queued", &json!(null)), "0b"), None);
    }
}
