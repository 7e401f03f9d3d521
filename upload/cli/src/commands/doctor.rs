//! `doctor`: what is needed, looked at one by one, with what to do where it fails.

use std::sync::Arc;

use super::connection::{Connection, api, api_url};
use crate::failure::{Failure, Kind};
use crate::home::{self, Home};
use crate::http;
use crate::login::issuer;
use crate::login::store::Store;
use crate::options::Common;
use crate::tell::Teller;

struct Findings {
    teller: Arc<Teller>,
    first: Option<Failure>,
}

impl Findings {
    fn look<T>(&mut self, what: &str, found: Result<T, Failure>) -> Option<T> {
        let (is_good, text) = match &found {
            Ok(_) => (true, String::new()),
            Err(failure) => (false, failure.text.clone()),
        };
        let mark = if is_good { "ok  " } else { "FAIL" };
        let more = if text.is_empty() { String::new() } else { format!("\n     {text}") };
        let finding = serde_json::json!({"check": what, "ok": is_good, "problem": text});
        self.teller.json_or(&finding, &format!("{mark} {what}{more}"));
        found.map_err(|failure| self.first.get_or_insert(failure).kind).ok()
    }

    fn end(self) -> Result<(), Failure> {
        self.first.map_or(Ok(()), |failure| Err(failure.kind.because("something does not work; see above")))
    }
}

pub async fn run(common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let mut findings = Findings { teller: Arc::clone(&teller), first: None };
    let Some(home) = findings.look("a home directory", Home::find()) else { return findings.end() };
    findings.look(&format!("writing to {}", home.config.display()), writable(&home.config));
    findings.look(&format!("writing to {}", home.state.display()), writable(&home.state));
    let Some(url) = findings.look("the API is known", api_url(&home, &common)) else { return findings.end() };
    keychain(&teller);
    let Some(client) = findings.look("TLS and proxy", http::client_for_api(&common.network)) else {
        return findings.end();
    };
    let anonymous = api(&url, client.clone(), None, &common, &teller);
    let Some(anonymous) = findings.look("the API's address", anonymous) else { return findings.end() };
    let discovery = findings.look(&format!("the API answers at {url}"), anonymous.discovery().await);
    if let Some(discovery) = discovery {
        let found = issuer::metadata(&client, &discovery.issuer).await;
        findings.look(&format!("the identity provider answers at {}", discovery.issuer), found);
        if let Some(connection) = findings.look("a login", Connection::open(&common, &teller).await) {
            let buckets = connection.api.buckets().await.and_then(|buckets| {
                let none =
                    "you are logged in, but no bucket lets you upload: ask who declares the IngestBuckets";
                if buckets.is_empty() { Err(Kind::Refused.because(none)) } else { Ok(buckets) }
            });
            findings.look("a bucket that you may upload into", buckets);
        }
    }
    findings.end()
}

fn writable(directory: &std::path::Path) -> Result<(), Failure> {
    let probe = directory.join(".probe");
    home::replace(&probe, b"")?;
    std::fs::remove_file(&probe).map_err(|error| Kind::Local.because(format!("{}: {error}", probe.display())))
}

/// Its absence is no fault: the login is kept in a file then.
fn keychain(teller: &Teller) {
    if let Err(why) = Store::keychain() {
        let finding = serde_json::json!({"check": "keychain", "ok": true, "problem": why});
        teller.json_or(
            &finding,
            &format!("ok   a file of this user's keeps the login, since there is no keychain: {why}"),
        );
    }
}
