//! What a pipeline's runs wait for. Files are counted, never named.

use cloister_crds::pipeline::{RunCause, RunState, RunStatus};
use cloister_crds::{EtlPipeline, EtlPipelineStatus};

use super::super::waiting::outcome;
use super::search::Search;
use super::seen::Seen;
use super::{Cause, Line, Rank, kubectl};

/// So many ended runs that cannot be recorded hold up all others.
const MOST_UNRECORDED: usize = 20;

/// Whether somebody who asks for the tenant should hear of it.
pub(super) fn is_troubled(pipeline: &EtlPipeline) -> bool {
    let Some(status) = &pipeline.status else { return true };
    let deaf = status.common.condition("Listening").is_some_and(|c| c.status == "False");
    pipeline.spec.suspend || deaf || last_ended(status).is_some_and(has_failed)
}

fn last_ended(status: &EtlPipelineStatus) -> Option<&RunStatus> {
    status.runs.iter().filter(|run| run.ended_at.is_some()).max_by_key(|run| run.ended_at.clone())
}

fn has_failed(run: &RunStatus) -> bool {
    matches!(run.state, RunState::Failed | RunState::Missed)
}

pub(super) fn lines<'a>(search: &mut Search<'a>, seen: &Seen<'a>, pipeline: &EtlPipeline) -> Vec<Line> {
    let Some(status) = &pipeline.status else { return Vec::new() };
    let mut lines = Vec::new();
    lines.extend(deaf(search, seen, status));
    lines.extend(unrecorded(search, seen, status));
    lines.extend(failed(search, seen, status));
    let notes = [queue(status), catching_up(status), backfill(status), files(status)];
    lines.extend(notes.into_iter().flatten().map(|text| Line { text, ..Line::default() }));
    lines
}

fn deaf<'a>(search: &mut Search<'a>, seen: &Seen<'a>, status: &EtlPipelineStatus) -> Option<Line> {
    let listening = status.common.condition("Listening").filter(|c| c.status == "False")?;
    let (what, next) = listening.message.rsplit_once(": ")?;
    let (what, next) = (what.to_owned(), next.to_owned());
    Some(search.cause(Cause { rank: Rank::Refused, object: seen.label(), what, next, command: None }))
}

fn unrecorded<'a>(search: &mut Search<'a>, seen: &Seen<'a>, status: &EtlPipelineStatus) -> Option<Line> {
    let count = status.runs.iter().filter(|run| run.ended_at.is_some() && !run.recorded).count();
    (count >= MOST_UNRECORDED).then(|| {
        let what =
            format!("{count} runs that ended cannot be recorded in the work bucket, so nothing more is run");
        let next = "see that the operator may put under _cloister/runs/ of that bucket".to_owned();
        search.cause(Cause { rank: Rank::Refused, object: seen.label(), what, next, command: None })
    })
}

fn failed<'a>(search: &mut Search<'a>, seen: &Seen<'a>, status: &EtlPipelineStatus) -> Option<Line> {
    let last = last_ended(status).filter(|run| has_failed(run))?;
    let count = status.runs.iter().filter(|run| has_failed(run)).count();
    let more = if count > 1 { format!(", and {} before it", count - 1) } else { String::new() };
    let what = format!("{}{more}", outcome(last));
    let next = if last.attempt > 0 {
        let selector = format!("cloister.dev/run={}", last.id);
        format!(
            "see what it said (kubectl logs -n {} -l {selector}), mend that, then try again",
            seen.namespace
        )
    } else {
        "raise deadlines.startSeconds or see what kept it waiting, then try again".to_owned()
    };
    let command = Some(kubectl("retry", seen.kind, &seen.namespace, &seen.name).replace("EtlPipeline/", ""));
    Some(search.cause(Cause { rank: Rank::RunFailed, object: seen.label(), what, next, command }))
}

fn queue(status: &EtlPipelineStatus) -> Option<String> {
    let of = |state: RunState| status.runs.iter().filter(move |run| run.state == state);
    let queued = of(RunState::Queued).count();
    let again = of(RunState::BackingOff).next().map(|run| {
        let at = run.not_before.as_deref().unwrap_or("once it may");
        format!("run {} is tried again at {at}, after attempt {}", run.id, run.attempt)
    });
    let active = of(RunState::Active).next().map(|run| {
        format!(
            "run {} is active since {}, attempt {}",
            run.id,
            run.started_at.as_deref().unwrap_or("just now"),
            run.attempt
        )
    });
    let wait = (queued > 0).then(|| format!("{queued} runs are queued"));
    let all: Vec<String> = [active, again, wait].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn catching_up(status: &EtlPipelineStatus) -> Option<String> {
    let slots =
        status.runs.iter().filter(|run| run.cause == RunCause::Schedule && run.state == RunState::Queued);
    let mut ends: Vec<&str> = slots.filter_map(|run| Some(run.interval.as_ref()?.end.as_str())).collect();
    ends.sort_unstable();
    let (first, last) = (ends.first()?, ends.last()?);
    (ends.len() > 1).then(|| format!("it catches up on {} slots, {first} to {last}", ends.len()))
}

fn backfill(status: &EtlPipelineStatus) -> Option<String> {
    let backfill = status.backfill.as_ref().filter(|backfill| !backfill.complete)?;
    Some(format!(
        "its backfill: {} queued, {} succeeded, {} failed, {} passed over",
        backfill.queued, backfill.succeeded, backfill.failed, backfill.passed_over
    ))
}

fn files(status: &EtlPipelineStatus) -> Option<String> {
    let count = status.pending.len();
    (count > 0).then(|| format!("{count} files wait for their quiet time, their marker or an active run"))
}
