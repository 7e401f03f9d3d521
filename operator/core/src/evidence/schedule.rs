//! When evidence is written into the audit bucket, and under which keys. All follows from the day, so that whoever leads
//! next finds what is there.

use cloister_crds::EvidenceSchedule;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::archive::{PREFIX, Shelf};

/// The day that the time of a schedule begins with, UTC. None where nothing is written.
fn period(schedule: EvidenceSchedule, time: Timestamp) -> Option<Date> {
    let day = time.to_zoned(TimeZone::UTC).date();
    match schedule {
        EvidenceSchedule::Never => None,
        EvidenceSchedule::Daily => Some(day),
        EvidenceSchedule::Weekly => {
            let since_monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(since_monday.days()).ok()
        }
    }
}

/// Whether evidence of an object is to be written now. One that is still being made waits for the end of that, but not
/// into the next day or week: that it is not as declared is worth a record, too.
#[must_use]
pub fn is_due(
    schedule: EvidenceSchedule,
    last_written: Option<&str>,
    (made_at, is_made): (Option<Timestamp>, bool),
    now: Timestamp,
) -> bool {
    let Some(current) = period(schedule, now) else { return false };
    let before = |time: Option<Timestamp>| {
        time.and_then(|time| period(schedule, time)).is_none_or(|then| then < current)
    };
    before(last_written.and_then(|time| time.parse().ok())) && (is_made || before(made_at))
}

/// Where the files of one object's evidence lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    folder: String,
    stem: String,
}

impl Files {
    /// With the UID, since a namesake may be made on the same day. None where nothing is written.
    #[must_use]
    pub fn of(
        shelf: Shelf<'_>,
        schedule: EvidenceSchedule,
        now: Timestamp,
        name: &str,
        uid: &str,
    ) -> Option<Self> {
        let day = period(schedule, now)?.strftime("%Y/%m/%d").to_string();
        let folder = format!("{PREFIX}{}/{}/evidence/{day}", shelf.account, shelf.environment);
        Some(Self { folder, stem: format!("{name}-{uid}") })
    }

    #[must_use]
    pub fn document(&self, extension: &str) -> String {
        format!("{}/{}.{extension}", self.folder, self.stem)
    }

    /// By the SHA-256 of what is signed, and so written before it: a document that is there has its signature, whoever was
    /// interrupted, and the signature of one that never came to be is nobody's.
    #[must_use]
    pub fn signature(&self, digest: &str) -> String {
        format!("{}/{digest}.sig", self.folder)
    }

    /// By the key's id, since it may be another one later that day.
    #[must_use]
    pub fn public_key(&self, key_arn: &str) -> String {
        let id = key_arn.rsplit('/').next().unwrap_or_default();
        format!("{}/public-key-{id}.pem", self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    const MADE: (Option<Timestamp>, bool) = (Some(Timestamp::UNIX_EPOCH), true);

    #[test]
    fn it_is_written_once_a_day_or_a_week_or_never() {
        let (last, later, tomorrow) =
            (Some("2026-11-29T00:00:01Z"), at("2026-11-29T23:59:59Z"), at("2026-11-30T00:00:00Z"));
        for (schedule, first, again, next) in [
            (EvidenceSchedule::Daily, true, false, true),
            // 2026-11-30 is a Monday.
            (EvidenceSchedule::Weekly, true, false, true),
            (EvidenceSchedule::Never, false, false, false),
        ] {
            assert_eq!(is_due(schedule, None, MADE, later), first, "{schedule:?}");
            assert_eq!(is_due(schedule, last, MADE, later), again, "{schedule:?}");
            assert_eq!(is_due(schedule, last, MADE, tomorrow), next, "{schedule:?}");
        }
        assert!(!is_due(
            EvidenceSchedule::Weekly,
            Some("2026-11-30T09:00:00Z"),
            MADE,
            at("2026-12-06T23:00:00Z")
        ));
    }

    #[test]
    fn what_is_still_made_waits_but_not_for_ever() {
        let making = (Some(at("2026-11-29T10:00:00Z")), false);
        assert!(!is_due(EvidenceSchedule::Daily, None, making, at("2026-11-29T10:05:00Z")));
        assert!(is_due(EvidenceSchedule::Daily, None, (making.0, true), at("2026-11-29T10:05:00Z")));
        assert!(is_due(EvidenceSchedule::Daily, None, making, at("2026-11-30T00:00:00Z")));
    }

    #[test]
    fn keys_follow_from_the_day() {
        let shelf = Shelf { account: "222222222222", environment: "production" };
        let files = |schedule, now: &str| Files::of(shelf, schedule, at(now), "acme-health", "u");
        let monday = "cloister/222222222222/production/evidence/2026/11/23/acme-health-u.json";
        let sunday = "cloister/222222222222/production/evidence/2026/11/29/acme-health-u.json";
        let key = |schedule| files(schedule, "2026-11-29T12:00:00Z").map(|f| f.document("json"));
        assert_eq!(key(EvidenceSchedule::Weekly).as_deref(), Some(monday));
        assert_eq!(key(EvidenceSchedule::Daily).as_deref(), Some(sunday));
        assert_eq!(key(EvidenceSchedule::Never), None);
    }
}
