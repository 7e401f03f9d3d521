//! The slots that have come due since the last one that was decided.

use cloister_crds::pipeline::{CatchUp, Interval, RunCause, ScheduleTrigger};
use jiff::Timestamp;

use super::decide::Draft;
use super::queue::{Wanted, add, is_full, run_id};
use super::schedule::Schedule;
use super::time::{later, read, text};

/// So late a slot may start that nobody caught up on.
const LATE: i64 = 600;

pub(super) fn take(draft: &mut Draft<'_>, trigger: &ScheduleTrigger, schedule: &Schedule) {
    let view = draft.view;
    if view.spec.suspend || is_full(draft) {
        return;
    }
    let decided = draft.status.decided_until.as_deref().map_or(view.created, read);
    let due = due(schedule, decided, view.now, most(trigger));
    let Some(newest) = due.last().copied() else {
        draft.status.decided_until.get_or_insert_with(|| text(view.created));
        return;
    };
    let late = later(newest, view.spec.deadlines.start_seconds.map_or(LATE, i64::from));
    draft.status.decided_until = Some(text(newest));
    if trigger.catch_up == CatchUp::None && view.now > late {
        return;
    }
    for slot in due {
        let id = run_id(view.uid, "slot", &text(slot));
        let interval = interval(schedule, slot);
        add(draft, id, RunCause::Schedule, Wanted { interval, ..Wanted::default() });
    }
}

fn most(trigger: &ScheduleTrigger) -> usize {
    match trigger.catch_up {
        CatchUp::None | CatchUp::Latest => 1,
        CatchUp::All => usize::try_from(trigger.catch_up_limit).unwrap_or(1),
    }
}

/// The newest slots after one instant and up to another, the oldest first.
fn due(schedule: &Schedule, after: Timestamp, until: Timestamp, most: usize) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut next = schedule.last(until);
    while let Some(slot) = next.filter(|slot| *slot > after && found.len() < most) {
        found.push(slot);
        next = schedule.before(slot);
    }
    found.reverse();
    found
}

/// From the slot before to the slot itself.
pub(super) fn interval(schedule: &Schedule, slot: Timestamp) -> Option<Interval> {
    let start = schedule.before(slot)?;
    Some(Interval { start: text(start), end: text(slot) })
}
