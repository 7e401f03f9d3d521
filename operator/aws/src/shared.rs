//! One read for many: callers who need the same listing at the same time share one fetch of it.

use std::sync::Arc;
use std::time::Duration;

use cloister_core::fault::Fault;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep_until};

/// The least time between the starts of two fetches, so that a burst of newcomers becomes one.
const APART: Duration = Duration::from_millis(500);

pub(crate) struct Shared<T> {
    latest: watch::Sender<Latest<T>>,
    /// When the last fetch started. Held while one is under way.
    fetching: Mutex<Option<Instant>>,
}

/// What the last fetches gave, each with the time of its start.
struct Latest<T> {
    good: Option<(Instant, Arc<T>)>,
    failed: Option<(Instant, Fault)>,
}

impl<T> Latest<T> {
    fn since(&self, at: Instant) -> Option<Result<Arc<T>, Fault>> {
        let good = self.good.as_ref().filter(|(start, _)| *start >= at).map(|(_, value)| Ok(value.clone()));
        let failed = || self.failed.as_ref().filter(|(start, _)| *start >= at);
        good.or_else(|| failed().map(|(_, fault)| Err(fault.clone())))
    }
}

impl<T> Shared<T> {
    pub fn new() -> Self {
        Self { latest: watch::Sender::new(Latest { good: None, failed: None }), fetching: Mutex::new(None) }
    }

    /// The result of a fetch that started at `at` or later. Who comes while a fetch is under way that
    /// started too early waits for it, and the first of them then starts one for all of them.
    pub async fn since<F>(&self, at: Instant, fetch: impl FnOnce() -> F) -> Result<Arc<T>, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        if let Some(Ok(value)) = self.latest.borrow().since(at) {
            return Ok(value);
        }
        let mut last = self.fetching.lock().await;
        if let Some(answer) = self.latest.borrow().since(at) {
            return answer;
        }
        if let Some(last) = *last {
            sleep_until(last + APART).await;
        }
        let start = Instant::now();
        *last = Some(start);
        let answer = fetch().await.map(Arc::new);
        self.latest.send_modify(|latest| match &answer {
            Ok(value) => latest.good = Some((start, value.clone())),
            Err(fault) => latest.failed = Some((start, fault.clone())),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use cloister_core::fault::FaultClass;
    use futures::future::join_all;
    use tokio::sync::Semaphore;
    use tokio::task::yield_now;

    use super::*;

    /// Its fetches end one by one, when they are let.
    struct Source {
        shared: Shared<u32>,
        fetches: AtomicU32,
        may_end: Semaphore,
        fails: bool,
    }

    impl Source {
        fn new(fails: bool) -> Self {
            let (shared, fetches, may_end) = (Shared::new(), AtomicU32::new(0), Semaphore::new(0));
            Self { shared, fetches, may_end, fails }
        }

        async fn since(&self, at: Instant) -> Result<u32, Fault> {
            let fetch = || async {
                let n = self.fetches() + 1;
                self.fetches.store(n, Ordering::Relaxed);
                // Never closed, so it ends just when a permit is added.
                self.may_end.acquire().await.map(tokio::sync::SemaphorePermit::forget).ok();
                if self.fails { Err(crate::fault::refused("iam", "Fetch", "Odd")) } else { Ok(n) }
            };
            self.shared.since(at, fetch).await.map(|n| *n)
        }

        fn fetches(&self) -> u32 {
            self.fetches.load(Ordering::Relaxed)
        }

        async fn has_begun(&self, fetches: u32) {
            while self.fetches() < fetches {
                yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn who_comes_at_the_same_time_shares_one_fetch() {
        let source = Source::new(false);
        let now = Instant::now();
        source.may_end.add_permits(1);
        let got = join_all((0..50).map(|_| source.since(now))).await;
        assert!(got.iter().all(|n| *n == Ok(1)));
        assert_eq!(source.since(now).await, Ok(1));
    }

    #[tokio::test]
    async fn a_fetch_that_started_too_early_does_not_do() {
        let source = Source::new(false);
        let early = source.since(Instant::now());
        let late = async {
            source.has_begun(1).await;
            let at = Instant::now();
            source.may_end.add_permits(2);
            join_all((0..50).map(|_| source.since(at))).await
        };
        let (early, late) = futures::join!(early, late);
        assert_eq!(early, Ok(1));
        assert!(late.iter().all(|n| *n == Ok(2)));
        assert_eq!(source.fetches(), 2);
    }

    #[tokio::test]
    async fn fetches_keep_their_distance() {
        let shared = Shared::new();
        let began = Instant::now();
        for _ in 0..3 {
            assert!(shared.since(Instant::now(), || async { Ok(()) }).await.is_ok());
        }
        assert!(began.elapsed() >= APART * 2);
    }

    #[tokio::test]
    async fn a_failure_is_given_to_all_who_waited_for_it_and_to_nobody_later() {
        let source = Source::new(true);
        source.may_end.add_permits(2);
        let now = Instant::now();
        let got = join_all((0..5).map(|_| source.since(now))).await;
        assert!(got.iter().all(|n| n.as_ref().is_err_and(|f| f.class == FaultClass::Invalid)));
        assert_eq!(source.fetches(), 1);
        assert!(source.since(Instant::now()).await.is_err());
        assert_eq!(source.fetches(), 2);
    }
}
