use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use cloister_aws::Aws;
use futures::FutureExt as _;
use kube::Client;
use kube::client::ClientBuilder;
use kube::runtime::events::{Recorder, Reporter};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tower::limit::ConcurrencyLimitLayer;

use super::Complaint;
use crate::context::{Context, Settings};
use crate::leader::{Fence, Leadership};
use crate::metrics::Metrics;
use crate::queues::Queues;
use crate::serve::{self, Readiness};

#[derive(Args)]
pub struct Options {
    /// How often everything is looked at although nothing is known to have changed, in seconds.
    #[arg(long, env = "CLOISTER_SWEEP_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..))]
    sweep_seconds: u64,
    /// The same for what an Environment's events tell of, as long as they are heard.
    #[arg(long, env = "CLOISTER_RARE_SWEEP_SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(5..))]
    rare_sweep_seconds: u64,
    /// How often a call is made that has to come back as an event, in seconds.
    #[arg(long, env = "CLOISTER_EVENT_PROBE_SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    event_probe_seconds: u64,
    /// After how long without an event a feed counts as silent, in seconds: as long as CloudTrail may take.
    #[arg(long, env = "CLOISTER_EVENT_SILENCE_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(2..))]
    event_silence_seconds: u64,
    /// How long KMS may take to show a key that it has made, in seconds.
    #[arg(long, env = "CLOISTER_KMS_VISIBILITY_SECONDS", default_value_t = 60)]
    kms_visibility_seconds: u64,
    /// Where metrics and health are served.
    #[arg(long, env = "CLOISTER_LISTEN", default_value = "0.0.0.0:9080")]
    listen: SocketAddr,
    /// Namespace of the lease by which one of several replicas leads. Left out: this process works alone.
    #[arg(long, env = "CLOISTER_LEASE_NAMESPACE")]
    lease_namespace: Option<String>,
    /// How long the lease holds without renewal, in seconds: so long nobody works after a leader that died.
    #[arg(long, env = "CLOISTER_LEASE_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(3..=300))]
    lease_seconds: u64,
    /// The image of the door in front of tenants' applications, by digest. Left out: no AnalyticsApp is served.
    #[arg(long, env = "CLOISTER_DOOR_IMAGE", value_parser = by_digest)]
    door_image: Option<String>,
    #[arg(long, env = "CLOISTER_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Json,
    Text,
}

/// What users sign in at must be known later.
fn by_digest(text: &str) -> Result<String, String> {
    let digest = text.rsplit_once("@sha256:").map(|(_, digest)| digest);
    let is_whole = digest.is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    let hint = "it must name its digest, such as ghcr.io/cloister-dev/cloister-door@sha256: and 64 hexadecimal digits";
    if is_whole { Ok(text.to_owned()) } else { Err(hint.into()) }
}

pub async fn run(options: Options) -> Result<(), Complaint> {
    if options.event_silence_seconds <= options.event_probe_seconds {
        return Err("--event-silence-seconds must be more than --event-probe-seconds, or a feed that is well would count as silent".into());
    }
    log(options.log_format);
    let client = client().await?;
    let metrics = Arc::new(Metrics::new());
    let readiness = Readiness::default();
    serve::serve(options.listen, metrics.clone(), readiness.clone()).await?;
    let stop = stop_signal()?.shared();

    let leadership = match &options.lease_namespace {
        None => None,
        Some(namespace) => tokio::select! {
            leadership = lead(namespace, Duration::from_secs(options.lease_seconds), &readiness) => Some(leadership?),
            () = stop.clone() => return Ok(()),
        },
    };

    metrics.leading();
    let fence = leadership.as_ref().map_or(Fence::open(), |leadership| leadership.fence.clone());
    let aws = Aws::from_env(metrics.clone()).await;
    let mut tasks = JoinSet::new();
    let queues = Queues::start(&client, &mut tasks).await;
    readiness.working();
    let settings = Settings {
        sweep: Duration::from_secs(options.sweep_seconds),
        rare_sweep: Duration::from_secs(options.rare_sweep_seconds.max(options.sweep_seconds)),
        probe: Duration::from_secs(options.event_probe_seconds),
        silence: Duration::from_secs(options.event_silence_seconds),
        visibility: Duration::from_secs(options.kms_visibility_seconds),
        door_image: options.door_image,
    };
    let events = Recorder::new(client.clone(), Reporter { controller: "cloister".into(), instance: None });
    let (environments, tenants, buckets, schemas) =
        (queues.environments.clone(), queues.tenants.clone(), queues.buckets.clone(), queues.schemas.clone());
    let (pipelines, apps) = (queues.pipelines.clone(), queues.apps.clone());
    let (objects, watched) = (queues.objects.clone(), queues.watched.clone());
    let context = Context::new(
        client,
        aws,
        settings,
        metrics,
        fence,
        events,
        environments,
        tenants,
        buckets,
        schemas,
        pipelines,
        apps,
        objects,
        watched,
    );
    let work = queues.run(Arc::new(context), stop);
    match leadership {
        None => work.await,
        Some(leadership) => {
            tokio::select! {
                () = work => {}
                // Another may lead already: nothing more may be done, not even an orderly end.
                () = leadership.lost() => return Err("the lease was lost to another replica".into()),
            }
            leadership.release().await;
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Requests to the API server at a time. It speaks HTTP/1.1 here, so each has a connection of its own with
/// some 40 KB of TLS state, which is kept for a while.
const API_REQUESTS: usize = 24;

/// By a client of its own: renewals wait for nothing else.
async fn lead(namespace: &str, lasting: Duration, readiness: &Readiness) -> Result<Leadership, Complaint> {
    Leadership::acquire(&Client::try_default().await?, namespace, lasting, readiness).await
}

async fn client() -> Result<Client, Complaint> {
    let config = kube::Config::infer().await?;
    let limit = ConcurrencyLimitLayer::new(API_REQUESTS);
    Ok(ClientBuilder::try_from(config)?.with_layer(&limit).build())
}

fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CLOISTER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.init(),
    }
}

fn stop_signal() -> Result<impl Future<Output = ()>, Complaint> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: passes under way come to their end");
    })
}
