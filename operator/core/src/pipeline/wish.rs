//! What people write into an annotation, and whether it can be granted: told before it is written, where a command writes it.

use std::collections::BTreeMap;

use cloister_crds::pipeline::{Parameter, RunState, RunStatus};
use cloister_crds::{EtlPipelineSpec, EtlPipelineStatus};
use jiff::Timestamp;

use super::queue::run_id;
use super::schedule::Schedule;
use super::time::text;
use super::{RETRY_FAILED, RUN_NOW, validate};
use crate::name::digits;
use crate::violation::Violation;

/// The value of `run-now`, or all that is wrong with what is asked for.
pub fn wish_to_run(
    spec: &EtlPipelineSpec,
    token: &str,
    slot: Option<&str>,
    parameters: &[String],
) -> Result<String, Vec<Violation>> {
    let words = [token.to_owned()].into_iter().chain(slot.map(|slot| format!("@{slot}")));
    let wish = words.chain(parameters.iter().cloned()).collect::<Vec<_>>().join(" ");
    if let Some(spaced) = parameters.iter().find(|parameter| parameter.contains(char::is_whitespace)) {
        let hint = format!(
            "{spaced:?} has a space in it, which an annotation's parameters cannot have: write one without"
        );
        return Err(vec![Violation::new(format!("metadata.annotations[{RUN_NOW}]"), hint)]);
    }
    let of_times = spec.trigger.as_ref().and_then(|trigger| trigger.schedule.as_ref());
    let schedule = of_times.and_then(|trigger| Schedule::read(trigger).ok());
    read(&spec.parameters, schedule.as_ref(), &wish).map(|_| wish)
}

/// The value of `retry-failed`, and the runs that it is about.
pub fn wish_to_retry(
    status: &EtlPipelineStatus,
    token: &str,
    slot: Option<&str>,
) -> Result<(String, Vec<String>), String> {
    let wish = slot.map_or_else(|| token.to_owned(), |slot| format!("{token} @{slot}"));
    let failed: Vec<&RunStatus> = status.runs.iter().filter(|run| has_failed(run)).collect();
    let wanted = slot_of(&wish).transpose()?;
    let runs: Vec<String> =
        failed.iter().filter(|run| is_of(run, wanted)).map(|run| run.id.clone()).collect();
    if !runs.is_empty() {
        return Ok((wish, runs));
    }
    let slots: Vec<&str> =
        failed.iter().filter_map(|run| Some(run.interval.as_ref()?.end.as_str())).collect();
    Err(match (slot, slots.is_empty()) {
        (Some(slot), false) => format!("no run of {slot} has failed: write one of {}", slots.join(", ")),
        (Some(slot), true) => format!("no run of {slot} has failed, nor of any other slot"),
        (None, _) => "no run of it has failed".to_owned(),
    })
}

/// The run that `run-now` with this value is.
#[must_use]
pub fn wished_run(uid: &str, wish: &str) -> String {
    run_id(uid, "hand", wish)
}

/// Whether a value of `run-now` or `retry-failed` has been taken up.
#[must_use]
pub fn is_granted(status: &EtlPipelineStatus, annotation: &str, wish: &str) -> bool {
    let granted = match annotation {
        RUN_NOW => &status.handled.run_now,
        RETRY_FAILED => &status.handled.retry_failed,
        _ => return false,
    };
    *granted == Some(digits(wish, 16))
}

/// What is asked for by one value.
pub(super) struct Asked {
    pub slot: Option<Timestamp>,
    pub parameters: BTreeMap<String, String>,
}

pub(super) fn has_failed(run: &RunStatus) -> bool {
    matches!(run.state, RunState::Failed | RunState::Missed)
}

pub(super) fn is_of(run: &RunStatus, slot: Option<Timestamp>) -> bool {
    slot.is_none_or(|slot| run.interval.as_ref().is_some_and(|interval| interval.end == text(slot)))
}

/// The word after the token that begins with `@`.
pub(super) fn slot_of(wish: &str) -> Option<Result<Timestamp, String>> {
    let slot = wish.split_whitespace().nth(1)?.strip_prefix('@')?;
    Some(slot.parse().map_err(|_| format!("{slot} is no time: write one such as 2026-01-31T05:00:00Z")))
}

pub(super) fn read(
    declared: &[Parameter],
    schedule: Option<&Schedule>,
    wish: &str,
) -> Result<Asked, Vec<Violation>> {
    let slot = slot_of(wish);
    let words = wish.split_whitespace().skip(if slot.is_some() { 2 } else { 1 });
    let parameters = parameters(declared, words);
    let slot = slot
        .map(|slot| slot.and_then(|slot| of_schedule(schedule, slot)))
        .transpose()
        .map_err(|hint| vec![Violation::new(format!("metadata.annotations[{RUN_NOW}]"), hint)]);
    match (slot, parameters) {
        (Ok(slot), Ok(parameters)) => Ok(Asked { slot, parameters }),
        (slot, parameters) => Err([slot.err(), parameters.err()].into_iter().flatten().flatten().collect()),
    }
}

fn of_schedule(schedule: Option<&Schedule>, slot: Timestamp) -> Result<Timestamp, String> {
    let Some(schedule) = schedule else {
        return Err(
            "a slot is for pipelines with trigger.schedule, which this one lacks: leave it out".to_owned()
        );
    };
    match schedule.last(slot) {
        Some(last) if last == slot => Ok(slot),
        Some(last) => Err(format!("{slot} is no slot of trigger.schedule: the one before it is {last}")),
        None => Err(format!("{slot} is no slot of trigger.schedule: choose a later one")),
    }
}

fn parameters<'a>(
    declared: &[Parameter],
    words: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>, Vec<Violation>> {
    let mut wrong = Vec::new();
    let mut given = BTreeMap::new();
    let mut tell =
        |hint: String| wrong.push(Violation::new(format!("metadata.annotations[{RUN_NOW}]"), hint));
    for part in words {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> EtlPipelineSpec {
        serde_json::from_value(json!({
            "image": "registry.example/etl", "tasks": { "module": "claims", "task": "Load" },
            "trigger": { "schedule": { "cron": "0 0 * * *", "timeZone": "America/New_York" } },
            "parameters": [{ "name": "days", "type": "Integer", "default": "7" }],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_asked_for_is_judged_before_it_is_written() {
        let ask =
            |slot: &str, parameter: &str| wish_to_run(&spec(), "now", Some(slot), &[parameter.to_owned()]);
        assert_eq!(ask("2026-01-01T05:00:00Z", "days=3"), Ok("now @2026-01-01T05:00:00Z days=3".to_owned()));
        let wrong = ask("2026-01-01T06:00:00Z", "days=many").unwrap_err();
        let hints: Vec<&str> = wrong.iter().map(|violation| violation.hint.as_str()).collect();
        assert_eq!(
            hints,
            [
                "2026-01-01T06:00:00Z is no slot of trigger.schedule: the one before it is 2026-01-01T05:00:00Z",
                "parameter days: it is no integer: write one such as 30",
            ]
        );
        assert!(ask("2026-01-01T05:00:00Z", "days=3 4").is_err());
        assert_eq!(wish_to_run(&spec(), "now", None, &[]), Ok("now".to_owned()));
    }

    #[test]
    fn one_slot_may_be_tried_again_alone() {
        let run = |id: &str, end: &str| {
            let interval = json!({ "start": "2026-01-01T00:00:00Z", "end": end });
            json!({ "id": id, "cause": "Schedule", "state": "Failed", "queuedAt": end, "interval": interval })
        };
        let runs = json!([run("0a", "2026-01-02T05:00:00Z"), run("0b", "2026-01-03T05:00:00Z")]);
        let status: EtlPipelineStatus = serde_json::from_value(json!({ "runs": runs })).unwrap();
        let ask = |slot: Option<&str>| wish_to_retry(&status, "again", slot);
        assert_eq!(ask(None).unwrap().1, ["0a", "0b"]);
        let one = ask(Some("2026-01-03T05:00:00Z")).unwrap();
        assert_eq!(one, ("again @2026-01-03T05:00:00Z".to_owned(), vec!["0b".to_owned()]));
        let none = ask(Some("2026-01-04T05:00:00Z")).unwrap_err();
        assert_eq!(
            none,
            "no run of 2026-01-04T05:00:00Z has failed: write one of 2026-01-02T05:00:00Z, 2026-01-03T05:00:00Z"
        );
    }
}
