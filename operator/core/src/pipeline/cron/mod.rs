//! Five fields of crontab(5), matched against civil time. Which instant a civil time is, is the schedule's.

use jiff::civil::{Date, DateTime, Weekday};

/// Sets of values as bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether a day must match one of days and weekdays, as where both are restricted, or both.
    either: bool,
}

struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[] },
    Field { name: "hour", least: 0, most: 23, names: &[] },
    Field { name: "day of the month", least: 1, most: 31, names: &[] },
    Field {
        name: "month",
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field {
        name: "day of the week",
        least: 0,
        most: 7,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// The 29th of February comes after eight years at the latest, around a century without a leap day.
const YEARS: i16 = 9;

impl Cron {
    /// Reads five fields, or says all that is wrong with them.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() != FIELDS.len() {
            return Err(vec![format!(
                "has {} fields, not five; write one such as 30 2 * * 1-5",
                parts.len()
            )]);
        }
        let read: Vec<Result<u64, String>> = FIELDS.iter().zip(&parts).map(|(f, p)| f.read(p)).collect();
        let wrong: Vec<String> = read.iter().filter_map(|r| r.as_ref().err().cloned()).collect();
        let &[Ok(minutes), Ok(hours), Ok(days), Ok(months), Ok(weekdays)] = read.as_slice() else {
            return Err(wrong);
        };
        let sunday = (weekdays | weekdays >> 7) & 1;
        let cron = Self {
            minutes,
            hours,
            days,
            months,
            weekdays: weekdays & 0x7e | sunday,
            either: !parts[2].starts_with('*') && !parts[4].starts_with('*'),
        };
        match cron.next(Date::constant(2000, 1, 1).at(0, 0, 0, 0)) {
            Some(_) => Ok(cron),
            None => Err(vec!["names a day that never comes, such as the 30th of February".into()]),
        }
    }

    /// The first match after a civil time.
    #[must_use]
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let minute = minute_of_day(after);
        let mut day = after.date();
        let mut first = Some(minute + 1);
        while day.year() <= after.year().saturating_add(YEARS) {
            if self.has(day) {
                let from = first.unwrap_or(0);
                if let Some(found) = (from..DAY).find(|minute| self.has_minute(*minute)) {
                    return at(day, found);
                }
            }
            first = None;
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The last match at or before a civil time.
    #[must_use]
    pub fn last(&self, until: DateTime) -> Option<DateTime> {
        let mut day = until.date();
        let mut end = Some(minute_of_day(until) + 1);
        while day.year() >= until.year().saturating_sub(YEARS) {
            if self.has(day) {
                let end = end.unwrap_or(DAY);
                if let Some(found) = (0..end).rev().find(|minute| self.has_minute(*minute)) {
                    return at(day, found);
                }
            }
            end = None;
            day = day.yesterday().ok()?;
        }
        None
    }

    fn has(&self, day: Date) -> bool {
        let bit = |set: u64, n: i8| set >> n & 1 == 1;
        let (of_month, of_week) =
            (bit(self.days, day.day()), bit(self.weekdays, Weekday::to_sunday_zero_offset(day.weekday())));
        let fits = if self.either { of_month || of_week } else { of_month && of_week };
        fits && bit(self.months, day.month())
    }

    fn has_minute(&self, minute: u32) -> bool {
        self.hours >> (minute / 60) & 1 == 1 && self.minutes >> (minute % 60) & 1 == 1
    }
}

const DAY: u32 = 24 * 60;

fn minute_of_day(time: DateTime) -> u32 {
    u32::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or_default()
}

fn at(day: Date, minute: u32) -> Option<DateTime> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Some(day.at(hour, minute, 0, 0))
}

impl Field {
    fn read(&self, text: &str) -> Result<u64, String> {
        text.split(',').try_fold(0, |set, part| Ok(set | self.range(part)?))
    }

    fn range(&self, part: &str) -> Result<u64, String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|s| (1..=self.most).contains(s))),
            None => (part, Some(1)),
        };
        let step = step.ok_or_else(|| self.wrong(part, "a step is a number from 1, such as */15"))?;
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most.min(self.least + self.span())),
            Some((first, last)) => (self.value(part, first)?, self.value(part, last)?),
            None if part.contains('/') => {
                return Err(self.wrong(part, "a step needs a range, such as */15 or 0-30/15"));
            }
            None => (self.value(part, range)?, self.value(part, range)?),
        };
        if first > last {
            return Err(self.wrong(part, "a range goes upwards, such as 1-5; write two, such as 5-6,0"));
        }
        let values = (first..=last).step_by(usize::try_from(step).unwrap_or(1));
        Ok(values.fold(0, |set, value| set | 1 << value))
    }

    /// Sunday is 0 and 7, but comes once.
    fn span(&self) -> u32 {
        if self.most == 7 { 6 } else { self.most - self.least }
    }

    fn value(&self, part: &str, text: &str) -> Result<u32, String> {
        let lower = text.to_ascii_lowercase();
        let named = self.names.iter().position(|name| *name == lower);
        let named = named.and_then(|n| u32::try_from(n).ok()).map(|n| n + self.least);
        let value = named.or_else(|| text.parse().ok());
        let known = value.filter(|v| (self.least..=self.most).contains(v));
        known.ok_or_else(|| self.wrong(part, &format!("it is {} to {}", self.least, self.most)))
    }

    fn wrong(&self, part: &str, why: &str) -> String {
        format!("{part} is no {}: {why}", self.name)
    }
}

#[cfg(test)]
mod tests;
