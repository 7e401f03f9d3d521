//! `cloister-door`: see `--help`.

use std::process::ExitCode;

use clap::Parser as _;
use cloister_door::options::Options;
use cloister_door::run::run;

/// It gives back what a peak took; glibc's keeps it for good.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("error: {complaint}");
            ExitCode::FAILURE
        }
    }
}
