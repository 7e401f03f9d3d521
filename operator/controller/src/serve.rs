//! `/metrics`, `/healthz` and `/readyz`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::commands::Complaint;
use crate::metrics::Metrics;

/// How far this process has come. One that waits to take over is ready too: otherwise a Deployment of two would never
/// be, its disruption budget would let nobody drain the leader's node, and a roll-out would wait for ever.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicU8>);

const STARTING: u8 = 0;
const STANDBY: u8 = 1;
const WORKING: u8 = 2;

impl Readiness {
    /// It has seen that another process leads.
    pub fn standby(&self) {
        self.0.store(STANDBY, Ordering::Relaxed);
    }

    /// It leads, but its caches are not filled yet.
    pub fn starting(&self) {
        self.0.store(STARTING, Ordering::Relaxed);
    }

    pub fn working(&self) {
        self.0.store(WORKING, Ordering::Relaxed);
    }

    fn told(&self) -> (StatusCode, &'static str) {
        match self.0.load(Ordering::Relaxed) {
            WORKING => (StatusCode::OK, "ok"),
            STANDBY => (StatusCode::OK, "standby"),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        }
    }
}

/// Serves until the process ends.
pub async fn serve(
    address: SocketAddr,
    metrics: Arc<Metrics>,
    readiness: Readiness,
) -> Result<(), Complaint> {
    let listener = TcpListener::bind(address).await?;
    tracing::info!(address = %listener.local_addr()?, "serving metrics and health");
    let router = Router::new()
        .route("/metrics", get(move || async move { metrics.render() }))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(move || async move { readiness.told() }));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the metrics server ended");
        }
    });
    Ok(())
}
