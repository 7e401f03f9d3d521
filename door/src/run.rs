use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use cloister_identity::{Complaint, Published, Rates, Tls, log, stop_signal};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::config::Config;
use crate::door::Door;
use crate::inner;
use crate::metrics::Metrics;
use crate::options::{LogFormat, Options};
use crate::proxy::Proxy;
use crate::record::{Pseudonyms, Shipper, Spool, SpoolLimits};
use crate::serve::Server;
use crate::session::{Lockout, Sessions, Table};
use crate::signin::Seal;

/// Serves until it is told to stop; then ships what is left of the access log.
pub async fn run(options: Options) -> Result<(), Complaint> {
    log(options.log_format == LogFormat::Json);
    // Fails only where there is one already, which is the same.
    let _ = aws_lc_rs::default_provider().install_default();
    let config = Config::open(&options.config)?;
    let tls = Arc::new(Tls::open(&config.certificate_file, &config.key_file)?);
    let stop = stop_signal()?;
    let aws = aws().await;
    let metrics = Arc::new(Metrics::default());
    let limits = SpoolLimits { file: options.ship_bytes, all: options.spool_bytes };
    let spool = Spool::open(&config.access_log.spool, limits);
    let spool = Arc::new(spool.map_err(|e| format!("{}: {e}", config.access_log.spool.display()))?);
    let shipper = Arc::new(Shipper {
        s3: s3(&aws, &config.access_log.bucket_region),
        to: config.access_log.clone(),
        pod: options.pod_name.clone(),
        spool: spool.clone(),
        metrics: metrics.clone(),
        every: Duration::from_secs(options.ship_seconds),
    });
    let door = Arc::new(door(&options, config, &aws, spool, metrics)?);
    let inner = TcpListener::bind(options.metrics_listen()).await?;
    let listener = TcpListener::bind(options.listen()).await?;
    tokio::spawn(inner::serve(inner, door.clone()));
    let (keeping, kept) = (tls.clone(), door.clone());
    tokio::spawn(async move { keeping.keep().await });
    tokio::spawn(async move { kept.published.keep().await });
    let shipping = shipper.clone();
    let shipping = tokio::spawn(async move { shipping.keep().await });
    tracing::info!(address = %listener.local_addr()?, "serving");
    let connections = Arc::new(Semaphore::new(options.connections as usize));
    Server { listener, tls, door, connections }.run(stop).await;
    shipping.abort();
    let _ = shipping.await;
    shipper.last().await;
    tracing::info!("stopped");
    Ok(())
}

fn door(
    options: &Options,
    config: Config,
    aws: &SdkConfig,
    spool: Arc<Spool>,
    metrics: Arc<Metrics>,
) -> Result<Door, Complaint> {
    let pseudonyms = Pseudonyms::open(&config.access_log.pseudonym_key_file)?;
    let client = aws_sdk_dynamodb::Client::new(aws);
    let table = Table::new(client, config.sessions.table.clone(), metrics.clone());
    Ok(Door {
        pod: options.pod_name.clone(),
        published: Published::new(&config.sign_in.issuer, config.sign_in.ca_file.as_deref())?,
        sessions: Sessions::new(table, config.sessions.clone(), metrics.clone()),
        lockout: Lockout {
            failures: options.lockout_failures,
            window: Duration::from_secs(options.lockout_window_seconds),
            lasts: Duration::from_secs(options.lockout_seconds),
        },
        seal: Seal::new(pseudonyms.derived())?,
        pseudonyms,
        spool,
        proxy: Proxy::new(
            &config.upstream,
            Duration::from_secs(options.upstream_seconds),
            &config.health_path,
        ),
        metrics,
        strangers: Rates::new(options.stranger_rate, options.stranger_burst),
        config,
    })
}

/// Credentials, endpoints and the like as every AWS tool finds them. Somebody waits for each answer of the table.
async fn aws() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::rustls(CryptoMode::AwsLc))
        .pool_idle_timeout(Duration::from_secs(15))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(4))
        .operation_timeout(Duration::from_secs(10))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts)
        .load()
        .await
}

fn s3(aws: &SdkConfig, region: &str) -> aws_sdk_s3::Client {
    let there = aws.to_builder().region(Region::new(region.to_owned())).build();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build();
    let config = aws_sdk_s3::config::Builder::from(&there).timeout_config(timeouts);
    aws_sdk_s3::Client::from_conf(config.build())
}
