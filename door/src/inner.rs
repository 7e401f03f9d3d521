//! Metrics and health, for the cluster: in plain HTTP, and nothing else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::answer::plain;
use crate::body::Body;
use crate::door::Door;

pub async fn serve(listener: TcpListener, door: Arc<Door>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let door = door.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let door = door.clone();
                async move { Ok::<_, Infallible>(answer(&door, request.uri().path()).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
}

const TEXT: &str = "text/plain; charset=utf-8";

async fn answer(door: &Door, path: &str) -> Response<Body> {
    match path {
        "/healthz" => plain(StatusCode::OK, TEXT, "ok"),
        "/readyz" => match lacking(door).await.as_slice() {
            [] => plain(StatusCode::OK, TEXT, "ok"),
            lacking => plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, lacking.join("; ")),
        },
        "/metrics" => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            plain(StatusCode::OK, kind, metrics(door))
        }
        _ => plain(StatusCode::NOT_FOUND, TEXT, "there are /healthz, /readyz and /metrics"),
    }
}

async fn lacking(door: &Door) -> Vec<&'static str> {
    let (healthy, reachable, writable) =
        tokio::join!(door.proxy.is_healthy(), door.sessions.table.is_reachable(), door.spool.is_writable());
    let all = [
        (healthy, "the application does not answer its health path"),
        (reachable, "the session table cannot be read"),
        (writable, "access records cannot be written"),
        (door.published.has_keys(), "the identity provider's keys have not been fetched"),
    ];
    all.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what).collect()
}

fn metrics(door: &Door) -> String {
    let metrics = &door.metrics;
    door.sessions.count();
    metrics.spool_bytes.set(i64::try_from(door.spool.bytes()).unwrap_or(i64::MAX));
    let age = door.spool.oldest().map(|oldest| jiff::Timestamp::now().duration_since(oldest).as_secs());
    metrics.spool_age_seconds.set(age.unwrap_or(0));
    metrics.render()
}
