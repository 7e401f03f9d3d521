//! One decision: from what is seen to the next status, and the Jobs to make and to end.

use std::collections::BTreeSet;

use cloister_crds::pipeline::{ArrivalTrigger, RunCause, RunState, RunStatus};
use cloister_crds::{EtlPipelineSpec, EtlPipelineStatus};
use jiff::Timestamp;

use super::attempt::Attempt;
use super::files::{self, News};
use super::queue::{Wanted, add, is_open, is_regular, run_id};
use super::schedule::Schedule;
use super::start::{limit, start};
use super::time::{read, text};
use super::upstream::Upstream;
use super::{backfill, by_hand, history, settle, slots, upstream};
use crate::violation::Violation;

/// All that a decision rests on: the pipeline and its Jobs as the API server holds them, and what was heard.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub uid: &'a str,
    /// Slots and files from before are not its own.
    pub created: Timestamp,
    pub spec: &'a EtlPipelineSpec,
    pub previous: &'a EtlPipelineStatus,
    pub wishes: Wishes<'a>,
    pub attempts: &'a [Attempt],
    pub news: &'a News,
    /// The pipeline that it follows, where there is one.
    pub upstream: Option<&'a Upstream>,
    /// Everything that a worker needs is there.
    pub may_start: bool,
    pub now: Timestamp,
}

/// Annotations by which people ask for something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    pub run_now: Option<&'a str>,
    pub retry_failed: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub struct Decision {
    /// The next status; its common part is as it was.
    pub status: EtlPipelineStatus,
    /// Runs whose Job is to be made, by their attempt.
    pub start: Vec<RunStatus>,
    /// Jobs that are to go.
    pub end: BTreeSet<String>,
    /// Attempts and runs that have ended just now.
    pub ended: Vec<RunStatus>,
    /// What is wrong with what people asked for.
    pub violations: Vec<Violation>,
    /// Whether all that was heard is in status now.
    pub heard_all: bool,
    /// When to look again, if nothing happens before.
    pub look_again: Option<Timestamp>,
}

impl Decision {
    /// Its Job could not be made: the run is as it was.
    pub fn take_back(&mut self, run: &RunStatus, previous: &EtlPipelineStatus) {
        let before = previous.runs.iter().find(|known| known.id == run.id);
        if let (Some(before), Some(now)) = (before, self.status.runs.iter_mut().find(|r| r.id == run.id)) {
            now.clone_from(before);
        }
        self.status = counted(std::mem::take(&mut self.status));
    }
}

pub(super) struct Draft<'a> {
    pub view: &'a View<'a>,
    pub schedule: Option<&'a Schedule>,
    pub status: EtlPipelineStatus,
    pub start: Vec<RunStatus>,
    pub end: BTreeSet<String>,
    pub ended: Vec<RunStatus>,
    pub violations: Vec<Violation>,
    /// The Jobs were not looked at.
    pub blind: bool,
    look_again: Option<Timestamp>,
}

impl Draft<'_> {
    pub fn arrival(&self) -> Option<&ArrivalTrigger> {
        self.view.spec.trigger.as_ref().and_then(|trigger| trigger.arrival.as_ref())
    }

    pub fn stop_jobs_of(&mut self, run: &str) {
        let jobs = self.view.attempts.iter().filter(|a| a.run == run && !a.leaving);
        self.end.extend(jobs.map(|attempt| attempt.job.clone()));
    }

    pub fn soon(&mut self, at: Timestamp) {
        self.look_again = Some(self.look_again.map_or(at, |before| before.min(at)));
    }
}

/// What is to be done now. Pure: the same view gives the same decision.
#[must_use]
pub fn decide(view: &View<'_>) -> Decision {
    weigh(view, false)
}

/// The same without a look at the Jobs, where every Job that has not ended is of a run that status calls active: none
/// while no run is. Nothing that has ended is forgotten then, since its Job would have to go.
#[must_use]
pub fn decide_blind(view: &View<'_>) -> Option<Decision> {
    let has_none = |run: &RunStatus| !is_open(run) || (run.state == RunState::Queued && run.attempt == 0);
    view.previous.runs.iter().all(has_none).then(|| weigh(view, true))
}

fn weigh(view: &View<'_>, blind: bool) -> Decision {
    let trigger = view.spec.trigger.as_ref();
    // A schedule that cannot be read is a violation, told elsewhere; it has no slots.
    let of_times = trigger.and_then(|trigger| trigger.schedule.as_ref());
    let schedule = of_times.and_then(|trigger| Schedule::read(trigger).ok());
    let mut draft = Draft {
        view,
        schedule: schedule.as_ref(),
        status: view.previous.clone(),
        start: Vec::new(),
        end: BTreeSet::new(),
        ended: Vec::new(),
        violations: Vec::new(),
        blind,
        look_again: None,
    };
    settle::settle(&mut draft);
    let heard_all = hear(&mut draft);
    by_hand::take(&mut draft);
    if let (Some(trigger), Some(schedule)) = (of_times, &schedule) {
        slots::take(&mut draft, trigger, schedule);
        backfill::take(&mut draft, schedule);
    }
    if let Some(upstream) = view.upstream {
        upstream::take(&mut draft, upstream);
    }
    gather(&mut draft);
    start(&mut draft);
    history::trim(&mut draft);
    show_next(&mut draft);
    look_ahead(&mut draft);
    Decision {
        status: counted(draft.status),
        start: draft.start,
        end: draft.end,
        ended: draft.ended,
        violations: draft.violations,
        heard_all,
        look_again: draft.look_again,
    }
}

fn hear(draft: &mut Draft<'_>) -> bool {
    let view = draft.view;
    let Some(trigger) = view.spec.trigger.as_ref().and_then(|trigger| trigger.arrival.as_ref()) else {
        return true;
    };
    files::begin(&mut draft.status, view.created);
    files::take(trigger, &mut draft.status, view.news)
}

/// Makes a run of files only when it can start soon: those that come meanwhile may go with them.
fn gather(draft: &mut Draft<'_>) {
    let view = draft.view;
    let Some(trigger) = view.spec.trigger.as_ref().and_then(|trigger| trigger.arrival.as_ref()) else {
        return;
    };
    if view.spec.suspend {
        return;
    }
    loop {
        let open = draft.status.runs.iter().filter(|run| is_open(run) && is_regular(run)).count();
        if i32::try_from(open).unwrap_or(i32::MAX) >= limit(draft, true) {
            return;
        }
        match files::ripe(trigger, &draft.status, view.now) {
            Ok(inputs) => {
                let identities: Vec<String> = inputs.iter().map(files::identity).collect();
                let id = run_id(view.uid, "files", &identities.join("\n"));
                files::hand_over(&mut draft.status, &inputs);
                add(draft, id, RunCause::Arrival, Wanted { inputs, ..Wanted::default() });
            }
            Err(when) => {
                if let Some(when) = when {
                    draft.soon(when);
                }
                return;
            }
        }
    }
}

fn show_next(draft: &mut Draft<'_>) {
    let Some(schedule) = draft.schedule.filter(|_| !draft.view.spec.suspend) else {
        draft.status.next.clear();
        return;
    };
    let mut after = draft.view.now;
    let next: Vec<Timestamp> = std::iter::from_fn(|| {
        after = schedule.next(after)?;
        Some(after)
    })
    .take(3)
    .collect();
    if let Some(first) = next.first() {
        draft.soon(*first);
    }
    draft.status.next = next.into_iter().map(text).collect();
}

fn look_ahead(draft: &mut Draft<'_>) {
    let now = draft.view.now;
    let times: Vec<Timestamp> = draft
        .status
        .runs
        .iter()
        .filter_map(|run| match run.state {
            RunState::BackingOff => run.not_before.as_deref().map(read),
            RunState::Queued | RunState::Active => settle::start_deadline(draft.view.spec, run),
            _ => None,
        })
        .filter(|at| *at > now)
        .collect();
    for at in times {
        draft.soon(at);
    }
}

fn counted(mut status: EtlPipelineStatus) -> EtlPipelineStatus {
    let count = |state: RunState| status.runs.iter().filter(|run| run.state == state).count();
    let queued = count(RunState::Queued) + count(RunState::BackingOff) + status.pending.len();
    let active = count(RunState::Active);
    status.active = i64::try_from(active).unwrap_or(i64::MAX);
    status.queued = i64::try_from(queued).unwrap_or(i64::MAX);
    let ended = status.runs.iter().filter(|run| run.ended_at.is_some());
    let last = ended.max_by_key(|run| run.ended_at.as_deref().map(read));
    status.last_outcome = last.map(|run| format!("{:?}", run.state)).or(status.last_outcome.take());
    status
}
