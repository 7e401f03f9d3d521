//! Sessions: the browser has a secret, the table has all the rest, and the door alone decides by its own clock.

mod keep;
mod lockout;
mod table;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::config::Sessions as Limits;

pub use keep::{Found, Sessions};
pub use lockout::Lockout;
pub use table::{Table, Unreachable};

/// Milliseconds since 1970.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Who signed in, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the browser's secret.
    pub id: String,
    pub user: String,
    pub name: String,
    pub groups: Vec<String>,
    /// SHA-256 of issuer and user, and of issuer and the provider's own session: what logs out several sessions.
    pub keys: Vec<String>,
    pub begun: u64,
    pub seen: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Alive,
    /// It was idle for too long, or is too old.
    Expired,
}

impl Session {
    #[must_use]
    pub fn state(&self, limits: &Limits, now: u64) -> State {
        if self.idle_left(limits, now) == 0 || self.absolute_left(limits, now) == 0 {
            State::Expired
        } else {
            State::Alive
        }
    }

    /// Milliseconds.
    #[must_use]
    pub fn idle_left(&self, limits: &Limits, now: u64) -> u64 {
        (self.seen + millis(limits.idle)).saturating_sub(now)
    }

    #[must_use]
    pub fn absolute_left(&self, limits: &Limits, now: u64) -> u64 {
        (self.begun + millis(limits.absolute)).saturating_sub(now)
    }

    /// What the access log calls it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.id.get(..12).unwrap_or_default()
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
