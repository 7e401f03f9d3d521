//! `kubectl cloister`: the same binary under the name `kubectl-cloister`, by which kubectl finds it on PATH.

mod approve;
mod complete;
mod drift;
mod patch;
mod pause;
mod run;
mod why;
mod world;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use cloister_core::kubectl::Wish;

use super::{Complaint, drill, evidence, karpenter, plan};

#[derive(Parser)]
#[command(
    name = "kubectl cloister",
    bin_name = "kubectl cloister",
    version,
    about = "What Cloister does, and why; with your own rights in the cluster"
)]
struct Plugin {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say in one screen what an object waits for, and what to do about it.
    Why(why::Options),
    /// List the differences that stand, and those that were found lately. Exit code 0: none stands, 2: some do, 1: error.
    Drift(drift::Options),
    /// Run a pipeline now. With --wait, exit code 0: it succeeded, 2: it did not, 1: error.
    Run(run::RunOptions),
    /// Run again what failed of a pipeline. With --wait, exit code 0: all succeeded, 2: not all did, 1: error.
    Retry(run::RetryOptions),
    /// Change nothing of an object until it is resumed; of a pipeline, begin no run.
    Pause(pause::Options),
    /// Undo `pause`.
    Resume(pause::Options),
    /// Show the plan of a schema that awaits approval, and approve it.
    Approve(approve::Options),
    /// Say what applying a manifest would change, and change nothing. Exit code 0: nothing to do, 2: changes, 1: error.
    Plan(plan::Options),
    /// Judge a tenant by every safeguard of the HIPAA checklist, with proof from the live account; change nothing.
    /// Exit code 0: nothing is NotMet, 2: something is, 1: error.
    Evidence(evidence::Options),
    /// Restore the newest copy of a tenant's warehouse in the recovery region, compare it with the live one, remove it
    /// again, and tell the time. Exit code 0: everything matched, 2: something does not, 1: error.
    Drill(drill::Options),
    /// Print the EC2NodeClass and the NodePool of a tenant, for a cluster in which Karpenter launches its nodes.
    Karpenter(karpenter::Options),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// What this process was started as, if not as `cloister`. kubectl calls both by their path.
pub async fn run_as_called() -> Option<Result<ExitCode, Complaint>> {
    let called = std::env::args_os().next().unwrap_or_default();
    match Path::new(&called).file_stem()?.to_str()? {
        "kubectl-cloister" => Some(Box::pin(Plugin::parse().run()).await),
        "kubectl_complete-cloister" => Some(complete::run().await),
        _ => None,
    }
}

impl Plugin {
    async fn run(self) -> Result<ExitCode, Complaint> {
        match self.verb {
            Verb::Why(options) => why::run(options).await,
            Verb::Drift(options) => drift::run(options).await,
            Verb::Run(options) => run::run(options).await,
            Verb::Retry(options) => run::retry(options).await,
            Verb::Pause(options) => pause::run(options, Wish::Pause).await,
            Verb::Resume(options) => pause::run(options, Wish::Resume).await,
            Verb::Approve(options) => approve::run(options).await,
            Verb::Plan(options) => plan::run(options).await,
            Verb::Evidence(options) => evidence::run(options).await,
            Verb::Drill(options) => Box::pin(drill::run(options)).await,
            Verb::Karpenter(options) => karpenter::run(options).await.map(|()| ExitCode::SUCCESS),
        }
    }
}
