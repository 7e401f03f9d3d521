//! What only a test may ask: the emulator's control API, and an administrator's view of the account.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use serde_json::Value;

use crate::world::ACCOUNT;

type Answer<T> = Result<T, Box<dyn Error>>;

/// `body` is JSON, or empty for a GET.
pub fn control(path: &str, body: &str) -> Answer<Value> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL")?;
    let host = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host)?;
    let (method, length) = (if body.is_empty() { "GET" } else { "POST" }, body.len());
    write!(
        stream,
        "{method} /_emulator{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    let status = head.lines().next().unwrap_or_default();
    if status.contains(" 200 ") { Ok(serde_json::from_str(body)?) } else { Err(body.into()) }
}

/// Changes of clusters take this long; none means that they end when somebody looks.
pub fn clusters_take(seconds: u32) -> Answer<()> {
    control("/redshift", &format!(r#"{{"default": {seconds}}}"#)).map(drop)
}

pub async fn administrator() -> Answer<SdkConfig> {
    session("admin").await
}

/// As what takes a role.
pub async fn session(role: &str) -> Answer<SdkConfig> {
    let found = control(&format!("/credentials?account={ACCOUNT}&role={role}"), "")?;
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    let credentials = Credentials::new(
        text("access_key_id"),
        text("secret_access_key"),
        Some(text("session_token")),
        None,
        "emulator",
    );
    let config = aws_config::defaults(BehaviorVersion::latest()).region(Region::new("us-east-1"));
    Ok(config.credentials_provider(credentials).load().await)
}
