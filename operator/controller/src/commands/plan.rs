use std::process::ExitCode;

use clap::Args;

use super::Complaint;

#[derive(Args)]
pub struct Options {}

#[allow(clippy::unused_async)]
pub async fn run(_: Options) -> Result<ExitCode, Complaint> {
    Err("unfinished".into())
}
