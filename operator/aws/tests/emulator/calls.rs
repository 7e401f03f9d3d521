use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloister_aws::{Call, Recorder};

/// What was called, as `s3:GetBucketPolicy`.
#[derive(Default)]
pub struct Calls(Mutex<Vec<(String, bool)>>);

impl Recorder for Calls {
    fn call(&self, call: &Call<'_>) {
        let name = format!("{}:{}", call.service, call.operation);
        self.log().push((name, call.mutating));
    }

    fn waited(&self, _: &'static str, _: Duration) {}
}

impl Calls {
    fn log(&self) -> MutexGuard<'_, Vec<(String, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often each was called since the last time this was asked.
    pub fn take(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for (name, _) in self.log().drain(..) {
            *counts.entry(name).or_default() += 1;
        }
        counts
    }

    pub fn mutating(&self) -> usize {
        self.log().iter().filter(|(_, mutating)| *mutating).count()
    }
}
