//! Sending the files of one upload.

mod file;
mod multipart;
mod pool;
mod read;
mod stdin;

use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt as _, stream};
use tokio::sync::Semaphore;

pub use self::pool::Pool;
use crate::api::types::Arrived;
use crate::checksum::Crc;
use crate::failure::{Failure, Kind, Locally};
use crate::plan::Planned;
use crate::s3::S3;
use crate::state::{Journal, Standing, Standings};
use crate::tell::{Event, Teller};

pub struct Engine {
    pub s3: S3,
    pub journal: Journal,
    pub teller: Arc<Teller>,
    /// Requests with a body at once.
    pub parallel: usize,
    pub slots: Semaphore,
    pub pool: Pool,
    pub part_size: Option<u64>,
}

pub struct Sent {
    pub arrived: Vec<Arrived>,
    pub failed: Vec<(String, Failure)>,
}

impl Engine {
    /// A file that cannot be sent leaves the others alone; what would stop each of them stops all.
    pub async fn send(&self, files: Vec<Planned>, standings: &Standings) -> Result<Sent, Failure> {
        let mut sent = Sent { arrived: Vec::with_capacity(files.len()), failed: Vec::new() };
        let sending = files.into_iter().map(|file| async {
            let standing = standings.get(&file.path);
            let result = self.one(&file, standing).await;
            (file, result)
        });
        let mut results = stream::iter(sending).buffer_unordered(self.parallel.max(1) * 2);
        while let Some((file, result)) = results.next().await {
            match result {
                Ok(arrived) => {
                    let (bytes, checksum) = (arrived.size, &arrived.checksum_crc64nvme);
                    self.teller.event(&Event::FileSent {
                        path: &file.path,
                        bytes,
                        checksum_crc64nvme: checksum,
                    });
                    self.teller.file_is_done();
                    sent.arrived.push(arrived);
                }
                Err(failure) if failure.kind == Kind::SomeFailed => {
                    self.teller.event(&Event::FileFailed { path: &file.path, reason: &failure.text });
                    self.teller.note(&format!("{}: {}", file.source.display(), failure.text));
                    sent.failed.push((file.path, failure));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(sent)
    }

    async fn one(&self, file: &Planned, standing: Option<&Standing>) -> Result<Arrived, Failure> {
        if let Some(Standing::Sent { size, checksum, version_id, .. }) = standing {
            self.teller.sent(*size);
            let (size, checksum_crc64nvme, version_id) = (*size, checksum.clone(), version_id.clone());
            return Ok(Arrived { path: file.path.clone(), size, checksum_crc64nvme, version_id });
        }
        self.send_file(file, standing).await
    }
}

/// The object as the API will be told of it.
fn arrived(file: &Planned, crc: Crc, version_id: Option<String>) -> Arrived {
    Arrived { path: file.path.clone(), size: file.size, checksum_crc64nvme: crc.to_string(), version_id }
}

/// The checksum of a file of this machine as it is now.
pub async fn checksum_of(path: &Path) -> Result<(u64, Crc), Failure> {
    let path = path.to_path_buf();
    let what = path.display().to_string();
    let reading = move || -> std::io::Result<(u64, Crc)> {
        let file = std::fs::File::open(&path)?;
        let length = file.metadata()?.len();
        Ok((length, read::checksum(&file, 0, length)?))
    };
    tokio::task::spawn_blocking(reading).await.locally(|| "a thread".into())?.locally(|| what)
}
