use cloister_crds::status::Condition;

use super::Story;
use crate::fault::FaultClass;
use crate::plan::{Blocked, Mode, Reason};
use crate::resource::ResourceId;
use crate::schema::Why;

/// The four conditions. kstatus reads the first three.
pub(super) fn update(story: &Story<'_>, settled: bool) -> Vec<Condition> {
    let stalled = stalled(story);
    let drifted = story.drifted().next().is_some();
    let moving = !settled && stalled.is_none();
    let ready_reason = match () {
        () if settled => "AsDeclared",
        () if !story.violations.is_empty() => "Invalid",
        () if stalled.is_some() => "NeedsAttention",
        () if drifted => "Drifted",
        () if story.mode == Mode::Paused => "Paused",
        () => "Progressing",
    };
    let text = message(story);
    let make = |type_: &str, holds: bool, reason: &str, message: &str| Condition {
        type_: type_.to_owned(),
        status: if holds { "True" } else { "False" }.to_owned(),
        observed_generation: story.generation,
        last_transition_time: story.now.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
    };
    let said = if settled { "everything is as declared" } else { text.as_str() };
    let mut all = vec![
        make("Ready", settled, ready_reason, said),
        make(
            "Reconciling",
            moving,
            if moving { "Progressing" } else { "Idle" },
            if moving { said } else { "" },
        ),
        make(
            "Stalled",
            stalled.is_some(),
            stalled.unwrap_or("NotStalled"),
            if stalled.is_some() { said } else { "" },
        ),
        make("Drifted", drifted, if drifted { "Differs" } else { "AsDeclared" }, &drift_text(story, drifted)),
    ];
    for condition in &mut all {
        let before = story.previous.condition(&condition.type_);
        if let Some(before) = before.filter(|before| before.status == condition.status) {
            condition.last_transition_time.clone_from(&before.last_transition_time);
        }
    }
    all
}

fn drift_text(story: &Story<'_>, drifted: bool) -> String {
    if !drifted {
        return String::new();
    }
    let all: Vec<String> = story
        .drifted()
        .map(
            |d| if d.path.is_empty() { d.resource.to_string() } else { format!("{} {}", d.resource, d.path) },
        )
        .collect();
    let (fields, more) = all.split_at(all.len().min(5));
    let tail = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{tail}", fields.join(", "))
}

/// Why nothing moves until a person does something.
fn stalled(story: &Story<'_>) -> Option<&'static str> {
    if !story.violations.is_empty() {
        return Some("Invalid");
    }
    let by_reason = story.plan.blocked.iter().find_map(|b| match &b.reason {
        Reason::Foreign { .. } | Reason::Held { why: Why::Foreign, .. } => Some("Foreign"),
        Reason::Immutable { .. } | Reason::Held { why: Why::NotInPlace, .. } => Some("Immutable"),
        Reason::Held { why: Why::Denied, .. } => Some("DestructiveDenied"),
        Reason::Held { why: Why::Unapproved, .. } => Some("ApprovalNeeded"),
        _ => None,
    });
    by_reason.or_else(|| {
        story.faults().find_map(|(_, fault)| match fault.class {
            FaultClass::Denied => Some("AccessDenied"),
            FaultClass::Invalid => Some("Refused"),
            FaultClass::Quota => Some("QuotaExceeded"),
            FaultClass::NotEmpty => Some("NotEmpty"),
            _ => None,
        })
    })
}

/// The one sentence that says what is the matter, most serious first.
pub(super) fn message(story: &Story<'_>) -> String {
    if !story.violations.is_empty() {
        let all: Vec<String> = story.violations.iter().map(ToString::to_string).collect();
        return all.join("; ");
    }
    let mut sentences: Vec<String> = story.plan.blocked.iter().filter_map(serious).collect();
    sentences.extend(story.faults().map(|(id, fault)| format!("{id}: {fault}{}", way_out(story, id))));
    if sentences.is_empty() {
        // A schema that is waited for waits for the cluster in its turn.
        let at_work =
            |b: &&Blocked| matches!((&b.id, &b.reason), (ResourceId::Cluster(_), Reason::Changing { .. }));
        sentences.extend(story.plan.blocked.iter().filter(at_work).filter_map(mild));
        sentences.extend(story.waiting.iter().map(|what| format!("waiting: {what}")));
    }
    if sentences.is_empty() {
        sentences.extend(story.plan.blocked.iter().filter_map(mild));
    }
    if sentences.is_empty() && !story.plan.works.is_empty() {
        let verb = if story.was_converged() { "correcting" } else { "making" };
        let names: Vec<String> = story.plan.works.iter().take(3).map(|w| w.id.to_string()).collect();
        let more = story.plan.works.len().saturating_sub(names.len());
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        sentences.push(format!("{verb} {}{tail}", names.join(", ")));
    }
    shorten(&sentences)
}

/// What else may be done about a guardrail that the operator may not look at or set.
fn way_out(story: &Story<'_>, id: &ResourceId) -> String {
    match id {
        ResourceId::Guardrail(guardrail) if story.is_forbidden(id) => {
            let field = guardrail.kind.field();
            format!(", or set guardrails.{field} to Leave where the organisation keeps it")
        }
        _ => String::new(),
    }
}

fn serious(blocked: &Blocked) -> Option<String> {
    let id = &blocked.id;
    match &blocked.reason {
        Reason::Foreign { owner } => Some(foreign(id, owner)),
        Reason::Immutable { why } => Some(format!("{id} differs and cannot be changed in place: {why}")),
        Reason::Held { why: Why::Waiting | Why::Reported, .. } => None,
        Reason::Held { sentence, .. } => Some(sentence.clone()),
        _ => None,
    }
}

fn foreign(id: &ResourceId, owner: &str) -> String {
    let way_out = match id {
        ResourceId::Key(_)
        | ResourceId::RecoveryKey(_)
        | ResourceId::AuditKey(_)
        | ResourceId::AuditBucket(_)
        | ResourceId::Trail(_)
        | ResourceId::Role(_)
        | ResourceId::Database(_) => format!("add {id} to spec.adopt or remove it"),
        ResourceId::Bucket(_) => "set spec.adopt or choose another name".to_owned(),
        ResourceId::Policy(_)
        | ResourceId::Queue(_)
        | ResourceId::ReplicaBucket(_)
        | ResourceId::Table(_)
        | ResourceId::LogGroup(_)
        | ResourceId::SigningKey(_)
        | ResourceId::CopyGrant(_)
        | ResourceId::ParameterGroup(_)
        | ResourceId::SubnetGroup(_)
        | ResourceId::Cluster(_)
        | ResourceId::InstanceProfile(_)
        | ResourceId::LaunchTemplate(_)
        | ResourceId::Schema(_)
        | ResourceId::Guardrail(_)
        | ResourceId::EventRule(_)
        | ResourceId::ForwardingRule { .. }
        | ResourceId::Alarm(_)
        | ResourceId::FlowLog(_)
        | ResourceId::Object(_) => "remove or rename it".to_owned(),
    };
    format!("{id} exists and is not ours (it belongs to {owner}): {way_out}")
}

fn mild(blocked: &Blocked) -> Option<String> {
    let id = &blocked.id;
    match &blocked.reason {
        Reason::Waiting { on } => Some(format!("{id} waits for {on}")),
        Reason::Changing { what } => Some(format!("{id}: {what}")),
        Reason::Held { why: Why::Waiting | Why::Reported, sentence } => Some(sentence.clone()),
        Reason::Deferred { why } => Some(format!("{id}: {why}")),
        Reason::Report => Some(format!("{id} differs; driftPolicy is Report, so it is left")),
        Reason::Paused => Some(format!("{id} differs; paused, so it is left")),
        Reason::Retained
        | Reason::Foreign { .. }
        | Reason::Immutable { .. }
        | Reason::Held { .. }
        | Reason::Unreadable(_) => None,
    }
}

fn shorten(sentences: &[String]) -> String {
    let shown = sentences.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    match sentences.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
