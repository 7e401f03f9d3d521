//! What keeps one resource of an object from being as declared.

use cloister_crds::status::ResourceStatus;

use super::search::Search;
use super::seen::Seen;
use super::sentences::{halves, is_about};
use super::{Cause, Line, Rank, right};
use crate::fault::FaultClass;
use crate::kubectl::Kind;

/// Of a sentence about a resource, or about a call.
pub(super) fn told<'a>(search: &mut Search<'a>, seen: &Seen<'a>, sentence: &str) -> Option<Line> {
    if let Some((what, next)) =
        sentence.split_once("): ").filter(|(what, _)| what.contains(" exists and is not ours ("))
    {
        return Some(foreign(search, seen, &format!("{what})"), next));
    }
    if sentence.starts_with("cannot assume ") {
        return Some(no_entry(search, seen, sentence));
    }
    if let Some((before, after)) = sentence.split_once(" answered ") {
        return Some(fault(search, seen, before, after));
    }
    let id = seen.common?.resources.iter().find(|resource| is_about(sentence, &resource.id))?;
    if id.state == "Changing" || sentence.contains(" waits for ") {
        return Some(search.moving(seen, sentence.to_owned()));
    }
    let rest = sentence.strip_prefix(&id.id)?.trim_start_matches(": ");
    let (what, next) = halves(rest);
    let what = format!("{} {}", id.id, what.trim_start());
    let (rank, next) = match next {
        Some(next) if rest.contains("maintenance window") => {
            (Rank::Timed, format!("nothing: it is done then; {next}"))
        }
        next => (Rank::Held, next.unwrap_or("see its fields in spec").to_owned()),
    };
    Some(search.cause(Cause { rank, object: seen.label(), what, next, command: None }))
}

/// Of a resource that the message has no room for.
pub(super) fn untold<'a>(
    search: &mut Search<'a>,
    seen: &Seen<'a>,
    resource: &ResourceStatus,
) -> Option<Line> {
    let id = &resource.id;
    match resource.state.as_str() {
        "Foreign" => {
            let way_out =
                if can_adopt(seen, id) { "add it to spec.adopt or remove it" } else { "remove or rename it" };
            Some(foreign(search, seen, &format!("{id} exists and is not ours"), way_out))
        }
        "Changing" => Some(search.moving(seen, format!("{id} is being changed by AWS"))),
        "Unreadable" => {
            let what = format!("{id} cannot be looked at");
            let next =
                "it is looked at again by itself; its fault is told once those above are gone".to_owned();
            Some(search.cause(Cause { rank: Rank::Refused, object: seen.label(), what, next, command: None }))
        }
        _ => None,
    }
}

fn foreign<'a>(search: &mut Search<'a>, seen: &Seen<'a>, what: &str, next: &str) -> Line {
    let id = what.split(' ').next().unwrap_or_default();
    let command = adopt(search, seen, id);
    let (what, next) = (what.to_owned(), next.to_owned());
    search.cause(Cause { rank: Rank::Foreign, object: seen.label(), what, next, command })
}

fn can_adopt(seen: &Seen<'_>, id: &str) -> bool {
    match seen.kind {
        Kind::ClientTenant => {
            ["kms-key/", "iam-role/", "redshift-database/"].iter().any(|kind| id.starts_with(kind))
        }
        Kind::Environment => ["s3-bucket/", "audit-", "trail/", "iam-role/", "kms-key/"]
            .iter()
            .any(|kind| id.starts_with(kind)),
        Kind::IngestBucket => id.starts_with("s3-bucket/"),
        Kind::RedshiftSchema => true,
        Kind::EtlPipeline | Kind::AnalyticsApp => false,
    }
}

/// Takes it over; a list is given whole, as a merge patch replaces it.
fn adopt(search: &Search<'_>, seen: &Seen<'_>, id: &str) -> Option<String> {
    if !can_adopt(seen, id) {
        return None;
    }
    let listed = match seen.kind {
        Kind::ClientTenant => search.world.tenant.found()?.spec.adopt.clone(),
        Kind::Environment => search.world.environment.found()?.spec.adopt.clone(),
        _ => return None,
    };
    let all: Vec<String> = listed.into_iter().chain([id.to_owned()]).collect();
    let patch = serde_json::json!({ "spec": { "adopt": all } });
    let kind = seen.kind.name().to_lowercase();
    Some(format!("kubectl patch {kind} {} --type=merge -p '{patch}'", seen.name))
}

/// `ID: SERVICE:CALL` answered `CODE: …`.
fn fault<'a>(search: &mut Search<'a>, seen: &Seen<'a>, before: &str, after: &str) -> Line {
    let call = before.rsplit(' ').next().unwrap_or(before);
    let (code, said) = after.split_once(": ").unwrap_or((after, ""));
    let what = format!("{before} answered {code}");
    let is = |class: FaultClass| said.starts_with(class.explain());
    let by_itself = [FaultClass::Conflict, FaultClass::Throttled, FaultClass::Ambiguous, FaultClass::Exists];
    let (rank, next) = if is(FaultClass::Denied) {
        (Rank::Refused, format!("allow {} to {}", right::action(call), role(search, before)))
    } else if by_itself.into_iter().any(is) {
        (Rank::Moving, said.to_owned())
    } else {
        (Rank::Refused, said.to_owned())
    };
    search.cause(Cause { rank, object: seen.label(), what, next, command: None })
}

/// Whose right is missing.
fn role(search: &Search<'_>, what: &str) -> String {
    let Some(home) = search.world.environment.found() else {
        return format!("the operator's role of Environment {}", search.home());
    };
    let audit = home.spec.audit.role_arn.clone().filter(|_| what.starts_with("audit-bucket/"));
    format!("role {}", audit.unwrap_or_else(|| home.spec.role_arn.clone()))
}

fn no_entry<'a>(search: &mut Search<'a>, seen: &Seen<'a>, sentence: &str) -> Line {
    let (what, next) = sentence.split_once("); ").unwrap_or((sentence, "see its trust policy"));
    let what = what.split_once(": ").map_or(what, |(what, _)| what);
    let close = if what.contains('(') && !what.contains(')') { ")" } else { "" };
    let (what, next) = (format!("{what}{close}"), next.to_owned());
    search.cause(Cause { rank: Rank::Refused, object: seen.label(), what, next, command: None })
}
