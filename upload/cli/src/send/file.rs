//! One file: watched while it is read, sent whole or in parts.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;

use super::pool::Lease;
use super::{Engine, arrived, read};
use crate::api::types::Arrived;
use crate::checksum::Crc;
use crate::failure::{Failure, Kind, Locally};
use crate::plan::parts::{is_single, size_of_part};
use crate::plan::{Mtime, Planned};
use crate::state::{Entry, Standing};

/// A file that is open, and as it was planned.
pub(super) struct Source {
    pub file: Arc<File>,
    pub planned: Planned,
}

impl Source {
    pub async fn open(planned: &Planned) -> Result<Self, Failure> {
        let planned = planned.clone();
        in_thread(move || {
            let file = File::open(&planned.source).map_err(|error| unreadable(&error))?;
            let source = Self { file: Arc::new(file), planned };
            source.check()?;
            Ok(source)
        })
        .await
    }

    /// Neither what is open nor what now has this name is another than was planned.
    pub fn check(&self) -> Result<(), Failure> {
        let here = self.file.metadata().map_err(|error| unreadable(&error))?;
        let named = std::fs::metadata(&self.planned.source).map_err(|error| unreadable(&error))?;
        for found in [&here, &named] {
            if found.len() != self.planned.size || Mtime::of(found) != self.planned.mtime {
                return Err(changed());
            }
        }
        Ok(())
    }

    pub async fn read(&self, offset: u64, mut into: Lease) -> Result<(Bytes, Crc), Failure> {
        let file = Arc::clone(&self.file);
        in_thread(move || {
            let crc = read::fill(&file, offset, into.as_mut()).map_err(|error| unreadable(&error))?;
            Ok((Bytes::from_owner(into), crc))
        })
        .await
    }

    pub async fn still_as_planned(self: &Arc<Self>) -> Result<(), Failure> {
        let source = Arc::clone(self);
        in_thread(move || source.check()).await
    }
}

impl Engine {
    pub(super) async fn send_file(
        &self,
        file: &Planned,
        standing: Option<&Standing>,
    ) -> Result<Arrived, Failure> {
        let wanted = match standing {
            Some(Standing::Began { part_size, .. }) => Some(*part_size),
            _ => self.part_size,
        };
        let part_size = size_of_part(file.size, wanted).ok_or_else(|| {
            Kind::SomeFailed.because("is larger than S3 takes: at most 10,000 parts of 5 GiB")
        })?;
        if is_single(file.size, part_size) {
            return self.send_whole(file).await;
        }
        let source = Arc::new(Source::open(file).await?);
        self.send_parts(&source, part_size, standing).await
    }

    async fn send_whole(&self, file: &Planned) -> Result<Arrived, Failure> {
        let length = usize::try_from(file.size).unwrap_or(usize::MAX);
        let mut lease = self.pool.take(length).await?;
        let _slot = self.slots.acquire().await.locally(|| "the requests".into())?;
        let planned = file.clone();
        // All of it in one visit to a thread: for small files the visits are what takes time.
        let (body, crc) = in_thread(move || {
            let opened = File::open(&planned.source).map_err(|error| unreadable(&error))?;
            let source = Source { file: Arc::new(opened), planned };
            source.check()?;
            let crc = read::fill(&source.file, 0, lease.as_mut()).map_err(|error| unreadable(&error))?;
            source.check()?;
            Ok((Bytes::from_owner(lease), crc))
        })
        .await?;
        let version_id = match self.s3.put(&file.path, body, crc).await {
            Ok(put) => put.version_id,
            // Sent before, by a process whose answer was lost. The API compares it with what is told here.
            Err(trouble) if trouble.is("PreconditionFailed") => {
                self.teller.sent(file.size);
                None
            }
            Err(trouble) => return Err(trouble.failure(&file.path)),
        };
        self.note_sent(file, crc, version_id, false)
    }

    pub(super) fn note_sent(
        &self,
        file: &Planned,
        crc: Crc,
        version_id: Option<String>,
        sync: bool,
    ) -> Result<Arrived, Failure> {
        let arrived = arrived(file, crc, version_id);
        let entry = Entry::Sent {
            path: file.path.clone(),
            size: file.size,
            mtime: file.mtime,
            checksum: arrived.checksum_crc64nvme.clone(),
            version_id: arrived.version_id.clone(),
        };
        self.journal.write(&entry, sync)?;
        Ok(arrived)
    }
}

pub(super) async fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.locally(|| "a thread".into())?
}

fn changed() -> Failure {
    Kind::SomeFailed.because("changed since it was planned, so it was not sent: send it when it is whole")
}

fn unreadable(error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return changed();
    }
    Kind::SomeFailed.because(error.to_string())
}
