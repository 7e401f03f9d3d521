//! A request's body: slices of one buffer, at the pace allowed, watched.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::pace::Pace;
use crate::tell::Teller;

/// hyper writes at most about 400 KiB at once, and a slice costs no copy.
const FRAME: usize = 256 << 10;

/// How far one request has come.
pub struct Meter {
    started: Instant,
    sent: AtomicU64,
    /// Milliseconds after the start at which something last moved.
    moved: AtomicU64,
    teller: Arc<Teller>,
}

impl Meter {
    pub fn new(teller: Arc<Teller>) -> Arc<Self> {
        Arc::new(Self { started: Instant::now(), sent: AtomicU64::new(0), moved: AtomicU64::new(0), teller })
    }

    pub fn still_for(&self) -> Duration {
        self.started.elapsed().saturating_sub(Duration::from_millis(self.moved.load(Ordering::Relaxed)))
    }

    /// Forgets what was sent, since it has to be sent again.
    pub fn take_back(&self) {
        self.teller.lost(self.sent.swap(0, Ordering::Relaxed));
    }

    fn count(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.touch();
        self.teller.sent(bytes);
    }

    fn touch(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(now, Ordering::Relaxed);
    }
}

pub struct Sending {
    rest: Bytes,
    pace: Arc<Pace>,
    meter: Arc<Meter>,
    wait: Option<Pin<Box<Sleep>>>,
    /// The next frame has been reserved.
    paid: bool,
}

impl Sending {
    pub fn new(bytes: Bytes, pace: Arc<Pace>, meter: Arc<Meter>) -> Self {
        Self { rest: bytes, pace, meter, wait: None, paid: false }
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(self.pace.frame(FRAME));
        if !self.paid {
            self.paid = true;
            let wait = self.pace.reserve(length);
            self.wait = (!wait.is_zero()).then(|| Box::pin(tokio::time::sleep(wait)));
        }
        // A cap that makes us wait is no stall.
        self.meter.touch();
        if let Some(wait) = self.wait.as_mut() {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        self.paid = false;
        let frame = self.rest.split_to(length);
        self.meter.count(length as u64);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
