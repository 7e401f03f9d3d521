//! What the user is told, and how: a bar on a terminal, lines elsewhere, or JSON.

mod event;

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use event::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Human,
    Json,
    Quiet,
}

pub struct Teller {
    style: Style,
    bar: Mutex<Option<ProgressBar>>,
    bytes: AtomicU64,
    of: AtomicU64,
    files: AtomicUsize,
    of_files: AtomicUsize,
    told: Mutex<Instant>,
}

impl Teller {
    pub fn new(style: Style) -> Self {
        Self {
            style,
            bar: Mutex::default(),
            bytes: AtomicU64::new(0),
            of: AtomicU64::new(0),
            files: AtomicUsize::new(0),
            of_files: AtomicUsize::new(0),
            told: Mutex::new(Instant::now()),
        }
    }

    /// Scripts read it, people do not.
    pub fn event(&self, event: &Event<'_>) {
        if self.style == Style::Json
            && let Ok(text) = serde_json::to_string(event)
        {
            line(&text);
        }
    }

    /// What was asked for; on stdout, without ornament.
    pub fn result(&self, text: &str) {
        if self.style != Style::Json {
            self.above_the_bar(|| line(text));
        }
    }

    /// Beside the result; on stderr.
    pub fn note(&self, text: &str) {
        if self.style == Style::Human {
            self.above_the_bar(|| eprintln!("{text}"));
        }
    }

    /// A result, for scripts and for people.
    pub fn json_or(&self, value: &impl serde::Serialize, text: &str) {
        if self.style == Style::Json { json(value) } else { self.result(text) }
    }

    pub fn begin(&self, files: usize, bytes: u64) {
        self.bytes.store(0, Ordering::Relaxed);
        self.files.store(0, Ordering::Relaxed);
        self.of.store(bytes, Ordering::Relaxed);
        self.of_files.store(files, Ordering::Relaxed);
        if self.style != Style::Human || !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(5));
        let template = "{wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if let Ok(mut held) = self.bar.lock() {
            *held = Some(bar);
        }
    }

    pub fn end(&self) {
        if let Ok(mut held) = self.bar.lock()
            && let Some(bar) = held.take()
        {
            bar.finish_and_clear();
        }
    }

    /// Of bytes that have gone out.
    pub fn sent(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.progress();
    }

    /// Of bytes that must go again.
    pub fn lost(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub fn file_is_done(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.progress();
    }

    fn progress(&self) {
        let (bytes, of) = (self.bytes.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed));
        let (files, of_files) = (self.files.load(Ordering::Relaxed), self.of_files.load(Ordering::Relaxed));
        if self.style == Style::Human {
            if let Ok(held) = self.bar.try_lock()
                && let Some(bar) = held.as_ref()
            {
                bar.set_position(bytes);
                bar.set_message(format!("{files}/{of_files} files"));
            }
            return;
        }
        let Ok(mut told) = self.told.try_lock() else { return };
        if told.elapsed() >= EVERY {
            *told = Instant::now();
            self.event(&Event::Progress { bytes, of, files, of_files });
        }
    }

    fn above_the_bar(&self, tell: impl FnOnce()) {
        match self.bar.lock().ok().as_deref() {
            Some(Some(bar)) => bar.suspend(tell),
            _ => tell(),
        }
    }
}

/// A result that is JSON by nature.
pub fn json(value: &impl serde::Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}

/// A reader that has gone, such as `head`, is no error of ours.
fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
