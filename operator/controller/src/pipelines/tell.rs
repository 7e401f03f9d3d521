//! What people and metrics hear of runs. Names of files are not among it.

use cloister_core::conclude::Notice;
use cloister_core::pipeline::Decision;
use cloister_crds::pipeline::{RunState, RunStatus};
use cloister_crds::{EtlPipeline, EtlPipelineStatus};

use crate::api::Object;
use crate::context::Context;
use crate::report;

pub async fn tell(
    pipeline: &EtlPipeline,
    status: &EtlPipelineStatus,
    decided: &Decision,
    mut notices: Vec<Notice>,
    context: &Context,
) {
    let label = pipeline.label();
    notices.extend(decided.start.iter().map(|run| notice(run, false, "RunStarted", started(run))));
    for run in &decided.ended {
        let (warning, reason) = match run.state {
            RunState::Succeeded => (false, "RunSucceeded"),
            RunState::Failed => (true, "RunFailed"),
            RunState::BackingOff => (true, "RunTriedAgain"),
            RunState::Missed => (true, "RunMissed"),
            RunState::Skipped => (false, "RunSkipped"),
            RunState::Replaced => (false, "RunReplaced"),
            RunState::Queued | RunState::Active => continue,
        };
        notices.push(notice(run, warning, reason, sentence(run)));
        context.metrics.pipelines.ended(&label, run);
    }
    for run in &decided.start {
        context.metrics.pipelines.started(&label, run);
    }
    context.metrics.pipelines.depth(&label, status);
    report::publish(pipeline, notices, context).await;
}

fn notice(run: &RunStatus, warning: bool, reason: &'static str, message: String) -> Notice {
    // Of different runs, Kubernetes must not fold them into one.
    let about = cloister_core::conclude::About {
        resource: format!("run/{}", run.id),
        path: format!("attempt/{}", run.attempt),
    };
    Notice { warning, reason, action: "Run", message, about: Some(about) }
}

fn started(run: &RunStatus) -> String {
    format!("run {}{} is started, attempt {}", run.id, of_interval(run), run.attempt)
}

fn of_interval(run: &RunStatus) -> String {
    run.interval.as_ref().map(|i| format!(" of {} to {}", i.start, i.end)).unwrap_or_default()
}

pub fn sentence(run: &RunStatus) -> String {
    let what = format!("run {}{}", run.id, of_interval(run));
    let outcome = run.outcome.as_ref();
    let why = outcome.map_or("no reason is known", |outcome| outcome.reason.as_str());
    match run.state {
        RunState::Succeeded => {
            let rows = outcome.and_then(|o| o.rows_loaded).map(|rows| format!(", {rows} rows loaded"));
            format!("{what} succeeded{}", rows.unwrap_or_default())
        }
        RunState::Failed => format!("{what} failed: {why}, attempt {}", run.attempt),
        RunState::BackingOff => {
            let at = run.not_before.as_deref().unwrap_or("once it may");
            format!("{what} failed: {why}, attempt {}; tried again at {at}", run.attempt)
        }
        RunState::Missed => format!("{what} was not started within deadlines.startSeconds"),
        RunState::Skipped => format!("{what} was due while another was active"),
        RunState::Replaced => format!("{what} gave way to a newer one"),
        RunState::Queued | RunState::Active => what,
    }
}
