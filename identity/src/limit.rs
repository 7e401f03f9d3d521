//! How often one asker may ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A token bucket for each asker, by the time at which it would be full again.
pub struct Rates<K> {
    interval: Duration,
    slack: Duration,
    full: Mutex<HashMap<K, Instant>>,
}

/// Askers that are remembered; then those that have rested are forgotten.
const KNOWN: usize = 50_000;

impl<K: Eq + Hash> Rates<K> {
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self { interval, slack: interval * burst.max(1), full: Mutex::default() }
    }

    /// Takes one, or says how long to wait.
    pub fn take(&self, asker: K) -> Result<(), Duration> {
        self.take_at(asker, Instant::now())
    }

    /// Whether there is one, without taking it.
    pub fn has(&self, asker: &K) -> Result<(), Duration> {
        let known = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        self.wait(known.get(asker).copied(), Instant::now()).map(|_| ())
    }

    fn take_at(&self, asker: K, now: Instant) -> Result<(), Duration> {
        let mut known = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.retain(|_, full| *full > now);
        }
        let full = self.wait(known.get(&asker).copied(), now)?;
        if known.len() < KNOWN || known.contains_key(&asker) {
            known.insert(asker, full);
        }
        Ok(())
    }

    /// When the bucket would be full after one more.
    fn wait(&self, full: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
        let next = full.unwrap_or(now).max(now) + self.interval;
        let over = (next - now).saturating_sub(self.slack);
        if over.is_zero() { Ok(next) } else { Err(over) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_in_each_interval() {
        let (rates, now) = (Rates::new(10, 3), Instant::now());
        let passed = |at| rates.take_at("ann", at).is_ok();
        assert_eq!([passed(now), passed(now), passed(now), passed(now)], [true, true, true, false]);
        assert_eq!(rates.take_at("ann", now), Err(Duration::from_millis(100)));
        assert!(passed(now + Duration::from_millis(100)) && !passed(now + Duration::from_millis(150)));
    }

    #[test]
    fn one_asker_does_not_slow_another() {
        let (rates, now) = (Rates::new(1, 1), Instant::now());
        assert!(rates.take_at("ann", now).is_ok() && rates.take_at("ann", now).is_err());
        assert!(rates.take_at("bob", now).is_ok());
    }
}
