//! `ls`: the user's uploads, and where to.

use std::sync::Arc;

use clap::Args;

use super::connection::Connection;
use crate::failure::Failure;
use crate::options::{Common, To};
use crate::size::human;
use crate::tell::Teller;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    to: To,
    /// The buckets that you may upload into.
    #[arg(long)]
    buckets: bool,
    /// At most so many, the newest.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    limit: u32,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let connection = Connection::open(&common, &teller).await?;
    if options.buckets {
        for target in connection.api.buckets().await? {
            teller.json_or(&target, &format!("{}\t{}", target.tenant, target.bucket));
        }
        return Ok(());
    }
    let (tenant, bucket) = (options.to.tenant.as_deref(), options.to.bucket.as_deref());
    for upload in connection.api.uploads(tenant, bucket, options.limit).await? {
        let size = upload.bytes.map(human).unwrap_or_default();
        let text = format!(
            "{}\t{}\t{}/{}\t{}\t{size}",
            upload.id, upload.opened_at, upload.tenant, upload.bucket, upload.state
        );
        teller.json_or(&upload, &text);
    }
    Ok(())
}
