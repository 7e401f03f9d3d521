//! Times in status are RFC 3339 with whole seconds.

use jiff::{SignedDuration, Timestamp};

#[must_use]
pub fn text(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

/// What nobody can read is long past: it holds nothing up.
#[must_use]
pub fn read(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
