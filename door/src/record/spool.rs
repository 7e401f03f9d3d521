//! Records on their way to the bucket. One thread appends to one file, several lines with one write; who waits for a
//! line to be there waits for no other's. Nothing is synced: what a process that died had written the kernel still
//! has, and a node that died takes the pod's emptyDir along, synced or not.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

/// Of the file that is written to, and of one that is to be shipped.
const OPEN: &str = "open";
pub const CLOSED: &str = "jsonl";
/// A disk that takes longer is broken.
const PATIENCE: Duration = Duration::from_secs(5);
const WAITING: usize = 4096;
const TOGETHER: usize = 256;

enum Job {
    Write(Vec<u8>, oneshot::Sender<bool>),
    Close(oneshot::Sender<bool>),
}

#[derive(Clone, Debug)]
pub struct Limits {
    /// A file of so many bytes is closed.
    pub file: u64,
    /// More than so many bytes do not wait.
    pub all: u64,
}

pub struct Spool {
    pub directory: PathBuf,
    jobs: mpsc::Sender<Job>,
    /// Bytes in all files.
    bytes: Arc<AtomicU64>,
    /// The last line was not written.
    is_broken: AtomicBool,
    /// A file was closed since it was full.
    pub full: Arc<Notify>,
}

impl Spool {
    /// What an earlier process left is closed, and is shipped with the rest.
    pub fn open(directory: &Path, limits: Limits) -> io::Result<Self> {
        let bytes = Arc::new(AtomicU64::new(adopt(directory)?));
        let (jobs, received) = mpsc::channel(WAITING);
        let full = Arc::new(Notify::new());
        let mut writer = Writer {
            directory: directory.to_owned(),
            limits,
            current: None,
            count: 0,
            bytes: bytes.clone(),
            full: full.clone(),
        };
        writer.ready()?;
        thread::Builder::new().name("access-log".into()).spawn(move || writer.run(received))?;
        Ok(Self { directory: directory.to_owned(), jobs, bytes, is_broken: AtomicBool::new(false), full })
    }

    /// Whether the line is in the file.
    pub async fn write(&self, line: Vec<u8>) -> bool {
        let written = self.ask(|done| Job::Write(line, done)).await;
        self.is_broken.store(!written, Ordering::Relaxed);
        written
    }

    /// Whether it is worth asking the application at all.
    pub async fn is_of_use(&self) -> bool {
        !self.is_broken.load(Ordering::Relaxed) || self.is_writable().await
    }

    /// Nothing is written, but it could be.
    pub async fn is_writable(&self) -> bool {
        self.write(Vec::new()).await
    }

    /// From here on lines go into another file.
    pub async fn close(&self) -> bool {
        self.ask(Job::Close).await
    }

    async fn ask(&self, job: impl FnOnce(oneshot::Sender<bool>) -> Job) -> bool {
        let (done, told) = oneshot::channel();
        if self.jobs.try_send(job(done)).is_err() {
            return false;
        }
        matches!(timeout(PATIENCE, told).await, Ok(Ok(true)))
    }

    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub fn shipped(&self, file: &Path, size: u64) -> io::Result<()> {
        fs::remove_file(file)?;
        self.bytes.fetch_sub(size.min(self.bytes()), Ordering::Relaxed);
        Ok(())
    }

    /// What can be shipped, oldest first: names begin with the time.
    pub fn closed(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = files(&self.directory, CLOSED)?;
        found.sort();
        Ok(found)
    }

    /// When the oldest record that waits was written, or a little before.
    #[must_use]
    pub fn oldest(&self) -> Option<jiff::Timestamp> {
        let all = [CLOSED, OPEN].into_iter().filter_map(|kind| files(&self.directory, kind).ok()).flatten();
        let waiting = all.filter(|file| file.metadata().is_ok_and(|file| file.len() > 0));
        waiting.filter_map(|file| time_of(&file)).min()
    }
}

/// Of a name such as `20261129T001530.123Z-7.jsonl`.
pub fn time_of(file: &Path) -> Option<jiff::Timestamp> {
    file.file_name()?.to_str()?.split_once('-')?.0.parse().ok()
}

fn files(directory: &Path, kind: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
    Ok(found)
}

fn adopt(directory: &Path) -> io::Result<u64> {
    fs::create_dir_all(directory)?;
    for file in files(directory, OPEN)? {
        fs::rename(&file, file.with_extension(CLOSED))?;
    }
    let sizes = files(directory, CLOSED)?.into_iter().map(|file| file.metadata().map(|file| file.len()));
    sizes.sum()
}

struct Writer {
    directory: PathBuf,
    limits: Limits,
    current: Option<Current>,
    count: u64,
    bytes: Arc<AtomicU64>,
    full: Arc<Notify>,
}

struct Current {
    file: File,
    path: PathBuf,
    size: u64,
}

impl Writer {
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut several = Vec::new();
        while jobs.blocking_recv_many(&mut several, TOGETHER) > 0 {
            let (mut text, mut waiting) = (Vec::new(), Vec::new());
            for job in several.drain(..) {
                match job {
                    Job::Write(line, done) => {
                        text.extend_from_slice(&line);
                        waiting.push(done);
                    }
                    Job::Close(done) => {
                        self.answer(&mut text, &mut waiting);
                        // Who asked may have given up.
                        let _ = done.send(self.told(Self::close));
                    }
                }
            }
            self.answer(&mut text, &mut waiting);
        }
    }

    fn answer(&mut self, text: &mut Vec<u8>, waiting: &mut Vec<oneshot::Sender<bool>>) {
        if waiting.is_empty() {
            return;
        }
        let written = self.told(|writer| writer.append(text));
        text.clear();
        for done in waiting.drain(..) {
            let _ = done.send(written);
        }
    }

    fn told(&mut self, act: impl FnOnce(&mut Self) -> io::Result<()>) -> bool {
        let done = act(self);
        if let Err(error) = &done {
            tracing::error!(%error, "access records cannot be written, so nothing is shown");
        }
        done.is_ok()
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        let length = text.len() as u64;
        if self.bytes.load(Ordering::Relaxed) + length > self.limits.all {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "too many records wait to be shipped"));
        }
        let current = self.ready()?;
        if let Err(error) = current.file.write_all(text) {
            // Half a line would spoil the next one.
            let kept = current.file.set_len(current.size);
            if kept.is_err() {
                self.current = None;
            }
            return Err(error);
        }
        current.size += length;
        let is_full = current.size >= self.limits.file;
        self.bytes.fetch_add(length, Ordering::Relaxed);
        if is_full {
            self.close()?;
            self.full.notify_one();
        }
        Ok(())
    }

    /// The file to append to: another one where somebody has removed it.
    fn ready(&mut self) -> io::Result<&mut Current> {
        let gone = match &self.current {
            Some(current) => current.file.metadata()?.nlink() == 0,
            None => true,
        };
        if gone {
            self.current = None;
            self.count += 1;
            let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ");
            let path = self.directory.join(format!("{time}-{}.{OPEN}", self.count));
            let file = OpenOptions::new().append(true).create_new(true).open(&path)?;
            return Ok(self.current.insert(Current { file, path, size: 0 }));
        }
        self.current.as_mut().ok_or_else(|| io::Error::other("there is no file"))
    }

    fn close(&mut self) -> io::Result<()> {
        match &self.current {
            Some(current) if current.size > 0 => {
                fs::rename(&current.path, current.path.with_extension(CLOSED))?;
                self.current = None;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
