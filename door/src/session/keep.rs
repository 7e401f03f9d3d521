//! Sessions as this pod has seen them: a page with twenty requests costs one read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use futures::future::{try_join, try_join_all};
use tokio::sync::Mutex;

use super::{Session, State, Table, Unreachable, millis, now};
use crate::config::Sessions as Limits;
use crate::metrics::Metrics;
use crate::random::{digest, is_secret, secret};

/// What the table said counts for so long.
const FRESH: Duration = Duration::from_secs(2);
/// Older than this, it is read again beside the requests, so that who works does not wait for it.
const AGEING: Duration = Duration::from_secs(1);
/// A session is written as seen at most so many times within its idle limit.
const WRITES: u32 = 30;
/// Sessions that are remembered, those that do not exist among them.
const KNOWN: usize = 20_000;

pub struct Sessions {
    pub table: Arc<Table>,
    pub limits: Limits,
    known: Lock<HashMap<String, Arc<Slot>>>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Slot {
    /// Held while the table is asked, so that of many requests at once one asks.
    read: Mutex<Option<Read>>,
    /// It is being read again.
    ageing: AtomicBool,
}

struct Read {
    at: Instant,
    session: Option<Session>,
    /// As it is in the table.
    written: u64,
}

#[derive(Clone, Debug)]
pub enum Found {
    Alive(Session),
    Expired(Session),
    None,
}

impl Sessions {
    #[must_use]
    pub fn new(table: Table, limits: Limits, metrics: Arc<Metrics>) -> Self {
        Self { table: Arc::new(table), limits, known: Lock::default(), metrics }
    }

    /// The session of a browser's secret. With `extend` the request counts as activity.
    pub async fn find(&self, secret: &str, extend: bool) -> Result<Found, Unreachable> {
        if !is_secret(secret) {
            return Ok(Found::None);
        }
        let id = digest(&[secret]);
        let slot = self.slot(&id);
        let mut read = slot.read.lock().await;
        match read.as_ref().map(|read| read.at.elapsed()) {
            Some(age) if age < AGEING => {}
            Some(age) if age < FRESH => self.refresh(&id, &slot, read.as_ref()),
            _ => {
                let at = Instant::now();
                let session = look(&self.table, &id, keys(read.as_ref())).await?;
                Read::merge(&mut read, at, session);
            }
        }
        let Some(Read { session: Some(session), written, .. }) = read.as_mut() else {
            return Ok(Found::None);
        };
        let now = now();
        if session.state(&self.limits, now) == State::Expired {
            return Ok(Found::Expired(session.clone()));
        }
        if extend {
            if now.saturating_sub(*written) >= millis(self.limits.idle / WRITES) {
                if !self.table.touch(&id, now).await? {
                    *read = Some(Read { at: Instant::now(), session: None, written: 0 });
                    return Ok(Found::None);
                }
                *written = now;
            }
            session.seen = session.seen.max(now);
        }
        Ok(Found::Alive(session.clone()))
    }

    /// Whether it was a session when it was last looked at; nothing is asked for.
    #[must_use]
    pub fn has_seen(&self, secret: &str) -> bool {
        let slot = self.lock().get(&digest(&[secret])).cloned();
        // Somebody looks at it right now, and then it was not unknown before.
        slot.is_some_and(|slot| {
            slot.read.try_lock().map_or(true, |read| read.as_ref().is_some_and(|read| read.session.is_some()))
        })
    }

    /// Once at a time. What cannot be read is asked for again when it is too old, and then it counts.
    fn refresh(&self, id: &str, slot: &Arc<Slot>, read: Option<&Read>) {
        if slot.ageing.swap(true, Ordering::Relaxed) {
            return;
        }
        let (table, id, slot, known) = (self.table.clone(), id.to_owned(), slot.clone(), keys(read));
        tokio::spawn(async move {
            let at = Instant::now();
            if let Ok(session) = look(&table, &id, known).await {
                Read::merge(&mut *slot.read.lock().await, at, session);
            }
            slot.ageing.store(false, Ordering::Relaxed);
        });
    }

    /// A new session, and the secret that the browser gets.
    pub async fn begin(&self, session: Session) -> Result<(Session, String), cloister_identity::Complaint> {
        let secret = secret()?;
        let session = Session { id: digest(&[&secret]), ..session };
        self.table.begin(&session, self.limits.absolute).await?;
        Ok((session, secret))
    }

    pub async fn end(&self, id: &str) -> Result<(), Unreachable> {
        self.table.end(id).await?;
        self.forget(id);
        Ok(())
    }

    /// All sessions of a key that have begun by now, in every pod within `FRESH`.
    pub async fn end_all(&self, key: &str) -> Result<(), Unreachable> {
        self.table.end_all(key, now(), self.limits.absolute).await?;
        self.lock().clear();
        Ok(())
    }

    /// When what would void this session was last ended.
    pub async fn not_before(&self, session: &Session) -> Result<u64, Unreachable> {
        not_before(&self.table, &session.keys).await
    }

    /// Those that are remembered, for the metrics.
    pub fn count(&self) {
        let count = self.lock().len();
        self.metrics.sessions.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn slot(&self, id: &str) -> Arc<Slot> {
        let mut known = self.lock();
        if known.len() >= KNOWN && !known.contains_key(id) {
            // What is in use comes back with one read; its activity since the last write is what is lost.
            known.retain(|_, slot| {
                slot.read.try_lock().is_ok_and(|read| read.as_ref().is_some_and(Read::is_of_use))
            });
            if known.len() >= KNOWN {
                known.clear();
            }
        }
        known.entry(id.to_owned()).or_default().clone()
    }

    fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read {
    /// Activity that was not worth a write is remembered; an older answer does not undo a newer one.
    fn merge(read: &mut Option<Self>, at: Instant, mut session: Option<Session>) {
        let before = read.take();
        if before.as_ref().is_some_and(|before| before.at > at) {
            *read = before;
            return;
        }
        let before = before.and_then(|before| Some((before.written, before.session?.seen)));
        let (mut written, seen) = before.unwrap_or_default();
        if let Some(session) = &mut session {
            written = written.max(session.seen);
            session.seen = session.seen.max(seen);
        }
        *read = Some(Self { at, session, written });
    }

    fn is_of_use(&self) -> bool {
        self.session.is_some() && self.at.elapsed() < Duration::from_mins(15)
    }
}

fn keys(read: Option<&Read>) -> Vec<String> {
    read.and_then(|read| read.session.as_ref()).map(|session| session.keys.clone()).unwrap_or_default()
}

/// The session, if nothing has voided it. Whose it is does not change, so what may void a session that is `known` is
/// asked for at the same time.
async fn look(table: &Table, id: &str, known: Vec<String>) -> Result<Option<Session>, Unreachable> {
    let (session, mut not_before) = try_join(table.session(id), not_before(table, &known)).await?;
    if let Some(found) = &session
        && found.keys != known
    {
        not_before = self::not_before(table, &found.keys).await?;
    }
    Ok(session.filter(|session| session.begun > not_before))
}

async fn not_before(table: &Table, keys: &[String]) -> Result<u64, Unreachable> {
    let all = try_join_all(keys.iter().map(|key| table.not_before(key))).await?;
    Ok(all.into_iter().max().unwrap_or(0))
}
