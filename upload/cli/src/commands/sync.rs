//! `sync`: what no receipt of this machine tells of.

use std::collections::HashMap;
use std::sync::Arc;

use clap::Args;

use super::connection::Connection;
use super::transfer::Transfer;
use super::upload::{dry_run, planned};
use crate::api::types::Target;
use crate::failure::Failure;
use crate::home::Home;
use crate::options::{Common, How, To, Which};
use crate::plan::{Mtime, Planned};
use crate::send::checksum_of;
use crate::state::{Folder, Standing, journal};
use crate::tell::Teller;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    to: To,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
    /// Read every file and compare its checksum, even where size and time of change are the same.
    #[arg(long)]
    checksum: bool,
}

/// As it was when it arrived.
struct Known {
    size: u64,
    mtime: Mtime,
    checksum: String,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let plan = planned(&options.which, &teller)?;
    let connection = Connection::open(&common, &teller).await?;
    let target = connection.target(&options.to).await?;
    let known = known(&connection.home, &connection.api_url, &target)?;
    let mut files = Vec::new();
    for file in plan.files {
        if is_new(&file, known.get(&file.path), options.checksum).await? {
            files.push(file);
        }
    }
    if options.which.dry_run {
        dry_run(&files, &teller);
        return Ok(());
    }
    if files.is_empty() {
        teller.note("Nothing has changed.");
        return Ok(());
    }
    Transfer { connection, how: options.how, common, teller }.start(&target, files).await
}

/// A file that was only touched has the checksum that it had.
async fn is_new(file: &Planned, known: Option<&Known>, read: bool) -> Result<bool, Failure> {
    let Some(known) = known.filter(|known| known.size == file.size) else { return Ok(true) };
    if known.mtime == file.mtime && !read {
        return Ok(false);
    }
    let (_, crc) = checksum_of(&file.source).await?;
    Ok(crc.to_string() != known.checksum)
}

/// Of uploads into this bucket that were completed, the latest of each path.
fn known(home: &Home, api: &str, target: &Target) -> Result<HashMap<String, Known>, Failure> {
    let mut all = HashMap::new();
    let mine = |folder: &Folder| folder.record.api == api && folder.record.target == *target;
    for folder in Folder::all(home)?.into_iter().rev().filter(mine) {
        if folder.receipt()?.is_none() {
            continue;
        }
        for (path, standing) in journal::read(&folder.journal())? {
            if let Standing::Sent { size, mtime, checksum, .. } = standing {
                all.insert(path, Known { size, mtime, checksum });
            }
        }
    }
    Ok(all)
}
