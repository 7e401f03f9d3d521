//! `verify`: a receipt is signed by the API, and tells of the files as they are here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use futures::{StreamExt as _, stream};

use super::connection::{Connection, api, api_url};
use crate::api::types::Arrived;
use crate::failure::{Failure, Kind};
use crate::home::{self, Home};
use crate::http;
use crate::options::Common;
use crate::receipt;
use crate::send::checksum_of;
use crate::state::Folder;
use crate::tell::{Event, Teller};

#[derive(Args)]
pub struct Options {
    /// The upload, or a file with its receipt.
    #[arg(value_name = "UPLOAD|FILE")]
    which: String,
    /// Where the files are now. Otherwise where they were sent from.
    #[arg(long, value_name = "DIRECTORY")]
    source: Option<PathBuf>,
    /// Look at the receipt alone.
    #[arg(long, conflicts_with = "source")]
    receipt_only: bool,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let (token, folder) = find(&options.which, &home, &common, &teller).await?;
    let url =
        folder.as_ref().map_or_else(|| api_url(&home, &common), |folder| Ok(folder.record.api.clone()))?;
    let client = http::client_for_api(&common.network)?;
    let keys = api(&url, client, None, &common, &teller)?.keys().await?;
    let receipt = receipt::verify(&token, &keys)?;
    let mut wrong = Vec::new();
    if !options.receipt_only {
        let sources = sources(folder.as_ref())?;
        let look = |file: &Arrived| {
            let here = match &options.source {
                Some(directory) => Some(directory.join(&file.path)),
                None => sources.get(&file.path).cloned(),
            };
            let file = file.clone();
            async move { (complaint(&file, here.as_deref()).await, file) }
        };
        let mut looks = stream::iter(receipt.files.iter().map(look)).buffer_unordered(4);
        while let Some((complaint, file)) = looks.next().await {
            if let Some(complaint) = complaint {
                teller.event(&Event::FileFailed { path: &file.path, reason: &complaint });
                wrong.push(format!("{}: {complaint}", file.path));
            }
        }
    }
    if !wrong.is_empty() {
        wrong.sort();
        return Err(Kind::Unverified.because(format!(
            "{} files differ from the receipt:\n  {}",
            wrong.len(),
            wrong.join("\n  ")
        )));
    }
    let files = receipt.files.len();
    teller.json_or(
        &receipt,
        &format!("{}: {files} files, as signed at {}", receipt.upload_id, receipt.completed_at),
    );
    Ok(())
}

/// Of a file; of an upload of this machine; or of one of this user's that the API knows.
async fn find(
    which: &str,
    home: &Home,
    common: &Common,
    teller: &Arc<Teller>,
) -> Result<(String, Option<Folder>), Failure> {
    let path = Path::new(which);
    if path.is_file() {
        let text = home::read(path)?.unwrap_or_default();
        let id = receipt::read(&text).map(|receipt| receipt.upload_id);
        let folder = id.and_then(|id| Folder::open(home, &id)).ok().flatten();
        return Ok((text, folder));
    }
    let folder = Folder::open(home, which)?;
    if let Some(folder) = folder
        && let Some(text) = folder.receipt()?
    {
        return Ok((text, Some(folder)));
    }
    let connection = Connection::open(common, teller).await?;
    let upload = connection.api.upload(which).await?;
    let receipt = upload.receipt.ok_or_else(|| {
        Kind::Unverified.because(format!("upload {which} is {}, so there is no receipt", upload.state))
    })?;
    Ok((receipt, None))
}

fn sources(folder: Option<&Folder>) -> Result<HashMap<String, PathBuf>, Failure> {
    let Some(folder) = folder else {
        return Err(Kind::Usage.because(
            "the files were not sent from this machine: say where they are with --source, or use --receipt-only",
        ));
    };
    Ok(folder.files()?.into_iter().map(|file| (file.path, file.source)).collect())
}

async fn complaint(file: &Arrived, here: Option<&Path>) -> Option<String> {
    let Some(here) = here else {
        return Some("it is not known where it was sent from: name a --source".into());
    };
    match checksum_of(here).await {
        Err(failure) => Some(failure.text),
        Ok((size, _)) if size != file.size => Some(format!("has {size} bytes here, {} arrived", file.size)),
        Ok((_, crc)) if crc.to_string() != file.checksum_crc64nvme => {
            Some("has another checksum here".into())
        }
        Ok(_) => None,
    }
}
