//! What is kept for six years in the audit bucket, beside the trail: differences, and certificates of destruction
//! (45 CFR 164.316(b)(2)(i)). Each is an object of its own, put once.

use cloister_crds::status::DriftRecord;
use serde_json::{Value, json};

use crate::feed::seconds;
use crate::name::digits;

/// Where an environment's records lie in the audit bucket.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    pub account: &'a str,
    pub environment: &'a str,
}

/// What the operator writes begins with this; the rest of the bucket is the trails'.
pub const PREFIX: &str = "cloister/";

/// So long the event may take that tells who made a difference, in seconds.
const LATEST_EVENT: i64 = 900;

/// Whether a difference is to be kept now: it has come to its end, and its author is known or will not be.
#[must_use]
pub fn is_due(record: &DriftRecord, now: &str, events_are_heard: bool) -> bool {
    let ended = record.mended_at.is_some() || record.remedy == "Reported";
    let told = record.changed_by.is_some() || !events_are_heard || age(record, now) >= LATEST_EVENT;
    record.recorded_at.is_none() && ended && told
}

fn age(record: &DriftRecord, now: &str) -> i64 {
    seconds(now).zip(seconds(&record.found_at)).map_or(i64::MAX, |(now, found)| now - found)
}

impl Shelf<'_> {
    /// The same for the same difference, so that one that is put again is refused, and has been put.
    #[must_use]
    pub fn drift_key(&self, object_uid: &str, record: &DriftRecord) -> String {
        let day = record.found_at.get(..10).unwrap_or("undated").replace('-', "/");
        let id = digits(&[object_uid, &record.resource, &record.path, &record.found_at].join("\n"), 32);
        format!("{PREFIX}{}/{}/drift/{day}/{id}.json", self.account, self.environment)
    }

    #[must_use]
    pub fn certificate_key(&self, tenant: &str, uid: &str) -> String {
        format!("{PREFIX}{}/{}/certificates/{tenant}-{uid}.json", self.account, self.environment)
    }

    /// `object` is `ClientTenant/acme-health`.
    #[must_use]
    pub fn drift(&self, object: &str, record: &DriftRecord) -> Value {
        json!({
            "account": self.account,
            "environment": self.environment,
            "object": object,
            "resource": record.resource,
            "field": record.path,
            "was": record.was,
            "now": record.now,
            "remedy": record.remedy,
            "foundAt": record.found_at,
            "mendedAt": record.mended_at,
            "changedBy": record.changed_by,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(mended: bool) -> DriftRecord {
        DriftRecord {
            resource: "s3-bucket/b".into(),
            path: "versioning".into(),
            was: "Enabled".into(),
            now: "Suspended".into(),
            remedy: "Corrected".into(),
            found_at: "2026-11-28T16:00:00Z".into(),
            mended_at: mended.then(|| "2026-11-28T16:00:02Z".into()),
            changed_by: None,
            recorded_at: None,
        }
    }

    #[test]
    fn a_difference_is_kept_once_it_has_ended_and_its_author_is_known_or_will_not_be() {
        let soon = "2026-11-28T16:00:03Z";
        assert!(!is_due(&record(false), soon, false));
        assert!(is_due(&record(true), soon, false));
        assert!(!is_due(&record(true), soon, true));
        assert!(is_due(&record(true), "2026-11-28T16:15:00Z", true));
        let kept = DriftRecord { recorded_at: Some(soon.into()), ..record(true) };
        assert!(!is_due(&kept, soon, false));
        let reported = DriftRecord { remedy: "Reported".into(), ..record(false) };
        assert!(is_due(&reported, soon, false));
    }

    #[test]
    fn the_same_difference_has_the_same_key() {
        let shelf = Shelf { account: "222222222222", environment: "production" };
        let key = shelf.drift_key("u", &record(true));
        assert!(key.starts_with("cloister/222222222222/production/drift/2026/11/28/"), "{key}");
        assert_eq!(key, shelf.drift_key("u", &record(false)));
        assert_ne!(key, shelf.drift_key("v", &record(true)));
    }
}
