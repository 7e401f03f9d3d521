//! Slots: the instants at which a schedule is due. Where the clock leaves a time out, its slot is the first instant
//! after the gap; of a time that comes twice, the first counts. So slots are in the order of their civil times.

use cloister_crds::pipeline::ScheduleTrigger;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::cron::Cron;

#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// Reads a trigger, or says all that is wrong with it: the field, and what.
    pub fn read(trigger: &ScheduleTrigger) -> Result<Self, Vec<(&'static str, String)>> {
        Self::parse(&trigger.cron, &trigger.time_zone)
    }

    /// The IANA database that is built in: what a manifest means does not depend on the machine.
    pub fn parse(cron: &str, zone: &str) -> Result<Self, Vec<(&'static str, String)>> {
        let found = TimeZoneDatabase::bundled().get(zone);
        match (Cron::parse(cron), found) {
            (Ok(cron), Ok(zone)) => Ok(Self { cron, zone }),
            (cron, zone_found) => {
                let mut wrong: Vec<(&'static str, String)> =
                    cron.err().into_iter().flatten().map(|why| ("cron", why)).collect();
                if zone_found.is_err() {
                    let why =
                        format!("{zone} is not in the IANA database; write one such as America/New_York");
                    wrong.push(("timeZone", why));
                }
                Err(wrong)
            }
        }
    }

    /// The first slot after an instant.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let mut civil = self.zone.to_datetime(after);
        loop {
            civil = self.cron.next(civil)?;
            let slot = self.instant(civil)?;
            // Of the times in a gap all are the same slot, and those that come twice were due the first time.
            if slot > after {
                return Some(slot);
            }
        }
    }

    /// The last slot at or before an instant.
    #[must_use]
    pub fn last(&self, until: Timestamp) -> Option<Timestamp> {
        let mut civil = self.latest_civil(until);
        loop {
            civil = self.cron.last(civil)?;
            let slot = self.instant(civil)?;
            if slot <= until {
                return Some(slot);
            }
            civil = civil.checked_sub(jiff::Span::new().minutes(1)).ok()?;
        }
    }

    /// The slot before a slot: where its data interval begins.
    #[must_use]
    pub fn before(&self, slot: Timestamp) -> Option<Timestamp> {
        self.last(slot.checked_sub(jiff::SignedDuration::from_secs(1)).ok()?)
    }

    /// The latest civil time that the clock has shown: in an hour that comes again it is the end of that hour.
    fn latest_civil(&self, until: Timestamp) -> DateTime {
        let now = self.zone.to_datetime(until);
        let just_after = until.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(until);
        let shown = self.zone.preceding(just_after).next().and_then(|transition| {
            let before = transition.timestamp().checked_sub(jiff::SignedDuration::from_nanos(1)).ok()?;
            Some(self.zone.to_datetime(before))
        });
        shown.map_or(now, |shown| shown.max(now))
    }

    fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
            AmbiguousOffset::Gap { .. } => {
                let before = ambiguous.earlier().ok()?;
                self.zone.following(before).next().map(|transition| transition.timestamp())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Schedule;

    fn slots(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(cron, zone).unwrap();
        let mut time: Timestamp = from.parse().unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            let next = schedule.next(time).unwrap();
            assert_eq!(schedule.last(next), Some(next), "after {time}");
            assert!(schedule.before(next).unwrap() <= time);
            found.push(next.to_string());
            time = next;
        }
        found
    }

    #[test]
    fn a_time_in_the_gap_of_spring_is_the_first_instant_after_it() {
        let daily = slots("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2);
        assert_eq!(daily, ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]);
        let quarters = slots("*/15 2,3 * * *", "America/New_York", "2026-03-08T06:59:00Z", 2);
        assert_eq!(quarters, ["2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z"]);
    }

    #[test]
    fn of_a_time_that_comes_twice_in_autumn_the_first_counts() {
        let daily = slots("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2);
        assert_eq!(daily, ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
        let hourly = slots("0 * * * *", "America/New_York", "2026-11-01T05:00:00Z", 2);
        assert_eq!(hourly, ["2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z"]);
    }

    #[test]
    fn within_the_hour_that_comes_again_the_last_slot_is_of_its_first_time() {
        let schedule = Schedule::parse("*/15 * * * *", "America/New_York").unwrap();
        let again: Timestamp = "2026-11-01T06:20:00Z".parse().unwrap();
        assert_eq!(schedule.last(again).unwrap().to_string(), "2026-11-01T05:45:00Z");
    }

    #[test]
    fn an_unknown_zone_and_a_bad_field_are_told_together() {
        let wrong = Schedule::parse("61 * * * *", "America/Gotham").unwrap_err();
        assert_eq!(wrong.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["cron", "timeZone"]);
    }
}
