use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use cloister_identity::Complaint;
use cloister_identity::{Rates, SecondFactor, Tls, log, stop_signal};
use kube::Client;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::api::{Api, Seen};
use crate::audit::Audit;
use crate::cloud::Cloud;
use crate::declared::Declared;
use crate::identity::{Issuer, Rules};
use crate::metrics::Metrics;
use crate::options::{LogFormat, Options};
use crate::receipt::Signer;
use crate::routes;
use crate::serve::{Server, may_serve};

/// Serves until it is told to stop.
pub async fn run(options: Options) -> Result<(), Complaint> {
    log(options.log_format == LogFormat::Json);
    // Fails only where there is one already, which is the same.
    let _ = aws_lc_rs::default_provider().install_default();
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(Arc::new(Tls::open(certificate, key)?)),
        _ => None,
    };
    may_serve(options.listen, tls.is_some())?;
    if options.client_id == options.audience {
        return Err(
            "--client-id must differ from --audience, or ID tokens would pass for access tokens".into()
        );
    }
    let stop = stop_signal()?;
    let mut tasks = JoinSet::new();
    let api = api(options, &mut tasks).await?;
    let inner = TcpListener::bind(api.options.metrics_listen).await?;
    let served = routes::inner(api.clone());
    tasks.spawn(async move {
        if let Err(error) = axum::serve(inner, served).await {
            tracing::error!(%error, "the metrics server ended");
        }
    });
    if let Some(tls) = tls.clone() {
        tasks.spawn(async move { tls.keep().await });
    }
    // Who asks before would hear that there is nothing.
    api.declared.wait_until_filled().await;
    let listener = TcpListener::bind(api.options.listen).await?;
    tracing::info!(address = %listener.local_addr()?, tls = tls.is_some(), "serving");
    api.serving.store(true, Ordering::Relaxed);
    let connections = Arc::new(Semaphore::new(api.options.connections as usize));
    let (metrics, router) = (api.metrics.clone(), routes::router(api));
    Server { listener, tls, router, connections, metrics }.run(stop).await;
    tracing::info!("stopped");
    Ok(())
}

async fn api(options: Options, tasks: &mut JoinSet<()>) -> Result<Arc<Api>, Complaint> {
    let metrics = Arc::new(Metrics::default());
    let kubernetes = Client::try_default().await?;
    let api = Arc::new(Api {
        issuer: Issuer::new(rules(&options))?,
        declared: Declared::watch(&kubernetes, tasks),
        cloud: Cloud::from_env(metrics.clone()).await,
        audit: Audit::open(options.audit_log.as_deref())?,
        signer: Signer::open(&options.receipt_key)?,
        metrics,
        serving: AtomicBool::new(false),
        under_way: Semaphore::new(options.at_once as usize),
        by_user: Rates::new(options.user_rate, options.user_burst),
        by_source: Rates::new(options.refused_rate, options.refused_burst),
        seen: Seen::default(),
        options,
    });
    let kept = api.clone();
    tasks.spawn(async move { kept.issuer.keep().await });
    Ok(api)
}

fn rules(options: &Options) -> Rules {
    let unsaid = options.mfa_acr.is_empty() && options.mfa_amr.is_empty();
    Rules {
        issuer: options.issuer.clone(),
        audience: options.audience.clone(),
        groups_claim: options.groups_claim.clone(),
        second_factor: SecondFactor {
            acr: options.mfa_acr.clone(),
            amr: if unsaid { vec!["mfa".to_owned()] } else { options.mfa_amr.clone() },
        },
    }
}
