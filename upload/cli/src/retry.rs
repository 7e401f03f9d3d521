//! When to try again, and when to leave it.

use std::time::{Duration, Instant};

use rand::RngExt as _;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// Of one request. Waits grow to five seconds, so that a line that is back is found soon.
pub struct Tries {
    give_up_after: Duration,
    failing_since: Option<Instant>,
    count: u32,
}

impl Tries {
    pub fn new(give_up_after: Duration) -> Self {
        Self { give_up_after, failing_since: None, count: 0 }
    }

    /// How long to wait before the next, `at_least` what the server asked for; None when it has failed for too long.
    pub fn again(&mut self, at_least: Option<Duration>) -> Option<Duration> {
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        let longest = LONGEST.min(FIRST * 2_u32.saturating_pow(self.count.min(10)));
        self.count += 1;
        // Full jitter: those that failed together do not come again together.
        let wait = longest.mul_f64(rand::rng().random_range(0.1..=1.0)).max(at_least.unwrap_or_default());
        (since.elapsed() + wait <= self.give_up_after).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let mut tries = Tries::new(Duration::from_hours(1));
        assert!(tries.again(None).is_some_and(|wait| wait <= FIRST));
        for _ in 0..50 {
            assert!(tries.again(None).is_some_and(|wait| wait <= LONGEST && wait >= FIRST / 10));
        }
    }

    #[test]
    fn what_the_server_asks_for_is_waited_for_unless_it_is_too_long() {
        let mut tries = Tries::new(Duration::from_mins(1));
        assert!(
            tries.again(Some(Duration::from_secs(30))).is_some_and(|wait| wait >= Duration::from_secs(30))
        );
        assert_eq!(tries.again(Some(Duration::from_secs(90))), None);
    }
}
