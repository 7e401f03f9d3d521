//! `upload`: files as they are now, or standard input.

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::connection::Connection;
use super::transfer::Transfer;
use crate::failure::{Failure, Kind};
use crate::options::{Common, How, To, Which};
use crate::plan::filter::Filter;
use crate::plan::{Plan, Planned, Walk, name, plan};
use crate::size::human;
use crate::state::{Folder, Journal};
use crate::tell::{Event, Teller};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    to: To,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
    /// The name of what comes from standard input, whose PATH is `-`.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let from_stdin = options.which.paths.iter().any(|path| path == Path::new("-"));
    if from_stdin {
        return from_stdin_to(options, common, teller).await;
    }
    if options.name.is_some() {
        return Err(Kind::Usage.because("--name: is for standard input, whose PATH is `-`"));
    }
    let plan = planned(&options.which, &teller)?;
    if options.which.dry_run {
        dry_run(&plan.files, &teller);
        return Ok(());
    }
    if plan.files.is_empty() {
        return Err(Kind::Usage.because("there is no file to send: look at PATH, --include and --exclude"));
    }
    let connection = Connection::open(&common, &teller).await?;
    let target = connection.target(&options.to).await?;
    Transfer { connection, how: options.how, common, teller }.start(&target, plan.files).await
}

pub fn planned(which: &Which, teller: &Teller) -> Result<Plan, Failure> {
    let filter = Filter::new(&which.include, &which.exclude)?;
    let folder = folder(&which.folder)?;
    let walk = Walk { filter: &filter, folder: &folder, follow_links: which.follow_links };
    let plan = plan(&which.paths, &walk)?;
    let bytes = plan.files.iter().map(|file| file.size).sum();
    teller.event(&Event::Planned { files: plan.files.len(), bytes, skipped: &plan.skipped });
    for skipped in &plan.skipped {
        teller.note(&format!(
            "{skipped}: left out, since it is no file; --follow-links sends what a link leads to"
        ));
    }
    Ok(plan)
}

fn folder(given: &str) -> Result<String, Failure> {
    name::folder(given).map_err(|complaint| Kind::Usage.because(format!("--folder `{given}`: {complaint}")))
}

pub fn dry_run(files: &[Planned], teller: &Teller) {
    for file in files {
        teller.event(&Event::WouldSend { path: &file.path, bytes: file.size });
        teller.result(&format!("{}\t{}", file.size, file.path));
    }
    let bytes: u64 = files.iter().map(|file| file.size).sum();
    teller.note(&format!("{} files, {} would be sent", files.len(), human(bytes)));
}

async fn from_stdin_to(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let Some(given) = options.name.filter(|_| options.which.paths.len() == 1) else {
        return Err(Kind::Usage.because("`-`: is standard input; give it alone, and its name with --name"));
    };
    let path = format!("{}{given}", folder(&options.which.folder)?);
    if let Some(complaint) = name::complaint(&path) {
        return Err(Kind::Usage.because(format!("--name `{given}`: {complaint}")));
    }
    if options.which.dry_run {
        teller.result(&format!("-\t{path}"));
        return Ok(());
    }
    let connection = Connection::open(&common, &teller).await?;
    let target = connection.target(&options.to).await?;
    let transfer = Transfer { connection, how: options.how, common, teller };
    send_stdin(&transfer, &target, &path).await
}

/// What is kept here is the receipt: a stream that was cut off cannot be read again.
async fn send_stdin(
    transfer: &Transfer,
    target: &crate::api::types::Target,
    path: &str,
) -> Result<(), Failure> {
    let (connection, how) = (&transfer.connection, &transfer.how);
    let opened = connection.api.open(target, how.duration).await?;
    let folder = Folder::create(&connection.home, &connection.api_url, &opened, None, &[])?;
    let _lock = folder.lock()?;
    let journal = Journal::open(&folder.journal())?;
    let engine = transfer.engine(&opened.s3, &opened.upload_id, None, opened.credentials, journal)?;
    let result = async {
        let arrived = [engine.send_stdin(path).await?];
        let receipt = transfer.complete(&opened.upload_id, &arrived).await?;
        let kept = folder.keep_receipt(&receipt)?;
        transfer.report(&opened.upload_id, &arrived, &kept.display().to_string());
        Ok(())
    }
    .await;
    if result.is_err() {
        // Nothing of it can be gone on with.
        let _ = connection.api.abort(&opened.upload_id).await;
        folder.remove()?;
    }
    result
}
