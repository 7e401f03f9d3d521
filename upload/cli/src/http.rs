//! The two HTTP clients: one for the API and the identity provider, one for S3.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Proxy, Url};

use crate::failure::{Failure, Kind};

const CONNECT: Duration = Duration::from_secs(10);
/// S3 closes a connection that idles; one that we believe open costs a failed request.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html>
const IDLE: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, clap::Args)]
pub struct NetworkOptions {
    /// PEM file of authorities to trust beside the system's, for instance of a proxy that opens TLS.
    #[arg(long, global = true, value_name = "FILE", env = "CLOISTER_UPLOAD_CA_BUNDLE")]
    pub ca_bundle: Option<PathBuf>,
    /// Proxy for everything, http://, https:// or socks5://. Without it HTTPS_PROXY, ALL_PROXY and NO_PROXY hold.
    #[arg(long, global = true, value_name = "URL", env = "CLOISTER_UPLOAD_PROXY")]
    pub proxy: Option<String>,
}

pub fn client_for_api(options: &NetworkOptions) -> Result<Client, Failure> {
    build(builder(options)?.timeout(Duration::from_mins(1)))
}

pub fn client_for_s3(options: &NetworkOptions, connections: usize) -> Result<Client, Failure> {
    build(builder(options)?.pool_max_idle_per_host(connections))
}

fn builder(options: &NetworkOptions) -> Result<ClientBuilder, Failure> {
    // Nobody whom we talk to redirects, and whoever would should not get our tokens.
    let mut builder = Client::builder()
        .http1_only()
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(Duration::from_secs(15))
        .user_agent(concat!("cloister-upload/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &options.ca_bundle {
        let wrong = |error: String| Kind::Usage.because(format!("--ca-bundle {}: {error}", path.display()));
        let text = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let found = Certificate::from_pem_bundle(&text).map_err(|error| wrong(error.to_string()))?;
        if found.is_empty() {
            return Err(wrong("holds no certificate in PEM".into()));
        }
        builder = builder.tls_certs_merge(found);
    }
    if let Some(proxy) = &options.proxy {
        let proxy = Proxy::all(proxy).map_err(|_| {
            Kind::Usage.because(
                "--proxy: is no URL; write http://host:port, https://host:port or socks5://host:port",
            )
        })?;
        builder = builder.proxy(proxy);
    }
    Ok(builder)
}

fn build(builder: ClientBuilder) -> Result<Client, Failure> {
    builder.build().map_err(|error| Kind::Local.because(format!("TLS: {}", whole(&error))))
}

/// Credentials travel to it, so it is HTTPS, or on this very machine.
pub fn trusted(what: &str, text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).map_err(|error| Kind::Usage.because(format!("{what} `{text}`: {error}")))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(Kind::Usage
            .because(format!("{what} `{text}`: must be https://, since credentials are sent to it"))),
    }
}

/// As rustls says it.
const DISTRUST: &str = "invalid peer certificate";

/// Whose certificate is not believed now is not believed later.
pub fn is_distrusted(error: &reqwest::Error) -> bool {
    whole(error).contains(DISTRUST)
}

/// reqwest says why only in the sources of its errors.
pub fn whole(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = inner.source();
    }
    if text.contains(DISTRUST) {
        text.push_str("; give an authority of your organisation's own, in PEM, by --ca-bundle FILE");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["https://api.example", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:9"] {
            assert!(trusted("--api", good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example",
            "http://10.0.0.1",
            "http://localhost.evil.example",
            "ftp://x",
            "file:///x",
            "x",
        ] {
            assert!(trusted("--api", bad).is_err(), "{bad}");
        }
    }
}
