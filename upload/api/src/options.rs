use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// The upload API: access tokens in, credentials for one prefix of one bucket out.
#[derive(Clone, Debug, Parser)]
#[command(name = "cloister-upload-api", version)]
pub struct Options {
    /// Where the API is served. Without TLS only on loopback.
    #[arg(long, env = "CLOISTER_UPLOAD_LISTEN", default_value = "127.0.0.1:9443")]
    pub listen: SocketAddr,
    /// Where metrics and health are served, in plain HTTP: for the cluster, not for clients.
    #[arg(long, env = "CLOISTER_UPLOAD_METRICS_LISTEN", default_value = "127.0.0.1:9081")]
    pub metrics_listen: SocketAddr,
    /// The API's own name, in receipts: the URL that clients use.
    #[arg(long, env = "CLOISTER_UPLOAD_NAME")]
    pub name: String,
    /// The identity provider that signs access tokens: its issuer URL.
    #[arg(long, env = "CLOISTER_UPLOAD_ISSUER")]
    pub issuer: String,
    /// The audience that a token must be for.
    #[arg(long, env = "CLOISTER_UPLOAD_AUDIENCE", default_value = "cloister-upload")]
    pub audience: String,
    /// The claim that holds the caller's groups.
    #[arg(long, env = "CLOISTER_UPLOAD_GROUPS_CLAIM", default_value = "groups")]
    pub groups_claim: String,
    /// Values of `acr` that prove a second factor, separated by commas.
    #[arg(long, env = "CLOISTER_UPLOAD_MFA_ACR", value_delimiter = ',')]
    pub mfa_acr: Vec<String>,
    /// Values of `amr` that prove a second factor, separated by commas (RFC 8176). Default with no --mfa-acr: mfa.
    #[arg(long, env = "CLOISTER_UPLOAD_MFA_AMR", value_delimiter = ',')]
    pub mfa_amr: Vec<String>,
    /// The client id by which the command line tool logs in. Another than the audience: an ID token is for the client.
    #[arg(long, env = "CLOISTER_UPLOAD_CLIENT_ID", default_value = "cloister-upload-cli")]
    pub client_id: String,
    /// Scopes that it asks for, separated by commas.
    #[arg(
        long,
        env = "CLOISTER_UPLOAD_SCOPES",
        value_delimiter = ',',
        default_value = "openid,offline_access"
    )]
    pub scopes: Vec<String>,
    /// Certificate chain in PEM. Read anew when it changes.
    #[arg(long, env = "CLOISTER_UPLOAD_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key in PEM.
    #[arg(long, env = "CLOISTER_UPLOAD_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The key that signs receipts: PKCS#8 PEM of P-256 or Ed25519.
    #[arg(long, env = "CLOISTER_UPLOAD_RECEIPT_KEY")]
    pub receipt_key: PathBuf,
    /// Where audit records are appended, one JSON line each. Left out: standard output.
    #[arg(long, env = "CLOISTER_UPLOAD_AUDIT_LOG")]
    pub audit_log: Option<PathBuf>,
    /// Requests of one user in a second.
    #[arg(long, env = "CLOISTER_UPLOAD_USER_RATE", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub user_rate: u32,
    /// Requests of one user at once after a rest.
    #[arg(long, env = "CLOISTER_UPLOAD_USER_BURST", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub user_burst: u32,
    /// Refused tokens from one address in a second; beyond that its requests are turned away unread.
    #[arg(long, env = "CLOISTER_UPLOAD_REFUSED_RATE", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub refused_rate: u32,
    /// Refused tokens from one address at once after a rest.
    #[arg(long, env = "CLOISTER_UPLOAD_REFUSED_BURST", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub refused_burst: u32,
    /// Requests under way at a time; what comes on top is told to come back.
    #[arg(long, env = "CLOISTER_UPLOAD_AT_ONCE", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub at_once: u32,
    /// Connections at a time; what comes on top waits.
    #[arg(long, env = "CLOISTER_UPLOAD_CONNECTIONS", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub connections: u32,
    #[arg(long, env = "CLOISTER_UPLOAD_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Text,
}
