//! Which runs may begin, or be tried again.

use std::collections::BTreeSet;

use cloister_crds::pipeline::{Concurrency, RunCause, RunState, RunStatus};

use super::decide::Draft;
use super::queue::is_regular;
use super::record;
use super::time::{read, text};

/// Nothing more is run while so many ended runs cannot be recorded.
const MOST_UNRECORDED: usize = 20;
/// Most runs of the pipeline at a time with concurrency `Allow`.
const ALLOWED: i32 = 5;

/// Starts what may start, in order. Only a run that status holds already may have a Job.
pub(super) fn start(draft: &mut Draft<'_>) {
    let view = draft.view;
    let unrecorded = draft.status.runs.iter().filter(|run| record::is_due(run)).count();
    if view.spec.suspend || !view.may_start || unrecorded >= MOST_UNRECORDED {
        return;
    }
    let mut busy = [true, false].map(|regular| busy(draft, regular));
    for n in 0..draft.status.runs.len() {
        let run = draft.status.runs[n].clone();
        let kind = usize::from(!is_regular(&run));
        if busy[kind] >= limit(draft, kind == 0) {
            continue;
        }
        if is_due(&run, draft) && is_recorded(&run, draft) {
            begin(draft, n);
            busy[kind] += 1;
        } else if holds_the_queue(&run, draft) {
            // What comes after it waits for it.
            busy[kind] = i32::MAX;
        }
    }
}

fn begin(draft: &mut Draft<'_>, n: usize) {
    let run = &mut draft.status.runs[n];
    run.state = RunState::Active;
    run.attempt += 1;
    run.not_before = None;
    run.started_at = Some(text(draft.view.now));
    let run = run.clone();
    draft.start.push(run);
}

/// Runs with a Job that has not ended, those included that status has given up already.
fn busy(draft: &Draft<'_>, regular: bool) -> i32 {
    let runs = draft.status.runs.iter().filter(|run| is_regular(run) == regular);
    let ids: BTreeSet<&str> = runs.clone().map(|run| run.id.as_str()).collect();
    let active = runs.filter(|run| run.state == RunState::Active).map(|run| run.id.as_str());
    let with_jobs = draft.view.attempts.iter().filter(|a| !a.has_ended()).map(|a| a.run.as_str());
    let all: BTreeSet<&str> = active.chain(with_jobs.filter(|run| ids.contains(run))).collect();
    i32::try_from(all.len()).unwrap_or(i32::MAX)
}

pub(super) fn limit(draft: &Draft<'_>, regular: bool) -> i32 {
    let spec = draft.view.spec;
    match spec.concurrency {
        _ if !regular => spec.backfill.as_ref().map_or(1, |backfill| backfill.max_active),
        Concurrency::Allow => spec.max_active.unwrap_or(ALLOWED),
        Concurrency::Forbid | Concurrency::Replace | Concurrency::Queue => 1,
    }
}

fn is_due(run: &RunStatus, draft: &Draft<'_>) -> bool {
    let its_turn = match run.state {
        RunState::Queued => true,
        RunState::BackingOff => run.not_before.as_deref().is_none_or(|at| draft.view.now >= read(at)),
        _ => false,
    };
    // An attempt before it may still be ending.
    its_turn && !draft.view.attempts.iter().any(|a| a.run == run.id && !a.has_ended())
}

fn is_recorded(run: &RunStatus, draft: &Draft<'_>) -> bool {
    draft
        .view
        .previous
        .runs
        .iter()
        .any(|known| known.id == run.id && known.attempt == run.attempt && known.state == run.state)
}

/// In order means that a later one does not overtake.
fn holds_the_queue(run: &RunStatus, draft: &Draft<'_>) -> bool {
    let waits = matches!(run.state, RunState::Queued | RunState::BackingOff);
    waits && run.cause != RunCause::Backfill && draft.view.spec.concurrency != Concurrency::Allow
}
