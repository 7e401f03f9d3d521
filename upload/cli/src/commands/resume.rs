//! `resume`: uploads of this machine that have no receipt yet.

use std::sync::Arc;

use clap::Args;

use super::connection::Connection;
use super::transfer::Transfer;
use crate::failure::{Failure, Kind};
use crate::home::Home;
use crate::options::{Common, How};
use crate::state::Folder;
use crate::tell::Teller;

#[derive(Args)]
pub struct Options {
    /// The upload; without it all that were interrupted, the oldest first.
    #[arg(value_name = "UPLOAD")]
    upload: Option<String>,
    #[command(flatten)]
    how: How,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let folders = match &options.upload {
        Some(id) => vec![known(&home, id)?],
        None => unfinished(&home)?,
    };
    if folders.is_empty() {
        teller.note("No upload of this machine was interrupted.");
        return Ok(());
    }
    let mut common = common;
    for folder in folders {
        if folder.receipt()?.is_some() {
            teller.note(&format!("Upload {} is completed.", folder.record.upload_id));
            continue;
        }
        let api = folder.record.api.clone();
        let connection = Connection::to(Home::find()?, api, &common, &teller).await?;
        let transfer = Transfer { connection, how: options.how.clone(), common, teller: Arc::clone(&teller) };
        transfer.go_on(&folder).await?;
        common = transfer.common;
    }
    Ok(())
}

pub fn known(home: &Home, id: &str) -> Result<Folder, Failure> {
    Folder::open(home, id)?.ok_or_else(|| {
        Kind::Usage
            .because(format!("upload {id} was not begun on this machine: see `cloister-upload status`"))
    })
}

pub fn unfinished(home: &Home) -> Result<Vec<Folder>, Failure> {
    let mut found = Vec::new();
    for folder in Folder::all(home)?.into_iter().rev() {
        if folder.receipt()?.is_none() {
            found.push(folder);
        }
    }
    Ok(found)
}
