//! `cancel`: nothing more is sent, and what lies about in parts is dropped.

use std::sync::Arc;

use clap::Args;

use super::connection::Connection;
use super::transfer::Transfer;
use crate::failure::{Failure, Kind};
use crate::home::Home;
use crate::options::{Common, How};
use crate::state::{Folder, Journal, Standing, journal};
use crate::tell::Teller;

#[derive(Args)]
pub struct Options {
    /// The upload.
    #[arg(value_name = "UPLOAD")]
    upload: String,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let id = options.upload;
    let folder = Folder::open(&home, &id)?;
    if let Some(folder) = &folder
        && folder.receipt()?.is_some()
    {
        return Err(Kind::Refused.because(format!("upload {id} is completed, and what has arrived stays")));
    }
    let lock = folder.as_ref().map(Folder::lock).transpose()?;
    let connection = match &folder {
        Some(folder) => Connection::to(home, folder.record.api.clone(), &common, &teller).await?,
        None => Connection::open(&common, &teller).await?,
    };
    let transfer = Transfer { connection, how: How::default(), common, teller: Arc::clone(&teller) };
    if let Some(folder) = &folder {
        // While there still are credentials. What is left, the bucket's lifecycle takes away.
        if let Err(failure) = drop_parts(&transfer, folder).await {
            teller.note(&format!("Parts are left to the bucket's lifecycle: {failure}"));
        }
    }
    transfer.connection.api.abort(&id).await?;
    drop(lock);
    if let Some(folder) = folder {
        folder.remove()?;
    }
    teller.note(&format!("Upload {id} is given up. Files of it that had arrived are in no receipt."));
    Ok(())
}

async fn drop_parts(transfer: &Transfer, folder: &Folder) -> Result<(), Failure> {
    let record = &folder.record;
    let standings = journal::read(&folder.journal())?;
    let begun: Vec<(&String, &String)> = standings
        .iter()
        .filter_map(|(path, standing)| match standing {
            Standing::Began { upload, .. } => Some((path, upload)),
            Standing::Sent { .. } => None,
        })
        .collect();
    if begun.is_empty() {
        return Ok(());
    }
    let credentials = transfer.connection.api.renew(&record.upload_id, None).await?;
    let journal = Journal::open(&folder.journal())?;
    let engine = transfer.engine(&record.s3, &record.upload_id, None, credentials, journal)?;
    for (path, upload) in begun {
        engine.s3.drop_parts(path, upload).await.map_err(|trouble| trouble.failure(path))?;
    }
    Ok(())
}
