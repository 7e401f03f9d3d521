//! What CEL cannot say of a pipeline.

use cloister_crds::EtlPipelineSpec;
use cloister_crds::pipeline::ParameterType;
use jiff::civil::Date;

use super::schedule::Schedule;
use crate::violation::Violation;

/// All that is wrong with a pipeline, whose spec is at `path`.
#[must_use]
pub fn validate(path: &str, name: &str, spec: &EtlPipelineSpec) -> Vec<Violation> {
    let mut found = Vec::new();
    let trigger = spec.trigger.as_ref();
    if let Some(schedule) = trigger.and_then(|trigger| trigger.schedule.as_ref()) {
        let wrong = Schedule::read(schedule).err().unwrap_or_default();
        found.extend(
            wrong
                .into_iter()
                .map(|(field, why)| Violation::new(format!("{path}.trigger.schedule.{field}"), why)),
        );
    }
    if trigger.and_then(|trigger| trigger.upstream.as_ref()).is_some_and(|upstream| upstream.pipeline == name)
    {
        let hint = "a pipeline cannot follow itself: name another, or use trigger.schedule";
        found.push(Violation::new(format!("{path}.trigger.upstream.pipeline"), hint));
    }
    for (n, parameter) in spec.parameters.iter().enumerate() {
        if let Some(Err(hint)) = parameter.default.as_deref().map(|default| value(parameter.type_, default)) {
            found.push(Violation::new(format!("{path}.parameters[{n}].default"), hint));
        }
    }
    found
}

pub(super) fn value(type_: ParameterType, text: &str) -> Result<(), String> {
    let (holds, hint) = match type_ {
        ParameterType::String => (text.len() <= 256, "it has more than 256 bytes: write a shorter one"),
        ParameterType::Integer => (text.parse::<i64>().is_ok(), "it is no integer: write one such as 30"),
        ParameterType::Boolean => (matches!(text, "true" | "false"), "write true or false"),
        ParameterType::Date => {
            let shaped = text.len() == 10;
            (shaped && text.parse::<Date>().is_ok(), "there is no such day: write one such as 2026-01-31")
        }
    };
    if holds { Ok(()) } else { Err(hint.to_owned()) }
}
