use std::io::Write;

use cloister_core::drift::Drift;
use cloister_core::plan::{Reason, Safety};
use cloister_core::resource::{Resource, ResourceId};
use serde_json::{Value, json};

use super::{Output, Section};
use crate::commands::Complaint;

pub fn print(sections: &[Section], calls: Option<usize>, output: Output) -> Result<(), Complaint> {
    let mut out = std::io::stdout().lock();
    match output {
        Output::Json => {
            let rendered: Vec<Value> = sections.iter().map(as_json).collect();
            serde_json::to_writer_pretty(&mut out, &json!({ "objects": rendered, "awsCalls": calls }))?;
            writeln!(out)?;
        }
        Output::Table => table(sections, calls, &mut out)?,
    }
    Ok(())
}

fn as_json(section: &Section) -> Value {
    let resources: Vec<Value> = section
        .desired
        .iter()
        .map(|(id, want)| {
            let drift: Vec<&Drift> = section.plan.drift.iter().filter(|d| d.resource == *id).collect();
            let work = section.plan.works.iter().find(|work| work.id == *id);
            json!({
                "id": id,
                "fields": fields(&want.resource),
                "differences": drift,
                "steps": work.map(|w| &w.steps),
                "safety": work.and_then(|w| w.steps.iter().map(cloister_core::resource::Step::safety).max()),
                "blocked": section.plan.reason(id),
            })
        })
        .collect();
    json!({ "object": section.object, "resources": resources })
}

/// Every managed field by its path: what is compared, and so what can be found and put right.
fn fields(resource: &Resource) -> Vec<String> {
    fn walk(path: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (key, value) in fields {
                    walk(&if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value, found);
                }
            }
            _ => found.push(path.to_owned()),
        }
    }
    let mut found = Vec::new();
    walk("", &serde_json::to_value(resource).unwrap_or_default(), &mut found);
    found
}

fn table(sections: &[Section], calls: Option<usize>, out: &mut impl Write) -> Result<(), Complaint> {
    let (mut changes, mut reports, mut destructive) = (0, 0, 0);
    for section in sections {
        for id in section.desired.keys() {
            let (kind, name) = columns(id);
            if let Some(work) = section.plan.works.iter().find(|work| work.id == *id) {
                changes += 1;
                destructive += usize::from(work.steps.iter().any(|s| s.safety() == Safety::Destructive));
                if is_absent(section, id) {
                    writeln!(out, "  + {kind:<16} {name}")?;
                } else {
                    differences(section, id, '~', out)?;
                }
            } else if let Some(reason) = section.plan.reason(id) {
                match reason {
                    Reason::Waiting { on } if is_absent(section, id) => {
                        changes += 1;
                        writeln!(out, "  + {kind:<16} {name}   after {on}")?;
                    }
                    _ => {
                        reports += 1;
                        writeln!(out, "  ! {kind:<16} {name}   {}", explain(reason))?;
                        differences(section, id, '!', out)?;
                    }
                }
            }
        }
    }
    let calls = calls.map(|n| format!("; {n} AWS calls")).unwrap_or_default();
    if changes + reports == 0 {
        writeln!(out, "Nothing to do: everything is as declared{calls}")?;
    } else {
        writeln!(out, "{changes} changes, {reports} reports, {destructive} destructive{calls}")?;
    }
    Ok(())
}

fn is_absent(section: &Section, id: &ResourceId) -> bool {
    section.plan.drift.iter().any(|d| d.resource == *id && d.path.is_empty())
}

fn differences(section: &Section, id: &ResourceId, sign: char, out: &mut impl Write) -> std::io::Result<()> {
    let (kind, name) = columns(id);
    for drift in section.plan.drift.iter().filter(|d| d.resource == *id && !d.path.is_empty()) {
        writeln!(
            out,
            "  {sign} {kind:<16} {name}   {}: {} -> {}",
            drift.path,
            short(&drift.have),
            short(&drift.want)
        )?;
    }
    Ok(())
}

fn explain(reason: &Reason) -> String {
    match reason {
        Reason::Foreign { owner } => format!("exists and is not ours; it belongs to {owner}"),
        Reason::Waiting { on } => format!("waits for {on}"),
        Reason::Changing { what } => what.clone(),
        Reason::Unreadable(fault) => fault.to_string(),
        Reason::Immutable { why } => (*why).to_owned(),
        Reason::Deferred { why } => why.clone(),
        Reason::Held { sentence, .. } => sentence.clone(),
        Reason::Report => "reported only".to_owned(),
        Reason::Paused => "paused".to_owned(),
        Reason::Retained => "stays".to_owned(),
    }
}

/// `s3 bucket`, `acme-health-landing-1f0c2a9b`.
fn columns(id: &ResourceId) -> (String, String) {
    let text = id.to_string();
    let (kind, name) = text.split_once('/').unwrap_or((&text, ""));
    (kind.replace('-', " "), name.to_owned())
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= 60 {
        text
    } else {
        format!("{}…", text.chars().take(59).collect::<String>())
    }
}
