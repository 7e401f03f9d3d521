//! What people ask for by annotation: `TOKEN` or `TOKEN @SLOT NAME=VALUE …`, and each new value is one wish. An annotation
//! works alike for kubectl, for a manifest in Git, and on a pipeline whose spec its tenant keeps.

use cloister_crds::pipeline::{RunCause, RunState};
use jiff::Timestamp;

use super::decide::Draft;
use super::queue::{Wanted, add};
use super::time::text;
use super::wish::{Asked, has_failed, is_of, read, slot_of};
use super::{RETRY_FAILED, RUN_NOW, files, is_granted, slots, wished_run};
use crate::name::digits;

pub(super) fn take(draft: &mut Draft<'_>) {
    let view = draft.view;
    if let Some(wish) = view.wishes.run_now
        && !is_granted(&draft.status, RUN_NOW, wish)
    {
        match read(&view.spec.parameters, draft.schedule, wish) {
            Ok(asked) => {
                draft.status.handled.run_now = Some(digits(wish, 16));
                run_now(draft, wish, asked);
            }
            Err(violations) => draft.violations.extend(violations),
        }
    }
    if let Some(wish) = view.wishes.retry_failed
        && !is_granted(&draft.status, RETRY_FAILED, wish)
    {
        draft.status.handled.retry_failed = Some(digits(wish, 16));
        // A slot that nobody can read has no runs.
        match slot_of(wish) {
            None => retry_failed(draft, None),
            Some(Ok(slot)) => retry_failed(draft, Some(slot)),
            Some(Err(_)) => {}
        }
    }
}

fn run_now(draft: &mut Draft<'_>, wish: &str, asked: Asked) {
    let id = wished_run(draft.view.uid, wish);
    let interval = draft.schedule.and_then(|schedule| {
        let slot = asked.slot.or_else(|| schedule.last(draft.view.now));
        slots::interval(schedule, slot?)
    });
    // Who asks does not want to wait for quiet or a marker.
    let most = draft.arrival().map_or(0, |arrival| usize::try_from(arrival.max_files).unwrap_or(1));
    let inputs: Vec<_> = draft.status.pending.iter().take(most).cloned().collect();
    files::hand_over(&mut draft.status, &inputs);
    add(draft, id, RunCause::ByHand, Wanted { interval, parameters: asked.parameters, inputs });
}

/// What failed is queued again, with as many attempts as at first.
fn retry_failed(draft: &mut Draft<'_>, slot: Option<Timestamp>) {
    let now = text(draft.view.now);
    let (failed, mut others): (Vec<_>, Vec<_>) = std::mem::take(&mut draft.status.runs)
        .into_iter()
        .partition(|run| has_failed(run) && is_of(run, slot));
    others.extend(failed.into_iter().map(|mut run| {
        run.state = RunState::Queued;
        run.forgiven = run.attempt;
        run.queued_at.clone_from(&now);
        run.ended_at = None;
        run.recorded = false;
        run
    }));
    draft.status.runs = others;
}
