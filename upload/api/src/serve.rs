//! The server: connections are bounded in number and in the time they take to say what they want.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use cloister_identity::Tls;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::Service as _;

use crate::metrics::Metrics;
use crate::routes::Peer;

const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(10);
/// Bytes of request line and headers: a token has 16 KiB at most.
const HEAD: usize = 32 * 1024;
/// What is under way at the end has so long.
const LAST: Duration = Duration::from_secs(20);

pub struct Server {
    pub listener: TcpListener,
    pub tls: Option<Arc<Tls>>,
    pub router: Router,
    pub connections: Arc<Semaphore>,
    pub metrics: Arc<Metrics>,
}

impl Server {
    /// Until `stop`; then what is under way comes to its end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            // Never closed, so there always is a permit.
            let permit = tokio::select! {
                permit = self.connections.clone().acquire_owned() => permit,
                () = &mut stop => break,
            };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let connection = Connection {
                        peer,
                        router: self.router.clone(),
                        tls: self.tls.clone(),
                        watcher: graceful.watcher(),
                        metrics: self.metrics.clone(),
                    };
                    tokio::spawn(async move {
                        connection.serve(stream).await;
                        drop(permit);
                    });
                }
                // Files may be used up: those that close give some back.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(self.listener);
        let _ = timeout(LAST, graceful.shutdown()).await;
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    tls: Option<Arc<Tls>>,
    watcher: Watcher,
    metrics: Arc<Metrics>,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        // A delayed segment would only make answers later.
        let _ = stream.set_nodelay(true);
        let gauge = self.metrics.connections.clone();
        gauge.inc();
        match self.tls.clone() {
            None => self.speak(stream).await,
            Some(tls) => match timeout(HANDSHAKE, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.speak(stream).await,
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            },
        }
        gauge.dec();
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static) {
        let (peer, router) = (Peer(self.peer), self.router);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(HEAD)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}

/// Plain HTTP would show tokens and credentials to whoever listens.
pub fn may_serve(address: SocketAddr, with_tls: bool) -> io::Result<()> {
    if with_tls || address.ip().is_loopback() {
        return Ok(());
    }
    let sentence = format!(
        "--listen {address} is reachable from elsewhere, so it needs --tls-cert and --tls-key; plain HTTP is for \
         loopback alone"
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, sentence))
}
