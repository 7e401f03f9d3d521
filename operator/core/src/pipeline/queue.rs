//! Runs in status: how one is added, and what becomes of those before it.

use std::collections::BTreeMap;

use cloister_crds::pipeline::{Concurrency, FileStatus, Interval, RunCause, RunState, RunStatus};

use super::decide::Draft;
use super::time::text;
use crate::name::digits;

/// What a run is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub interval: Option<Interval>,
    pub parameters: BTreeMap<String, String>,
    pub inputs: Vec<FileStatus>,
}

/// Stands for a run: the same cause and identity of the same pipeline are the same run.
pub(super) fn run_id(uid: &str, cause: &str, identity: &str) -> String {
    digits(&format!("{uid}\n{cause}\n{identity}"), 10)
}

pub(super) fn is_open(run: &RunStatus) -> bool {
    matches!(run.state, RunState::Queued | RunState::Active | RunState::BackingOff)
}

/// So many runs may wait; slots and successes beyond stay undecided, and are caught up on later.
const MOST_QUEUED: usize = 100;

pub(super) fn is_full(draft: &Draft<'_>) -> bool {
    draft.status.runs.iter().filter(|run| run.state == RunState::Queued).count() >= MOST_QUEUED
}

/// Those of a backfill go by its own limit.
pub(super) fn is_regular(run: &RunStatus) -> bool {
    run.cause != RunCause::Backfill
}

/// Adds a run at the end, once. One that was due while another is open goes by `concurrency`.
pub(super) fn add(draft: &mut Draft<'_>, id: String, cause: RunCause, wanted: Wanted) {
    if draft.status.runs.iter().any(|run| run.id == id) {
        return;
    }
    let by_itself = matches!(cause, RunCause::Schedule | RunCause::Upstream);
    let others_open = draft.status.runs.iter().any(|run| is_open(run) && is_regular(run));
    let skipped = by_itself && others_open && draft.view.spec.concurrency == Concurrency::Forbid;
    if cause != RunCause::Backfill && draft.view.spec.concurrency == Concurrency::Replace {
        replace_open(draft);
    }
    let now = text(draft.view.now);
    let files = i64::try_from(wanted.inputs.len()).unwrap_or_default();
    let run = RunStatus {
        id,
        cause,
        state: if skipped { RunState::Skipped } else { RunState::Queued },
        interval: wanted.interval,
        parameters: wanted.parameters,
        inputs: wanted.inputs,
        files,
        attempt: 0,
        forgiven: 0,
        queued_at: now.clone(),
        started_at: None,
        not_before: None,
        ended_at: skipped.then_some(now),
        outcome: None,
        // Nothing was done that there could be a record of.
        recorded: skipped,
        number: None,
    };
    if skipped {
        draft.ended.push(run.clone());
    }
    draft.status.runs.push(run);
}

fn replace_open(draft: &mut Draft<'_>) {
    let now = text(draft.view.now);
    for n in 0..draft.status.runs.len() {
        let run = &mut draft.status.runs[n];
        if !is_open(run) || !is_regular(run) {
            continue;
        }
        run.state = RunState::Replaced;
        run.recorded = run.attempt == 0;
        run.not_before = None;
        run.ended_at = Some(now.clone());
        let run = run.clone();
        draft.stop_jobs_of(&run.id);
        draft.ended.push(run);
    }
}
