//! `status`: what this machine knows of an upload, and what the API does.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::connection::Connection;
use super::resume::unfinished;
use crate::failure::Failure;
use crate::home::Home;
use crate::options::Common;
use crate::size::human;
use crate::state::{Folder, Standing, journal};
use crate::tell::Teller;

#[derive(Args)]
pub struct Options {
    /// The upload; without it those of this machine that were interrupted.
    #[arg(value_name = "UPLOAD")]
    upload: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Here {
    upload_id: String,
    tenant: String,
    bucket: String,
    files: usize,
    sent: usize,
    bytes: u64,
    sent_bytes: u64,
    completed: bool,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let Some(id) = &options.upload else {
        for folder in unfinished(&home)? {
            tell(&here(&folder)?, &teller);
        }
        return Ok(());
    };
    if let Some(folder) = Folder::open(&home, id)? {
        tell(&here(&folder)?, &teller);
    }
    let upload = Connection::open(&common, &teller).await?.api.upload(id).await?;
    let text = format!("{}: {} at the API, opened {}", upload.id, upload.state, upload.opened_at);
    teller.json_or(&upload, &text);
    Ok(())
}

/// Whole files; the parts of one that is under way are S3's to know.
fn here(folder: &Folder) -> Result<Here, Failure> {
    let files = folder.files()?;
    let standings = journal::read(&folder.journal())?;
    let is_sent = |path: &String| matches!(standings.get(path), Some(Standing::Sent { .. }));
    let sent: Vec<u64> = files.iter().filter(|file| is_sent(&file.path)).map(|file| file.size).collect();
    Ok(Here {
        upload_id: folder.record.upload_id.clone(),
        tenant: folder.record.target.tenant.clone(),
        bucket: folder.record.target.bucket.clone(),
        files: files.len(),
        sent: sent.len(),
        bytes: files.iter().map(|file| file.size).sum(),
        sent_bytes: sent.iter().sum(),
        completed: folder.receipt()?.is_some(),
    })
}

fn tell(here: &Here, teller: &Teller) {
    let end = if here.completed { "completed" } else { "to be resumed" };
    let text = format!(
        "{}: {}/{}, {} of {} files, {} of {} sent, {end}",
        here.upload_id,
        here.tenant,
        here.bucket,
        here.sent,
        here.files,
        human(here.sent_bytes),
        human(here.bytes)
    );
    teller.json_or(here, &text);
}
