use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// The door: an OpenID Connect proxy in front of one application, in the same pod.
#[derive(Clone, Debug, Parser)]
#[command(name = "cloister-door", version)]
pub struct Options {
    /// What the operator has written.
    #[arg(long, env = "CLOISTER_DOOR_CONFIG", default_value = "/etc/cloister/door/door.json")]
    pub config: PathBuf,
    /// The pod's address: where it listens unless --listen and --metrics-listen say otherwise.
    #[arg(long, env = "POD_IP", default_value = "127.0.0.1")]
    pub pod_ip: IpAddr,
    /// The pod's name, in the access log.
    #[arg(long, env = "POD_NAME", default_value = "door")]
    pub pod_name: String,
    /// Where users are served, with TLS. Default: port 8443 of the pod's address.
    #[arg(long, env = "CLOISTER_DOOR_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where metrics and health are served, in plain HTTP. Default: port 9090 of the pod's address.
    #[arg(long, env = "CLOISTER_DOOR_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Seconds after which access records are shipped.
    #[arg(long, env = "CLOISTER_DOOR_SHIP_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub ship_seconds: u64,
    /// Bytes of access records at which they are shipped earlier.
    #[arg(long, env = "CLOISTER_DOOR_SHIP_BYTES", default_value_t = 4 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub ship_bytes: u64,
    /// Bytes of access records that may wait; beyond that nothing is served, as nothing could be recorded.
    #[arg(long, env = "CLOISTER_DOOR_SPOOL_BYTES", default_value_t = 512 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub spool_bytes: u64,
    /// Failed sign-ins of one address or user that lock it out.
    #[arg(long, env = "CLOISTER_DOOR_LOCKOUT_FAILURES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub lockout_failures: u64,
    /// Seconds within which they count.
    #[arg(long, env = "CLOISTER_DOOR_LOCKOUT_WINDOW_SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub lockout_window_seconds: u64,
    /// Seconds for which it stays locked out.
    #[arg(long, env = "CLOISTER_DOOR_LOCKOUT_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    pub lockout_seconds: u64,
    /// Requests of one address in a second that are no user's; beyond that they are turned away unread.
    #[arg(long, env = "CLOISTER_DOOR_STRANGER_RATE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub stranger_rate: u32,
    /// Such requests of one address at once after a rest.
    #[arg(long, env = "CLOISTER_DOOR_STRANGER_BURST", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub stranger_burst: u32,
    /// Seconds that the application may take to begin an answer.
    #[arg(long, env = "CLOISTER_DOOR_UPSTREAM_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub upstream_seconds: u64,
    /// Connections at a time; what comes on top waits.
    #[arg(long, env = "CLOISTER_DOOR_CONNECTIONS", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub connections: u32,
    #[arg(long, env = "CLOISTER_DOOR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Text,
}

impl Options {
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::new(self.pod_ip, 8443))
    }

    #[must_use]
    pub fn metrics_listen(&self) -> SocketAddr {
        self.metrics_listen.unwrap_or_else(|| SocketAddr::new(self.pod_ip, 9090))
    }
}
