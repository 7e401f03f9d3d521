//! The bandwidth cap that all requests share.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What may go at once after a pause; without it a timer's lateness would be lost for good.
const BURST: Duration = Duration::from_millis(100);

pub struct Pace {
    /// Bytes a second; 0 is no cap.
    rate: u64,
    started: Instant,
    /// When, since the start, all that was let through will have gone at that rate.
    free_at: Mutex<Duration>,
}

impl Pace {
    pub fn new(rate: Option<u64>) -> Self {
        Self { rate: rate.unwrap_or(0), started: Instant::now(), free_at: Mutex::default() }
    }

    /// What is best reserved at once, of at most so many bytes: an eighth of a second, so that the flow stays even.
    pub fn frame(&self, most: usize) -> usize {
        if self.rate == 0 {
            return most;
        }
        usize::try_from(self.rate / 8).unwrap_or(most).clamp(1024, most)
    }

    /// How long these bytes have to wait; they are counted from now on.
    pub fn reserve(&self, bytes: usize) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        let Ok(mut free_at) = self.free_at.lock() else { return Duration::ZERO };
        let (next, wait) = reserve(*free_at, self.started.elapsed(), bytes, self.rate);
        *free_at = next;
        wait
    }
}

fn reserve(free_at: Duration, now: Duration, bytes: usize, rate: u64) -> (Duration, Duration) {
    let start = free_at.max(now.saturating_sub(BURST));
    #[expect(clippy::cast_precision_loss, reason = "bytes of a frame and a rate are far below 2^52")]
    let takes = Duration::from_secs_f64(bytes as f64 / rate as f64);
    (start + takes, start.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_more_goes_than_the_rate_and_one_burst_allow(
            frames in proptest::collection::vec((0_u64..500, 1_usize..300_000), 1..200),
            rate in 10_000_u64..10_000_000,
        ) {
            let mut now = Duration::from_secs(1);
            let (mut free_at, mut bytes) = (Duration::ZERO, 0_u128);
            let mut first = None;
            for (pause, frame) in frames {
                now += Duration::from_millis(pause);
                let (next, wait) = reserve(free_at, now, frame, rate);
                free_at = next;
                now += wait;
                let since = now.saturating_sub(*first.get_or_insert(now));
                // In nanoseconds and bytes, whole; one byte for what is rounded.
                let allowed = (since + BURST).as_nanos() * u128::from(rate) / 1_000_000_000;
                prop_assert!(bytes <= allowed + 1, "{bytes} after {since:?}");
                bytes += frame as u128;
            }
        }
    }

    #[test]
    fn without_a_cap_nothing_waits() {
        assert_eq!(Pace::new(None).reserve(usize::MAX), Duration::ZERO);
    }

    #[test]
    fn a_second_of_bytes_makes_the_next_wait_a_second() {
        let (free_at, wait) = reserve(Duration::ZERO, Duration::ZERO, 1000, 1000);
        assert_eq!((free_at, wait), (Duration::from_secs(1), Duration::ZERO));
        assert_eq!(reserve(free_at, Duration::ZERO, 1, 1000).1, Duration::from_secs(1));
    }
}
