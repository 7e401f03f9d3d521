//! The server: connections are bounded in number and in the time they take to say what they want.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cloister_identity::Tls;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::body::{Body, empty};
use crate::door::Door;
use crate::http::headers::HEAD;

const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(10);
/// What is under way at the end has so long, of the thirty seconds that a pod has.
const LAST: Duration = Duration::from_secs(10);

pub struct Server {
    pub listener: TcpListener,
    pub tls: Arc<Tls>,
    pub door: Arc<Door>,
    pub connections: Arc<Semaphore>,
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
                    let (tls, door, watcher) = (self.tls.clone(), self.door.clone(), graceful.watcher());
                    tokio::spawn(async move {
                        door.metrics.connections.inc();
                        serve(stream, peer, &tls, &door, watcher).await;
                        door.metrics.connections.dec();
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

async fn serve(stream: TcpStream, peer: SocketAddr, tls: &Tls, door: &Arc<Door>, watcher: Watcher) {
    // A delayed segment would only make answers later.
    let _ = stream.set_nodelay(true);
    let stream = match timeout(HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "a handshake failed"),
        Err(_) => return tracing::debug!("a handshake took too long"),
    };
    let service = service_fn(|request: Request<Incoming>| {
        let door = door.clone();
        // A task of its own: what the application was asked is on record even if nobody waits for it any more.
        let answer = tokio::spawn(async move { door.answer(request, peer.ip().to_canonical()).await });
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|_| failed())) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended badly");
    }
}

fn failed() -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
