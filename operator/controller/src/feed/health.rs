//! Which feeds are heard.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cloister_crds::events::Hearing;
use tokio::time::Instant;

/// The feeds by the names of their environments. Losing it costs a plain sweep.
#[derive(Default)]
pub struct Feeds(Mutex<HashMap<String, Health>>);

struct Health {
    since: Instant,
    heard: Option<Instant>,
    probed: Option<Instant>,
    told: Hearing,
    /// Of the newest events, since each may come more than once.
    recent: VecDeque<String>,
}

/// Ids that are remembered. What comes again later than that many others wakes in vain.
const REMEMBERED: usize = 1000;

impl Health {
    fn new() -> Self {
        let recent = VecDeque::new();
        Self { since: Instant::now(), heard: None, probed: None, told: Hearing::Starting, recent }
    }

    fn state(&self, silence: Duration) -> Hearing {
        match self.heard {
            Some(heard) if heard.elapsed() <= silence => Hearing::Heard,
            None if self.since.elapsed() <= silence => Hearing::Starting,
            _ => Hearing::Silent,
        }
    }
}

impl Feeds {
    fn of<T>(&self, environment: &str, f: impl FnOnce(&mut Health) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f(all.entry(environment.to_owned()).or_insert_with(Health::new))
    }

    pub(super) fn retain(&self, keep: impl Fn(&str) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|environment, _| keep(environment));
    }

    pub(super) fn heard(&self, environment: &str) {
        self.of(environment, |health| health.heard = Some(Instant::now()));
    }

    /// Whether this event has come before.
    pub(super) fn again(&self, environment: &str, id: &str) -> bool {
        self.of(environment, |health| {
            if health.recent.iter().any(|known| known == id) {
                return true;
            }
            health.recent.truncate(REMEMBERED - 1);
            health.recent.push_front(id.to_owned());
            false
        })
    }

    /// Whether it is time for a probe, which then counts as sent.
    pub(super) fn is_probe_due(&self, environment: &str, every: Duration) -> bool {
        self.of(environment, |health| {
            let due = health.probed.is_none_or(|at| at.elapsed() >= every);
            if due {
                health.probed = Some(Instant::now());
            }
            due
        })
    }

    /// What it has come to, if that is another state than was told last, with the one before.
    pub(super) fn turned(&self, environment: &str, silence: Duration) -> Option<(Hearing, Hearing)> {
        self.of(environment, |health| {
            let now = health.state(silence);
            let before = std::mem::replace(&mut health.told, now);
            (before != now).then_some((before, now))
        })
    }

    /// As last told; none where no feed is asked for.
    pub fn hearing(&self, environment: &str) -> Option<Hearing> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(environment).map(|health| health.told)
    }
}
