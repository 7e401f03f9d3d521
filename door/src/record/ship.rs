//! From the spool to the audit bucket. A file has the same key whenever it is sent, and nothing is sent over what is
//! there, so that an answer that got lost costs nothing.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::{sleep, timeout};

use super::Spool;
use super::spool::time_of;
use crate::config::AccessLog;
use crate::metrics::Metrics;

pub struct Shipper {
    pub s3: aws_sdk_s3::Client,
    pub to: AccessLog,
    pub pod: String,
    pub spool: Arc<Spool>,
    pub metrics: Arc<Metrics>,
    pub every: Duration,
}

const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Of SIGTERM's thirty seconds.
const LAST: Duration = Duration::from_secs(15);

impl Shipper {
    /// Ships what there is at once, and then what comes, until the process ends.
    pub async fn keep(&self) {
        let mut pause = PAUSE;
        loop {
            if self.ship().await {
                pause = PAUSE;
                // What is full goes at once.
                let _ = timeout(self.every, self.spool.full.notified()).await;
                self.spool.close().await;
            } else {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE).min(self.every.max(PAUSE));
            }
        }
    }

    /// What is left when nothing is served any more.
    pub async fn last(&self) {
        let shipped = timeout(LAST, async {
            self.spool.close().await;
            while !self.ship().await {
                sleep(PAUSE).await;
            }
        });
        if shipped.await.is_err() {
            tracing::error!(bytes = self.spool.bytes(), "access records stay in the spool, unshipped");
        }
    }

    /// Whether all that is closed has arrived.
    async fn ship(&self) -> bool {
        let files = match self.spool.closed() {
            Ok(files) => files,
            Err(error) => {
                tracing::error!(%error, "the spool cannot be read");
                return false;
            }
        };
        for file in files {
            let sent = self.send(&file).await;
            self.metrics.shipped(sent.is_ok());
            if let Err(problem) = sent {
                tracing::warn!(problem, "access records could not be shipped; they are kept and sent again");
                return false;
            }
        }
        true
    }

    async fn send(&self, file: &Path) -> Result<(), String> {
        let told = |what: &str| what.to_owned();
        let text = tokio::fs::read(file).await.map_err(|error| error.to_string())?;
        let size = text.len() as u64;
        let packed = tokio::task::spawn_blocking(move || pack(&text));
        let packed =
            packed.await.map_err(|_| told("it was not packed"))?.map_err(|error| error.to_string())?;
        if let Some(packed) = packed {
            let key = self.key(file).ok_or_else(|| told("the file's name is not ours"))?;
            let request = self.s3.put_object().bucket(&self.to.bucket).key(key).if_none_match("*");
            let request = request.expected_bucket_owner(&self.to.bucket_owner);
            let request = request.checksum_algorithm(ChecksumAlgorithm::Sha256);
            let request = request.content_type("application/gzip").body(ByteStream::from(packed));
            if let Err(error) = request.send().await {
                match error.code() {
                    // It arrived when it was sent before.
                    Some("PreconditionFailed") => {}
                    Some(code) => return Err(format!("S3 answered {code}")),
                    None => return Err(told("S3 did not answer")),
                }
            }
        }
        self.spool.shipped(file, size).map_err(|error| error.to_string())
    }

    /// `PREFIX/YYYY/MM/DD/POD-TIME-SEQ.jsonl.gz`
    fn key(&self, file: &Path) -> Option<String> {
        let day = time_of(file)?.strftime("%Y/%m/%d").to_string();
        let name = file.file_name()?.to_str()?;
        Some(format!("{}{day}/{}-{name}.gz", self.to.prefix, self.pod))
    }
}

/// None where nothing is left: of a line that was not finished the answer never went out.
fn pack(text: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let whole = text.get(..end).unwrap_or_default();
    if whole.is_empty() {
        return Ok(None);
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(whole)?;
    packed.finish().map(Some)
}
