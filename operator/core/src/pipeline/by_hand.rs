//! What people ask for by annotation: `TOKEN` or `TOKEN NAME=VALUE …`, and each new value is one wish. An annotation
//! works alike for kubectl, for a manifest in Git, and on a pipeline whose spec its tenant keeps.

use std::collections::BTreeMap;

use cloister_crds::pipeline::{Parameter, RunCause, RunState};

use super::decide::Draft;
use super::queue::{Wanted, add, run_id};
use super::time::text;
use super::{RUN_NOW, files, slots, validate};
use crate::name::digits;
use crate::violation::Violation;

pub(super) fn take(draft: &mut Draft<'_>) {
    let view = draft.view;
    if let Some(wish) = view.wishes.run_now {
        let token = digits(wish, 16);
        if draft.status.handled.run_now.as_ref() != Some(&token) {
            match parameters(&view.spec.parameters, wish) {
                Ok(parameters) => {
                    draft.status.handled.run_now = Some(token);
                    run_now(draft, wish, parameters);
                }
                Err(violations) => draft.violations.extend(violations),
            }
        }
    }
    if let Some(wish) = view.wishes.retry_failed {
        let token = digits(wish, 16);
        if draft.status.handled.retry_failed.as_ref() != Some(&token) {
            draft.status.handled.retry_failed = Some(token);
            retry_failed(draft);
        }
    }
}

fn run_now(draft: &mut Draft<'_>, wish: &str, parameters: BTreeMap<String, String>) {
    let id = run_id(draft.view.uid, "hand", wish);
    let interval = draft
        .schedule
        .and_then(|schedule| schedule.last(draft.view.now).and_then(|slot| slots::interval(schedule, slot)));
    // Who asks does not want to wait for quiet or a marker.
    let most = draft.arrival().map_or(0, |arrival| usize::try_from(arrival.max_files).unwrap_or(1));
    let inputs: Vec<_> = draft.status.pending.iter().take(most).cloned().collect();
    files::hand_over(&mut draft.status, &inputs);
    add(draft, id, RunCause::ByHand, Wanted { interval, parameters, inputs });
}

/// What failed is queued again, with as many attempts as at first.
fn retry_failed(draft: &mut Draft<'_>) {
    let now = text(draft.view.now);
    let (failed, mut others): (Vec<_>, Vec<_>) = std::mem::take(&mut draft.status.runs)
        .into_iter()
        .partition(|run| matches!(run.state, RunState::Failed | RunState::Missed));
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

fn parameters(declared: &[Parameter], wish: &str) -> Result<BTreeMap<String, String>, Vec<Violation>> {
    let mut wrong = Vec::new();
    let mut given = BTreeMap::new();
    let mut tell =
        |hint: String| wrong.push(Violation::new(format!("metadata.annotations[{RUN_NOW}]"), hint));
    for part in wish.split_whitespace().skip(1) {
        let Some((name, value)) = part.split_once('=') else {
            tell(format!(
                "{part:?} is no parameter: write NAME=VALUE after the token, without spaces in them"
            ));
            continue;
        };
        match declared.iter().find(|parameter| parameter.name == name) {
            None => {
                tell(format!(
                    "there is no parameter {name:?}: declare it in spec.parameters or leave it out"
                ));
            }
            Some(parameter) => match validate::value(parameter.type_, value) {
                Ok(()) => {
                    given.insert(name.to_owned(), value.to_owned());
                }
                Err(hint) => tell(format!("parameter {name}: {hint}")),
            },
        }
    }
    let missing = declared.iter().filter(|p| p.default.is_none() && !given.contains_key(&p.name));
    for parameter in missing.map(|parameter| &parameter.name) {
        tell(format!("parameter {parameter} has no default: write {parameter}=VALUE after the token"));
    }
    if wrong.is_empty() { Ok(given) } else { Err(wrong) }
}
