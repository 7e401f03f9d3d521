use cloister_crds::events::ChangedBy;
use cloister_crds::status::DriftRecord;
use serde_json::Value;

use super::{About, Notice, Story};
use crate::drift::Drift;
use crate::feed::author;
use crate::observed::{Actual, Observed};
use crate::plan::Reason;
use crate::resource::{QUARANTINE, Resource};

const KEPT: usize = 20;
/// With those that are not recorded yet.
const MOST: usize = 100;
const SHOWN: usize = 160;

/// The record of differences, brought up to date, and what is new in it.
pub(super) fn update(story: &Story<'_>) -> (Vec<DriftRecord>, Vec<Notice>) {
    let mut notices = Vec::new();
    let mut kept: Vec<DriftRecord> = story.previous.recent_drift.clone();
    for record in kept.iter_mut().filter(|record| record.mended_at.is_none()) {
        let closed = record.path.starts_with("policy") && is_quarantined(story, &record.resource);
        if looked_at(story, record) && !closed && !story.plan.drift.iter().any(|d| is_same(record, d)) {
            record.mended_at = Some(story.now.to_owned());
            if record.remedy == "Pending" {
                record.remedy = "Corrected".into();
            }
            let message = format!("{} is as declared again", subject(record));
            let about = Some(about(record));
            notices.push(Notice { warning: false, reason: "DriftMended", action: "Correct", message, about });
        }
    }
    for record in kept.iter_mut().filter(|record| record.mended_at.is_none()) {
        // What was to be mended may be left now, and the other way round.
        if let Some(drift) = story.plan.drift.iter().find(|d| is_same(record, d)) {
            remedy(story, drift).clone_into(&mut record.remedy);
        }
    }
    for n in 0..kept.len() {
        trace(story, &mut kept, n, &mut notices);
    }
    for drift in story.drifted() {
        let known = kept.iter().any(|record| record.mended_at.is_none() && is_same(record, drift));
        if known || (drift.part() == "policy" && is_quarantined(story, &drift.resource.to_string())) {
            continue;
        }
        let record = record(story, drift, &kept);
        let doer = record.changed_by.as_ref().map(|by| format!(", by {}", who(by))).unwrap_or_default();
        let message = format!("{}: was {}, now {}{doer}", subject(&record), record.was, record.now);
        let about = Some(about(&record));
        notices.push(Notice { warning: true, reason: "DriftFound", action: "Compare", message, about });
        kept.insert(0, record);
    }
    forget(&mut kept, story.are_recorded);
    (kept, notices)
}

/// The oldest go; what is yet to be recorded elsewhere goes last.
fn forget(kept: &mut Vec<DriftRecord>, are_recorded: bool) {
    let mut n = 0;
    kept.retain(|record| {
        n += 1;
        n <= KEPT || (are_recorded && n <= MOST && record.recorded_at.is_none())
    });
}

/// The event of a change may come after the difference was found.
fn trace(story: &Story<'_>, kept: &mut [DriftRecord], n: usize, notices: &mut Vec<Notice>) {
    // The newest come first.
    let Some((record, earlier)) = kept.get_mut(n..).and_then(<[DriftRecord]>::split_first_mut) else {
        return;
    };
    if record.changed_by.is_some() {
        return;
    }
    if let Some(by) = author(record, earlier, story.touches) {
        let message = format!("{} was changed by {}", subject(record), who(&by));
        let about = Some(about(record));
        notices.push(Notice { warning: false, reason: "DriftTraced", action: "Compare", message, about });
        record.changed_by = Some(by);
    }
}

/// What could not be read has not been mended.
fn looked_at(story: &Story<'_>, record: &DriftRecord) -> bool {
    let unread = |reason: &Reason| matches!(reason, Reason::Unreadable(_) | Reason::Changing { .. });
    !story.desired.is_empty()
        && !story.plan.blocked.iter().any(|b| unread(&b.reason) && b.id.to_string() == record.resource)
}

/// The policy that closes a bucket while it is mended is our own doing, and no end of the difference.
fn is_quarantined(story: &Story<'_>, resource: &str) -> bool {
    story.observed.iter().any(|(id, seen)| {
        let policy = match seen {
            Observed::Present(Actual { resource: Resource::Bucket(bucket), .. }) => bucket.policy.as_ref(),
            _ => None,
        };
        id.to_string() == resource && policy.is_some_and(|p| p.0.contains_key(QUARANTINE))
    })
}

fn is_same(record: &DriftRecord, drift: &Drift) -> bool {
    record.path == drift.path && record.resource == drift.resource.to_string()
}

fn record(story: &Story<'_>, drift: &Drift, earlier: &[DriftRecord]) -> DriftRecord {
    let mut record = DriftRecord {
        resource: drift.resource.to_string(),
        path: drift.path.clone(),
        was: show(&drift.want),
        now: show(&drift.have),
        remedy: remedy(story, drift).into(),
        found_at: story.now.to_owned(),
        mended_at: None,
        changed_by: None,
        recorded_at: None,
    };
    record.changed_by = author(&record, earlier, story.touches);
    record
}

fn who(by: &ChangedBy) -> String {
    format!("{} from {} ({}, request {})", by.identity, by.source_address, by.call, by.request_id)
}

fn remedy(story: &Story<'_>, drift: &Drift) -> &'static str {
    if story.plan.leaves(drift) { "Reported" } else { "Pending" }
}

fn about(record: &DriftRecord) -> About {
    About { resource: record.resource.clone(), path: record.path.clone() }
}

fn subject(record: &DriftRecord) -> String {
    if record.path.is_empty() {
        record.resource.clone()
    } else {
        format!("{} {}", record.resource, record.path)
    }
}

/// Managed fields are settings, never data, so they may be shown; at length they may not.
fn show(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return text;
    }
    let cut: String = text.chars().take(SHOWN - 1).collect();
    format!("{cut}…")
}
