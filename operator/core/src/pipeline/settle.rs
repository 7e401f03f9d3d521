//! What has become of the active runs.

use cloister_crds::pipeline::{EtlPipelineSpec, Outcome, RunCause, RunState, RunStatus};
use jiff::Timestamp;

use super::attempt::{Attempt, AttemptState};
use super::coverage;
use super::decide::Draft;
use super::time::{later, read, text};

pub(super) fn settle(draft: &mut Draft<'_>) {
    for n in 0..draft.status.runs.len() {
        let run = draft.status.runs[n].clone();
        match run.state {
            RunState::Active => settle_active(draft, n, &run),
            RunState::Queued if is_late(&run, draft) => close(draft, n, RunState::Missed, None),
            _ => {}
        }
    }
}

fn settle_active(draft: &mut Draft<'_>, n: usize, run: &RunStatus) {
    let view = draft.view;
    let attempt = view.attempts.iter().find(|a| a.run == run.id && a.attempt == run.attempt);
    match attempt.map(|attempt| (&attempt.state, attempt)) {
        None => fail(draft, n, Outcome { reason: "JobDeleted".into(), ..Outcome::default() }, true),
        Some((AttemptState::Succeeded(outcome), _)) => {
            close(draft, n, RunState::Succeeded, Some(outcome.clone()));
        }
        Some((AttemptState::Failed { outcome, retry }, _)) => fail(draft, n, outcome.clone(), *retry),
        Some((AttemptState::Waiting, attempt)) if is_late(run, draft) => {
            stop(draft, attempt);
            close(draft, n, RunState::Missed, None);
        }
        Some((AttemptState::Waiting | AttemptState::Running, _)) => {}
    }
}

fn stop(draft: &mut Draft<'_>, attempt: &Attempt) {
    if !attempt.leaving {
        draft.end.insert(attempt.job.clone());
    }
}

/// A first attempt is late by when the run was due; a further one has had its start.
fn is_late(run: &RunStatus, draft: &Draft<'_>) -> bool {
    let deadline = start_deadline(draft.view.spec, run);
    deadline.is_some_and(|deadline| draft.view.now >= deadline)
}

pub(super) fn start_deadline(spec: &EtlPipelineSpec, run: &RunStatus) -> Option<Timestamp> {
    let seconds = spec.deadlines.start_seconds.filter(|_| run.attempt - run.forgiven <= 1)?;
    Some(later(read(&run.queued_at), i64::from(seconds)))
}

fn fail(draft: &mut Draft<'_>, n: usize, outcome: Outcome, retry: bool) {
    let retries = &draft.view.spec.retries;
    let run = &mut draft.status.runs[n];
    let failures = run.attempt - run.forgiven;
    if !retry || failures > retries.limit {
        close(draft, n, RunState::Failed, Some(outcome));
        return;
    }
    let doublings = u32::try_from(failures - 1).unwrap_or_default().min(20);
    let wait = (i64::from(retries.backoff_seconds) << doublings).min(i64::from(retries.max_backoff_seconds));
    run.state = RunState::BackingOff;
    run.not_before = Some(text(later(draft.view.now, wait)));
    run.outcome = Some(outcome);
    let run = run.clone();
    draft.ended.push(run);
}

fn close(draft: &mut Draft<'_>, n: usize, state: RunState, outcome: Option<Outcome>) {
    let now = text(draft.view.now);
    let run = &mut draft.status.runs[n];
    run.state = state;
    run.outcome = outcome.or(run.outcome.take());
    run.not_before = None;
    run.ended_at = Some(now.clone());
    if state == RunState::Succeeded {
        draft.status.succeeded += 1;
        run.number = Some(draft.status.succeeded);
        draft.status.last_success = Some(now);
    }
    let run = run.clone();
    if let (RunCause::Schedule | RunCause::Backfill, Some(interval)) = (run.cause, &run.interval) {
        let state = if state == RunState::Succeeded { state } else { RunState::Failed };
        coverage::record(&mut draft.status.coverage, interval, state);
    }
    if let (RunCause::Backfill, Some(backfill)) = (run.cause, &mut draft.status.backfill) {
        let count = if state == RunState::Succeeded { &mut backfill.succeeded } else { &mut backfill.failed };
        *count += 1;
    }
    draft.ended.push(run);
}
