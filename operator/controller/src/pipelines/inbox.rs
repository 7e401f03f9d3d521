//! What was heard and is not in any status yet. Who brought it waits until it is, and only then lets go of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cloister_core::pipeline::News;
use tokio::sync::oneshot;

#[derive(Default)]
pub struct Inbox(Mutex<Held>);

#[derive(Default)]
struct Held {
    last: u64,
    by_pipeline: HashMap<String, Vec<Batch>>,
}

struct Batch {
    number: u64,
    news: News,
    bringer: oneshot::Sender<bool>,
}

impl Inbox {
    /// Puts something in; the answer says whether all of it is in status.
    pub fn put(&self, uid: &str, news: News) -> oneshot::Receiver<bool> {
        let (bringer, answer) = oneshot::channel();
        self.with(|held| {
            held.last += 1;
            let batch = Batch { number: held.last, news, bringer };
            held.by_pipeline.entry(uid.to_owned()).or_default().push(batch);
        });
        answer
    }

    /// All that is there for a pipeline, and the numbers of its batches. What nobody waits for any more goes.
    pub fn news(&self, uid: &str) -> (Vec<u64>, News) {
        self.with(|held| {
            let Some(batches) = held.by_pipeline.get_mut(uid) else { return Default::default() };
            batches.retain(|batch| !batch.bringer.is_closed());
            let mut all = News::default();
            for batch in &*batches {
                all.files.extend(batch.news.files.iter().cloned());
                all.listing = batch.news.listing.clone().or(all.listing);
            }
            (batches.iter().map(|batch| batch.number).collect(), all)
        })
    }

    pub fn done(&self, uid: &str, numbers: &[u64], heard_all: bool) {
        let batches = self.with(|held| {
            let batches = held.by_pipeline.remove(uid).unwrap_or_default();
            let (done, left): (Vec<_>, Vec<_>) =
                batches.into_iter().partition(|batch| numbers.contains(&batch.number));
            if !left.is_empty() {
                held.by_pipeline.insert(uid.to_owned(), left);
            }
            done
        });
        for batch in batches {
            // It may have given up.
            let _ = batch.bringer.send(heard_all);
        }
    }

    pub fn forget(&self, uid: &str) {
        self.with(|held| held.by_pipeline.remove(uid));
    }

    fn with<T>(&self, f: impl FnOnce(&mut Held) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
