//! `cloister`: the operator, and the verbs that go with it. Under the name `kubectl-cloister` it is kubectl's plugin.

mod act;
mod api;
mod archive;
mod cache;
mod commands;
mod context;
mod driver;
mod export;
mod feed;
mod intent;
mod kinds;
mod leader;
mod metrics;
mod objects;
mod observe;
mod pipelines;
mod pool;
mod queues;
mod report;
mod serve;
mod task;
mod unload;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// It gives back what a peak took, such as 200 tenants made at once; glibc's keeps it for good.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
#[command(name = "cloister", version, about = "HIPAA-compliant client tenants on AWS, under declaration")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the operator.
    Run(commands::run::Options),
    /// Say what applying a manifest would change, and change nothing. Exit code 0: nothing to do, 2: changes, 1: error.
    Plan(commands::plan::Options),
    /// Judge a tenant by every safeguard of the HIPAA checklist, with proof from the live account; change nothing.
    /// Exit code 0: nothing is NotMet, 2: something is, 1: error.
    Evidence(commands::evidence::Options),
    /// Restore the newest copy of a tenant's warehouse in the recovery region, compare it with the live one, remove it
    /// again, and tell the time. Exit code 0: everything matched, 2: something does not, 1: error.
    Drill(commands::drill::Options),
    /// Print the CustomResourceDefinitions.
    Crds,
    /// Print the EC2NodeClass and the NodePool of a tenant, for a cluster in which Karpenter launches its nodes.
    Karpenter(commands::karpenter::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Box::pin(commands::kubectl::run_as_called()).await {
        Some(result) => result,
        None => Box::pin(run(Arguments::parse())).await,
    };
    result.unwrap_or_else(|complaint| {
        eprintln!("error: {}", commands::told(&complaint));
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> Result<ExitCode, commands::Complaint> {
    match arguments.verb {
        Verb::Run(options) => commands::run::run(options).await.map(|()| ExitCode::SUCCESS),
        Verb::Plan(options) => commands::plan::run(options).await,
        Verb::Evidence(options) => commands::evidence::run(options).await,
        Verb::Drill(options) => Box::pin(commands::drill::run(options)).await,
        Verb::Crds => commands::crds::run().map(|()| ExitCode::SUCCESS),
        Verb::Karpenter(options) => commands::karpenter::run(options).await.map(|()| ExitCode::SUCCESS),
    }
}
