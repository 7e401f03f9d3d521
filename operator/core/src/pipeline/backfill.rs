//! Slots of a range, a few at a time.

use cloister_crds::pipeline::{Backfill, BackfillStatus, Interval, Reprocess, RunCause, RunState};
use jiff::Timestamp;

use super::coverage;
use super::decide::Draft;
use super::queue::{Wanted, add, is_open, is_regular, run_id};
use super::schedule::Schedule;
use super::slots::interval;
use super::time::{later, read, text};
use crate::name::digits;

/// Slots that one pass looks at.
const AT_ONCE: usize = 500;
const SHOWN: usize = 20;

pub(super) fn take(draft: &mut Draft<'_>, schedule: &Schedule) {
    let view = draft.view;
    let wanted = view.spec.backfill.as_ref();
    let id = wanted.map(identity);
    if draft.status.backfill.as_ref().map(|b| &b.id) != id.as_ref() {
        // What it queued and nobody began is not wanted any more.
        draft.status.runs.retain(|run| is_regular(run) || run.state != RunState::Queued);
        draft.status.backfill = id.map(|id| BackfillStatus { id, ..BackfillStatus::default() });
    }
    let Some(wanted) = wanted.filter(|_| !view.spec.suspend) else { return };
    for _ in 0..AT_ONCE {
        if !step(draft, wanted, schedule) {
            return;
        }
    }
    draft.soon(view.now);
}

fn identity(backfill: &Backfill) -> String {
    let Backfill { name, from, to, reprocess, dry_run, .. } = backfill;
    digits(&format!("{name}\n{from}\n{to}\n{reprocess:?}\n{dry_run}"), 16)
}

/// Decides on the next slot. False where there is nothing to decide now.
fn step(draft: &mut Draft<'_>, wanted: &Backfill, schedule: &Schedule) -> bool {
    let view = draft.view;
    let (from, to) = (read(&wanted.from), read(&wanted.to));
    let open = draft.status.runs.iter().filter(|run| is_open(run) && !is_regular(run)).count();
    let most = usize::try_from(wanted.max_active).unwrap_or(1);
    let full = !wanted.dry_run && open > most;
    let Some(progress) = draft.status.backfill.as_mut().filter(|p| !p.complete && !full) else {
        return false;
    };
    let after = progress.decided_until.as_deref().map_or(later(from, -1), read);
    let Some(slot) = schedule.next(after).filter(|slot| *slot < to && *slot <= view.now) else {
        // Slots yet to come are waited for.
        progress.complete = to <= view.now || schedule.next(after).is_none_or(|slot| slot >= to);
        return false;
    };
    progress.decided_until = Some(text(slot));
    let interval = interval(schedule, slot);
    let open =
        draft.status.runs.iter().any(|run| is_open(run) && run.interval == interval && interval.is_some());
    let runs = !open
        && applies(wanted.reprocess, interval.as_ref().and_then(|i| coverage::of(&draft.status.coverage, i)));
    decide(draft, wanted, slot, interval, runs);
    true
}

fn decide(draft: &mut Draft<'_>, wanted: &Backfill, slot: Timestamp, interval: Option<Interval>, runs: bool) {
    let Some(progress) = &mut draft.status.backfill else { return };
    if !runs {
        progress.passed_over += 1;
        return;
    }
    progress.queued += 1;
    if wanted.dry_run {
        if progress.would_run.len() < SHOWN {
            progress.would_run.push(text(slot));
        }
        return;
    }
    let id = run_id(draft.view.uid, "backfill", &format!("{}/{}", wanted.name, text(slot)));
    add(draft, id, RunCause::Backfill, Wanted { interval, ..Wanted::default() });
}

fn applies(reprocess: Reprocess, before: Option<RunState>) -> bool {
    match (reprocess, before) {
        (_, None) | (Reprocess::Completed, _) => true,
        (Reprocess::Failed, Some(state)) => state == RunState::Failed,
        (Reprocess::None, Some(_)) => false,
    }
}
