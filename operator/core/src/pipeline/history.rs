//! Ended runs that are kept, and the Jobs that go.

use std::collections::BTreeSet;

use cloister_crds::pipeline::{RunState, RunStatus};

use super::decide::Draft;
use super::queue::is_open;
use super::time::{later, read};

pub(super) fn trim(draft: &mut Draft<'_>) {
    let history = &draft.view.spec.history;
    let keep = |most: i32| usize::try_from(most).unwrap_or(1);
    let oldest = later(draft.view.now, -i64::from(history.days) * 24 * 3600);
    let mut gone = BTreeSet::new();
    for (successful, most) in [(true, keep(history.successful)), (false, keep(history.failed))] {
        let is_kind = |run: &&RunStatus| !is_open(run) && (run.state == RunState::Succeeded) == successful;
        let mut ended: Vec<&RunStatus> = draft.status.runs.iter().filter(is_kind).collect();
        ended.sort_by_key(|run| std::cmp::Reverse(ended_at(run)));
        let excess = ended.iter().enumerate().filter(|(n, run)| *n >= most || ended_at(run) < oldest);
        gone.extend(excess.map(|(_, run)| run.id.clone()));
    }
    // First status says how it ended, and it is recorded; then it and its Jobs go.
    gone.retain(|id| {
        let is_told = |run: &RunStatus| run.id == *id && !is_open(run) && run.recorded;
        !draft.blind && draft.view.previous.runs.iter().any(is_told)
    });
    for id in &gone {
        draft.stop_jobs_of(id);
    }
    draft.status.runs.retain(|run| !gone.contains(&run.id));
    let (mut ended, open): (Vec<RunStatus>, Vec<RunStatus>) =
        std::mem::take(&mut draft.status.runs).into_iter().partition(|run| !is_open(run));
    ended.sort_by(|a, b| (ended_at(a), &a.id).cmp(&(ended_at(b), &b.id)));
    ended.extend(open);
    draft.status.runs = ended;
}

fn ended_at(run: &RunStatus) -> jiff::Timestamp {
    run.ended_at.as_deref().map_or(jiff::Timestamp::UNIX_EPOCH, read)
}
