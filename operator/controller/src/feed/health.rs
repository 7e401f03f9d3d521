//! Which feeds are heard.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cloister_crds::events::Hearing;
use tokio::time::Instant;

/// The feeds by the names of their environments. Losing it costs a plain sweep.
#[derive(Default)]
pub struct Feeds(Mutex<HashMap<String, Health>>);

struct Health {
    /// By the region that the events come from.
    ways: BTreeMap<String, Way>,
    probed: Option<Instant>,
    told: Hearing,
    /// Of the newest events, since each may come more than once.
    recent: VecDeque<String>,
}

struct Way {
    since: Instant,
    heard: Option<Instant>,
}

/// What a feed has come to, what it was before, and from which regions nothing comes.
pub(super) struct Turn {
    pub before: Hearing,
    pub now: Hearing,
    pub silent: Vec<String>,
}

/// Ids that are remembered. What comes again later than that many others wakes in vain.
const REMEMBERED: usize = 1000;

impl Health {
    fn new() -> Self {
        let recent = VecDeque::new();
        Self { ways: BTreeMap::new(), probed: None, told: Hearing::Starting, recent }
    }

    fn way(&mut self, region: &str) -> &mut Way {
        self.ways.entry(region.to_owned()).or_insert_with(Way::new)
    }

    /// As the worst of its ways: what one does not tell of is found by sweeps alone.
    fn state(&self, silence: Duration) -> Hearing {
        let all: Vec<Hearing> = self.ways.values().map(|way| way.state(silence)).collect();
        let worst = [Hearing::Silent, Hearing::Starting].into_iter().find(|state| all.contains(state));
        worst.unwrap_or(Hearing::Heard)
    }
}

impl Way {
    fn new() -> Self {
        Self { since: Instant::now(), heard: None }
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

    /// A call of that region was told of.
    pub(super) fn heard(&self, environment: &str, region: &str) {
        self.of(environment, |health| health.way(region).heard = Some(Instant::now()));
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

    /// What it has come to, if that is another state than was told last.
    pub(super) fn turned(
        &self,
        environment: &str,
        regions: &BTreeSet<String>,
        silence: Duration,
    ) -> Option<Turn> {
        self.of(environment, |health| {
            health.ways.retain(|region, _| regions.contains(region));
            for region in regions {
                health.way(region);
            }
            let now = health.state(silence);
            let before = std::mem::replace(&mut health.told, now);
            let is_silent = |(_, way): &(&String, &Way)| way.state(silence) == Hearing::Silent;
            let silent = || health.ways.iter().filter(is_silent).map(|(region, _)| region.clone()).collect();
            (before != now).then(|| Turn { before, now, silent: silent() })
        })
    }

    /// As last told; none where no feed is asked for.
    pub fn hearing(&self, environment: &str) -> Option<Hearing> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(environment).map(|health| health.told)
    }
}
