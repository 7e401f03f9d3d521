//! `run` and `retry`: a wish by annotation, judged before it is written, and followed to the end of its runs.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use cloister_core::kubectl::{Kind, Progress, Target, progress};
use cloister_core::pipeline::{RETRY_FAILED, RUN_NOW, is_granted, wish_to_retry, wish_to_run, wished_run};
use cloister_crds::EtlPipeline;
use jiff::Timestamp;
use kube::Api;
use kube::api::Patch;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::patch::params;
use crate::api::Object;
use crate::commands::Complaint;
use crate::commands::access::Place;

#[derive(Args)]
pub struct RunOptions {
    /// Name of the pipeline.
    pipeline: String,
    /// Values of its parameters, as NAME=VALUE; the others have their defaults.
    parameters: Vec<String>,
    /// The slot of its schedule whose data interval the run is about, such as 2026-01-31T05:00:00Z. Left out: the last one.
    #[arg(long, value_name = "SLOT")]
    at: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub struct RetryOptions {
    /// Name of the pipeline.
    pipeline: String,
    /// Only the run of this slot of its schedule, such as 2026-01-31T05:00:00Z.
    slot: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
struct Wait {
    /// Follow it to its end.
    #[arg(long)]
    wait: bool,
    /// Seconds that --wait waits at most.
    #[arg(long, default_value_t = 86_400, requires = "wait")]
    timeout: u64,
}

pub async fn run(options: RunOptions) -> Result<ExitCode, Complaint> {
    let (api, found) = find(&options.pipeline, &options.place).await?;
    let token = Timestamp::now().to_string();
    let wish =
        wish_to_run(&found.spec, &token, options.at.as_deref(), &options.parameters).map_err(|wrong| {
            let hints: Vec<String> = wrong.into_iter().map(|violation| violation.hint).collect();
            hints.join("\n       ")
        })?;
    let runs = vec![wished_run(&Object::uid(&found), &wish)];
    ask(&api, &found, (RUN_NOW, &wish), &runs, &options.wait).await
}

pub async fn retry(options: RetryOptions) -> Result<ExitCode, Complaint> {
    let (api, found) = find(&options.pipeline, &options.place).await?;
    let status = found.status.clone().unwrap_or_default();
    let (wish, runs) = wish_to_retry(&status, &Timestamp::now().to_string(), options.slot.as_deref())?;
    ask(&api, &found, (RETRY_FAILED, &wish), &runs, &options.wait).await
}

async fn find(name: &str, place: &Place) -> Result<(Api<EtlPipeline>, EtlPipeline), Complaint> {
    let target = Target::read(name, Kind::EtlPipeline)?;
    if target.kind != Kind::EtlPipeline {
        return Err(format!("{} has no runs: name an EtlPipeline", target.kind).into());
    }
    let (client, namespace) = place.connect().await?;
    let api: Api<EtlPipeline> = Api::namespaced(client, &namespace);
    let Some(found) = api.get_opt(&target.name).await? else {
        let label = target.label(&namespace);
        return Err(
            format!("{label} does not exist: name one of kubectl get etlpipelines -n {namespace}").into()
        );
    };
    Ok((api, found))
}

async fn ask(
    api: &Api<EtlPipeline>,
    found: &EtlPipeline,
    (annotation, wish): (&str, &str),
    runs: &[String],
    wait: &Wait,
) -> Result<ExitCode, Complaint> {
    let name = found.metadata.name.clone().unwrap_or_default();
    let patch = json!({ "metadata": { "annotations": { annotation: wish } } });
    api.patch(&name, &params(), &Patch::Merge(&patch)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "asked {} for run {}", found.label(), runs.join(", "))?;
    if found.spec.suspend {
        writeln!(
            out,
            "it is suspended: the run begins once it is resumed (kubectl cloister resume ep/{name})"
        )?;
    }
    if !wait.wait {
        return Ok(ExitCode::SUCCESS);
    }
    let deadline = Instant::now() + Duration::from_secs(wait.timeout);
    let mut all_succeeded = true;
    for run in runs {
        let succeeded = follow(api, &name, (annotation, wish), run, deadline).await?;
        all_succeeded &= succeeded;
    }
    Ok(if all_succeeded { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Asks again and again, since who may get and patch need not be allowed to watch.
async fn follow(
    api: &Api<EtlPipeline>,
    name: &str,
    (annotation, wish): (&str, &str),
    run: &str,
    deadline: Instant,
) -> Result<bool, Complaint> {
    let mut said = String::new();
    loop {
        let Some(found) = api.get_opt(name).await? else {
            return Err(format!("EtlPipeline {name} is gone").into());
        };
        let status = found.status.clone().unwrap_or_default();
        let granted = is_granted(&status, annotation, wish);
        let now = match progress(&status, run).filter(|_| granted) {
            Some(Progress::Ended { succeeded, sentence }) => {
                writeln!(std::io::stdout(), "{sentence}")?;
                return Ok(succeeded);
            }
            Some(Progress::Open(sentence)) => sentence,
            None if granted => {
                return Err(format!("run {run} is no longer in the status of EtlPipeline {name}").into());
            }
            None if status.common.message.is_empty() => "the operator has yet to see it".to_owned(),
            None => format!("the operator has yet to see it: {}", status.common.message),
        };
        if now != said {
            eprintln!("{now}");
            said = now;
        }
        if Instant::now() > deadline {
            return Err(format!("run {run} has not ended in time; see kubectl cloister why ep/{name}").into());
        }
        sleep(Duration::from_secs(1)).await;
    }
}
