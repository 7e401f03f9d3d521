//! Which times have been run: intervals that touch and ended alike are one.

use cloister_crds::pipeline::{Coverage, Interval, RunState};

use super::time::read;

/// Older ones are forgotten: a backfill would run them again.
const MOST: usize = 100;

/// Says how the run of an interval ended, in place of what was said of it before.
pub(super) fn record(all: &mut Vec<Coverage>, interval: &Interval, state: RunState) {
    let (start, end) = (read(&interval.start), read(&interval.end));
    if start >= end {
        return;
    }
    let piece = |start: &str, end: &str, state| Coverage { start: start.into(), end: end.into(), state };
    let mut pieces = Vec::with_capacity(all.len() + 2);
    for old in all.drain(..) {
        if read(&old.end) <= start || read(&old.start) >= end {
            pieces.push(old);
            continue;
        }
        if read(&old.start) < start {
            pieces.push(piece(&old.start, &interval.start, old.state));
        }
        if read(&old.end) > end {
            pieces.push(piece(&interval.end, &old.end, old.state));
        }
    }
    pieces.push(piece(&interval.start, &interval.end, state));
    pieces.sort_by_key(|piece| read(&piece.start));
    for next in pieces {
        match all.last_mut() {
            Some(last) if last.state == next.state && read(&last.end) == read(&next.start) => {
                last.end = next.end;
            }
            _ => all.push(next),
        }
    }
    let excess = all.len().saturating_sub(MOST);
    all.drain(..excess);
}

/// How the run of an interval ended, as far as it is known.
pub(super) fn of(all: &[Coverage], interval: &Interval) -> Option<RunState> {
    let (start, end) = (read(&interval.start), read(&interval.end));
    let holds = |c: &&Coverage| read(&c.start) <= start && end <= read(&c.end);
    all.iter().find(holds).map(|found| found.state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(start: u32, end: u32) -> Interval {
        let at = |hour: u32| format!("2026-01-01T{hour:02}:00:00Z");
        Interval { start: at(start), end: at(end) }
    }

    #[test]
    fn what_touches_and_ended_alike_is_one() {
        let mut all = Vec::new();
        for hour in [3, 1, 2, 5] {
            record(&mut all, &hours(hour, hour + 1), RunState::Succeeded);
        }
        assert_eq!(all.len(), 2);
        assert_eq!(of(&all, &hours(2, 3)), Some(RunState::Succeeded));
        assert_eq!(of(&all, &hours(4, 5)), None);
    }

    #[test]
    fn the_newest_word_holds() {
        let mut all = Vec::new();
        record(&mut all, &hours(1, 5), RunState::Failed);
        record(&mut all, &hours(2, 3), RunState::Succeeded);
        let states: Vec<Option<RunState>> = (1..5).map(|hour| of(&all, &hours(hour, hour + 1))).collect();
        let (failed, succeeded) = (Some(RunState::Failed), Some(RunState::Succeeded));
        assert_eq!(states, [failed, succeeded, failed, failed]);
    }
}
