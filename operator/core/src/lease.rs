//! Who may lead, and when: the decisions around the lease. Moments are spans since this process began, by its own
//! clock; what another clock says is never read.
//!
//! Of a lease, seven tenths are its holder's to act, counted from before it asked for the renewal; others take it after
//! nine tenths, counted from when they heard of it. So a fifth lies between the two, whatever the clocks show; and a tenth
//! is left for the requests that taking it needs, so that another leads within the lease.

use std::time::Duration;

/// For how long after a renewal was begun its holder may act.
#[must_use]
pub fn active(term: Duration) -> Duration {
    term * 7 / 10
}

/// How often the holder renews it, and how long it waits for an answer.
#[must_use]
pub fn renewal(term: Duration) -> Duration {
    term / 5
}

/// For how long after a renewal was heard of nobody else takes it.
fn respected(term: Duration) -> Duration {
    term * 9 / 10
}

/// After how long without news a watch is not trusted: longer than a renewal takes to come.
fn silence(term: Duration) -> Duration {
    term * 3 / 10
}

/// What may be written as the lease's time, in seconds. What is out of bounds somebody else has written.
const BOUNDS: std::ops::RangeInclusive<u64> = 3..=300;

/// The lease as the API server has told it. Without one: None of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    pub version: Option<String>,
    pub holder: Option<String>,
    pub seconds: Option<i32>,
}

/// Of a process that waits to lead.
#[derive(Clone, Debug)]
pub struct Standby {
    identity: String,
    term: Duration,
    known: Sight,
    /// When what is known was first heard of.
    since: Duration,
    /// When anything was heard.
    heard: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write the lease, onto the version that is known and onto no other.
    Claim,
    /// Ask what the lease is.
    Look,
    /// Listen until then.
    Listen(Duration),
}

impl Standby {
    #[must_use]
    pub fn new(identity: &str, term: Duration, first: Sight, now: Duration) -> Self {
        Self { identity: identity.to_owned(), term, known: first, since: now, heard: now }
    }

    /// An answer or event that came at `now`: never the moment when it was asked for, which may be before the renewal.
    /// True if it is news.
    pub fn saw(&mut self, sight: Sight, now: Duration) -> bool {
        self.heard = now;
        let news = sight.version != self.known.version;
        if news {
            (self.known, self.since) = (sight, now);
        }
        news
    }

    #[must_use]
    pub fn known(&self) -> &Sight {
        &self.known
    }

    #[must_use]
    pub fn next(&self, now: Duration) -> Next {
        let end = self.since + respected(self.holders_term());
        if self.is_free() || now >= end {
            return Next::Claim;
        }
        let deaf = self.heard + silence(self.holders_term());
        if now >= deaf { Next::Look } else { Next::Listen(end.min(deaf)) }
    }

    /// The holder acts by the time that it has written: its replicas may have been started with another.
    fn holders_term(&self) -> Duration {
        let told = self.known.seconds.and_then(|seconds| u64::try_from(seconds).ok());
        told.filter(|seconds| BOUNDS.contains(seconds)).map_or(self.term, Duration::from_secs)
    }

    /// Also where a claim of this process arrived whose answer did not.
    fn is_free(&self) -> bool {
        self.known.holder.as_deref().is_none_or(|holder| holder.is_empty() || holder == self.identity)
    }
}
