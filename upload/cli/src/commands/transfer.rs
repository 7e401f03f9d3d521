//! What `upload`, `sync` and `resume` have in common: files go, the API looks at them, the receipt is kept.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tokio::sync::Semaphore;

use super::connection::Connection;
use crate::api::types::{Arrived, Credentials, Destination, Target};
use crate::failure::{Failure, Kind};
use crate::http;
use crate::options::{Common, How};
use crate::plan::Planned;
use crate::plan::batch::batches;
use crate::receipt;
use crate::s3::{Pace, Place, S3, Vault};
use crate::send::{Engine, Pool};
use crate::size::human;
use crate::state::{Folder, Journal, Standing, Standings, journal};
use crate::tell::{Event, Teller};

pub struct Transfer {
    pub connection: Connection,
    pub how: How,
    pub common: Common,
    pub teller: Arc<Teller>,
}

impl Transfer {
    /// As many uploads as it takes, one after the other.
    pub async fn start(&self, target: &Target, files: Vec<Planned>) -> Result<(), Failure> {
        for batch in batches(files) {
            let api = &self.connection.api;
            let opened = api.open(target, self.how.duration).await?;
            let folder = Folder::create(
                &self.connection.home,
                &self.connection.api_url,
                &opened,
                self.how.part_size,
                &batch,
            )?;
            let _lock = folder.lock()?;
            self.announce(&folder);
            self.send(&folder, batch, Standings::new(), opened.credentials).await?;
        }
        Ok(())
    }

    /// The rest of an upload. A file that has changed and was not sent yet is taken as it is now.
    pub async fn go_on(&self, folder: &Folder) -> Result<(), Failure> {
        let _lock = folder.lock()?;
        let record = &folder.record;
        let standings = journal::read(&folder.journal())?;
        let mut files = folder.files()?;
        for file in &mut files {
            if !matches!(standings.get(&file.path), Some(Standing::Sent { .. }))
                && let Ok(metadata) = std::fs::metadata(&file.source)
            {
                file.size = metadata.len();
                file.mtime = crate::plan::Mtime::of(&metadata);
            }
        }
        let api = &self.connection.api;
        let credentials = match api.renew(&record.upload_id, self.how.duration).await {
            Ok(credentials) => credentials,
            Err(failure) if failure.kind == Kind::Refused => {
                return self.was_completed(folder, failure).await;
            }
            Err(failure) => return Err(failure),
        };
        let bytes = files.iter().map(|file| file.size).sum();
        self.teller.event(&Event::Resumed { upload_id: &record.upload_id, files: files.len(), bytes });
        self.teller.note(&format!("Going on with upload {}", record.upload_id));
        self.send(folder, files, standings, credentials).await
    }

    /// By a process that died before it had the receipt; otherwise the refusal stands.
    async fn was_completed(&self, folder: &Folder, refusal: Failure) -> Result<(), Failure> {
        let Some(token) = self.connection.api.upload(&folder.record.upload_id).await?.receipt else {
            return Err(refusal);
        };
        let path = folder.keep_receipt(&token)?;
        self.report(&folder.record.upload_id, &receipt::read(&token)?.files, &path.display().to_string());
        Ok(())
    }

    async fn send(
        &self,
        folder: &Folder,
        files: Vec<Planned>,
        standings: Standings,
        credentials: Credentials,
    ) -> Result<(), Failure> {
        let record = &folder.record;
        let total = files.len();
        self.teller.begin(total, files.iter().map(|file| file.size).sum());
        let journal = Journal::open(&folder.journal())?;
        let engine = self.engine(&record.s3, &record.upload_id, record.part_size, credentials, journal)?;
        let sent = engine.send(files, &standings).await;
        self.teller.end();
        let mut sent = sent?;
        // The same each time: a completion that is told again must say what it said.
        sent.arrived.sort_by(|one, other| one.path.cmp(&other.path));
        if !sent.failed.is_empty() {
            let (failed, id) = (sent.failed.len(), &record.upload_id);
            return Err(Kind::SomeFailed.because(format!(
                "{failed} of {total} files were not sent, so the upload is not completed; \
                 when they are as they should be: cloister-upload resume {id}"
            )));
        }
        let receipt = self.complete(&record.upload_id, &sent.arrived).await?;
        let path = folder.keep_receipt(&receipt)?;
        self.report(&record.upload_id, &sent.arrived, &path.display().to_string());
        Ok(())
    }

    pub fn engine(
        &self,
        to: &Destination,
        upload_id: &str,
        part_size: Option<u64>,
        credentials: Credentials,
        journal: Journal,
    ) -> Result<Engine, Failure> {
        let parallel = usize::from(self.how.parallel);
        let api = Arc::clone(&self.connection.api);
        let s3 = S3 {
            http: http::client_for_s3(&self.common.network, parallel)?,
            place: Place::new(to)?,
            vault: Vault::new(api, upload_id, self.how.duration, Arc::clone(&self.teller), credentials),
            pace: Arc::new(Pace::new(self.how.bandwidth)),
            teller: Arc::clone(&self.teller),
            give_up_after: self.common.patience(),
            skew: AtomicI64::new(0),
        };
        let (slots, pool) = (Semaphore::new(parallel), Pool::new(self.how.memory));
        Ok(Engine { s3, journal, teller: Arc::clone(&self.teller), parallel, slots, pool, part_size })
    }

    pub async fn complete(&self, upload_id: &str, arrived: &[Arrived]) -> Result<String, Failure> {
        self.connection.api.complete(upload_id, arrived).await
    }

    fn announce(&self, folder: &Folder) {
        let record = &folder.record;
        self.teller.event(&Event::Opened {
            upload_id: &record.upload_id,
            tenant: &record.target.tenant,
            bucket: &record.target.bucket,
            prefix: &record.s3.prefix,
        });
        self.teller.note(&format!(
            "Upload {} into {}/{}",
            record.upload_id, record.target.tenant, record.target.bucket
        ));
    }

    pub fn report(&self, upload_id: &str, arrived: &[Arrived], receipt: &str) {
        let (files, bytes) = (arrived.len(), arrived.iter().map(|file| file.size).sum());
        self.teller.event(&Event::Completed { upload_id, files, bytes, receipt });
        self.teller
            .note(&format!("{files} files, {} arrived and compared. Receipt: {receipt}", human(bytes)));
        self.teller.result(upload_id);
    }
}
