//! A large file in parts, many at once, and only those that S3 does not have.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::file::{Source, in_thread};
use super::{Engine, arrived, read};
use crate::api::types::Arrived;
use crate::checksum::Crc;
use crate::failure::{Failure, Locally};
use crate::plan::Planned;
use crate::plan::parts::{Part, cut};
use crate::s3::{Listed, SentPart, Trouble};
use crate::state::{Entry, Standing};

/// Where the parts of a file are to go, and which of them are there.
struct Begun {
    upload: String,
    there: HashMap<u64, Listed>,
}

enum Found {
    Parts(Begun),
    /// S3 joined them, and its answer was lost.
    Joined(String),
    Nothing,
}

impl Engine {
    pub(super) async fn send_parts(
        &self,
        source: &Arc<Source>,
        part_size: u64,
        standing: Option<&Standing>,
    ) -> Result<Arrived, Failure> {
        let file = &source.planned;
        let begun = match self.find(file, standing).await? {
            Found::Parts(begun) => begun,
            Found::Joined(checksum_crc64nvme) => {
                self.teller.sent(file.size);
                return Ok(Arrived { checksum_crc64nvme, ..arrived(file, Crc::join([]), None) });
            }
            Found::Nothing => self.begin(file, part_size).await?,
        };
        let result = self.all_parts(source, part_size, &begun).await;
        if result.as_ref().is_err_and(|failure| failure.kind == crate::failure::Kind::SomeFailed) {
            // The file is not what it was; its parts are of no use.
            if self.s3.drop_parts(&file.path, &begun.upload).await.is_ok() {
                self.journal.write(&Entry::Dropped { path: file.path.clone() }, false)?;
            }
        }
        result
    }

    async fn begin(&self, file: &Planned, part_size: u64) -> Result<Begun, Failure> {
        let upload = self.s3.begin(&file.path).await.map_err(|trouble| trouble.failure(&file.path))?;
        let (path, size, mtime) = (file.path.clone(), file.size, file.mtime);
        let entry = Entry::Began { path, size, mtime, upload: upload.clone(), part_size };
        // On disk before the first part goes: what is not known cannot be resumed.
        let journal = self.journal.clone();
        in_thread(move || journal.write(&entry, true)).await?;
        Ok(Begun { upload, there: HashMap::new() })
    }

    /// What an earlier run has left, as S3 says.
    async fn find(&self, file: &Planned, standing: Option<&Standing>) -> Result<Found, Failure> {
        let Some(Standing::Began { size, mtime, upload, joining, .. }) = standing else {
            return Ok(Found::Nothing);
        };
        if (*size, *mtime) != (file.size, file.mtime) {
            self.s3.drop_parts(&file.path, upload).await.map_err(|trouble| trouble.failure(&file.path))?;
            self.journal.write(&Entry::Dropped { path: file.path.clone() }, false)?;
            return Ok(Found::Nothing);
        }
        match (self.s3.parts(&file.path, upload).await, joining) {
            (Ok(listed), _) => {
                let there = listed.into_iter().map(|part| (part.part_number, part)).collect();
                Ok(Found::Parts(Begun { upload: upload.clone(), there }))
            }
            (Err(trouble), Some(checksum)) if trouble.is("NoSuchUpload") => {
                Ok(Found::Joined(checksum.clone()))
            }
            (Err(trouble), None) if trouble.is("NoSuchUpload") => Ok(Found::Nothing),
            (Err(trouble), _) => Err(trouble.failure(&file.path)),
        }
    }

    async fn all_parts(
        &self,
        source: &Arc<Source>,
        part_size: u64,
        begun: &Begun,
    ) -> Result<Arrived, Failure> {
        let file = &source.planned;
        let sending = cut(file.size, part_size).map(|part| self.part(source, part, begun));
        let mut parts: Vec<SentPart> =
            stream::iter(sending).buffer_unordered(self.parallel).try_collect().await?;
        parts.sort_by_key(|part| part.number);
        source.still_as_planned().await?;
        let whole = Crc::join(parts.iter().map(|part| (part.crc, part.length)));
        let (path, checksum) = (file.path.clone(), whole.to_string());
        let (journal, joining) = (self.journal.clone(), Entry::Joining { path, checksum });
        in_thread(move || journal.write(&joining, true)).await?;
        let version_id = match self.s3.join(&file.path, &begun.upload, &parts, whole).await {
            Ok(put) => put.version_id,
            Err(trouble) if is_joined(&trouble) => None,
            Err(trouble) => return Err(trouble.failure(&file.path)),
        };
        self.note_sent(file, whole, version_id, true)
    }

    async fn part(&self, source: &Arc<Source>, part: Part, begun: &Begun) -> Result<SentPart, Failure> {
        if let Some(sent) = self.part_that_is_there(source, part, begun).await? {
            self.teller.sent(part.length);
            return Ok(sent);
        }
        let lease = self.pool.take(usize::try_from(part.length).unwrap_or(usize::MAX)).await?;
        let _slot = self.slots.acquire().await.locally(|| "the requests".into())?;
        let (body, crc) = source.read(part.offset, lease).await?;
        let path = &source.planned.path;
        self.s3
            .part(path, &begun.upload, part.number, body, crc)
            .await
            .map_err(|trouble| trouble.failure(&format!("{path}, part {}", part.number)))
    }

    /// S3 has it, and the file still reads as it did: a change may leave size and time as they were.
    async fn part_that_is_there(
        &self,
        source: &Arc<Source>,
        part: Part,
        begun: &Begun,
    ) -> Result<Option<SentPart>, Failure> {
        let Some(listed) = begun.there.get(&part.number).filter(|listed| listed.size == part.length) else {
            return Ok(None);
        };
        let _slot = self.slots.acquire().await.locally(|| "the requests".into())?;
        let file = Arc::clone(&source.file);
        let reading = move || read::checksum(&file, part.offset, part.length);
        let crc = tokio::task::spawn_blocking(reading)
            .await
            .locally(|| "a thread".into())?
            .locally(|| source.planned.source.display().to_string())?;
        let same = listed.checksum.as_deref() == Some(&crc.to_string());
        let (number, length, etag) = (part.number, part.length, listed.etag.clone());
        Ok(same.then_some(SentPart { number, length, etag, crc }))
    }
}

/// Asked twice, since the first answer was lost: the parts are gone, or the object is there.
fn is_joined(trouble: &Trouble) -> bool {
    trouble.is("NoSuchUpload") || trouble.is("PreconditionFailed")
}
