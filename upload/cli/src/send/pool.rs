//! Buffers that are used again, and a bound on all of them together.

use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::failure::{Failure, Kind};

/// What is counted: finer than this is noise.
const UNIT: usize = 64 << 10;
/// Smaller ones are cheaper made than kept.
const WORTH_KEEPING: usize = 1 << 20;

pub struct Pool {
    units: usize,
    free: Arc<Semaphore>,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Pool {
    pub fn new(bytes: u64) -> Self {
        let units =
            usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { units, free: Arc::new(Semaphore::new(units)), kept: Arc::default() }
    }

    /// Waits until there is room. One that is larger than all room waits for all of it.
    pub async fn take(&self, length: usize) -> Result<Lease, Failure> {
        let units = length.div_ceil(UNIT).clamp(1, self.units);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.free)
            .acquire_many_owned(units)
            .await
            .map_err(|_| Kind::Local.because("the pool of buffers has ended"))?;
        let mut bytes =
            self.kept.lock().ok().and_then(|mut kept| find(&mut kept, length)).unwrap_or_default();
        // Zeroed when it is made, not when it comes again.
        if bytes.len() < length {
            bytes = vec![0; length];
        }
        Ok(Lease { bytes, length, kept: Arc::clone(&self.kept), _permit: permit })
    }
}

/// One that fits; of another size would be of no use for this file, so those are let go.
fn find(kept: &mut Vec<Vec<u8>>, length: usize) -> Option<Vec<u8>> {
    let found = kept.iter().position(|bytes| bytes.len() >= length && bytes.len() / 2 <= length)?;
    Some(kept.swap_remove(found))
}

pub struct Lease {
    bytes: Vec<u8>,
    length: usize,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }

    /// For a source that ended sooner.
    pub fn shorten(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

impl AsRef<[u8]> for Lease {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.bytes.len() < WORTH_KEEPING {
            return;
        }
        if let Ok(mut kept) = self.kept.lock() {
            // At most as many as are in use at once have ever been made of a size; another size pushes them out.
            let other = kept.iter().position(|bytes| bytes.len() != self.bytes.len());
            if let Some(other) = other {
                kept.swap_remove(other);
            }
            kept.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_more_is_out_than_there_is_room_for() {
        let pool = Pool::new(4 << 20);
        let first = pool.take(3 << 20).await.unwrap();
        let waiting = pool.take(2 << 20);
        tokio::pin!(waiting);
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        drop(first);
        assert_eq!(waiting.await.unwrap().as_ref().len(), 2 << 20);
    }

    #[tokio::test]
    async fn one_that_is_larger_than_all_room_still_comes() {
        assert_eq!(Pool::new(1).take(5 << 20).await.unwrap().as_ref().len(), 5 << 20);
    }

    #[tokio::test]
    async fn a_buffer_comes_again() {
        let pool = Pool::new(64 << 20);
        let mut first = pool.take(8 << 20).await.unwrap();
        first.as_mut()[0] = 7;
        drop(first);
        assert_eq!(pool.take(8 << 20).await.unwrap().as_ref()[0], 7);
        let kept = pool.kept.lock().unwrap().len();
        assert_eq!(kept, 1);
    }
}
