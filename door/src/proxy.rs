//! The way to the application: a Unix socket or a port of loopback in the same pod.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cloister_identity::Complaint;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tower::Service;

use crate::body::{Body, empty};
use crate::config::Upstream;

pub struct Proxy {
    client: Client<Connector, Body>,
    begins: Duration,
    health_path: String,
}

/// Less than servers usually keep an idle connection for.
const IDLE: Duration = Duration::from_millis(1500);
const CONNECTS: Duration = Duration::from_secs(5);
const HEALTH: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the application did not answer in time")]
    TooSlow,
    #[error("the application did not answer")]
    NoAnswer,
}

impl Proxy {
    #[must_use]
    pub fn new(upstream: &Upstream, begins: Duration, health_path: &str) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).set_host(false);
        let client = builder.build(Connector(Arc::new(upstream.clone())));
        Self { client, begins, health_path: health_path.to_owned() }
    }

    /// The head of the answer; the body comes as it comes.
    pub async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>, Failure> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = at(path).map_err(|_| Failure::NoAnswer)?;
        match timeout(self.begins, self.client.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                // Its words may hold a path; its kind does not.
                tracing::warn!(connect = error.is_connect(), "the application did not answer");
                Err(Failure::NoAnswer)
            }
            Err(_) => Err(Failure::TooSlow),
        }
    }

    pub async fn is_healthy(&self) -> bool {
        let asked = async {
            let request = Request::get(at(&self.health_path)?).header("host", "localhost").body(empty())?;
            Ok::<_, Complaint>(self.client.request(request).await?.status().is_success())
        };
        matches!(timeout(HEALTH, asked).await, Ok(Ok(true)))
    }
}

/// The host is only what connections are pooled by.
fn at(path: &str) -> Result<Uri, hyper::http::Error> {
    Uri::builder().scheme("http").authority("application").path_and_query(path).build()
}

#[derive(Clone)]
struct Connector(Arc<Upstream>);

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let upstream = self.0.clone();
        Box::pin(async move {
            timeout(CONNECTS, open(&upstream)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
        })
    }
}

async fn open(upstream: &Upstream) -> io::Result<Stream> {
    match upstream {
        Upstream::Socket(path) => {
            let path: &PathBuf = path;
            Ok(Stream::Socket(TokioIo::new(UnixStream::connect(path).await?)))
        }
        Upstream::Port(port) => {
            let stream = TcpStream::connect(("127.0.0.1", *port)).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::Port(TokioIo::new(stream)))
        }
    }
}

enum Stream {
    Socket(TokioIo<UnixStream>),
    Port(TokioIo<TcpStream>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(stream) => Pin::new(stream).poll_read(cx, to),
            Self::Port(stream) => Pin::new(stream).poll_read(cx, to),
        }
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Socket(stream) => Pin::new(stream).poll_write(cx, from),
            Self::Port(stream) => Pin::new(stream).poll_write(cx, from),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(stream) => Pin::new(stream).poll_flush(cx),
            Self::Port(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Port(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
