//! RFC 8628: the user opens a page, on any device, and enters a code.

use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde::Deserialize;
use tokio::time::Instant;

use super::issuer::{Granted, Metadata, Refusal, post};
use super::store::Login;
use crate::failure::{Failure, Kind};
use crate::tell::{Event, Teller};

#[derive(Deserialize)]
struct Device {
    #[serde(rename = "device_code")]
    code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default)]
    verification_uri_complete: Option<String>,
    expires_in: u64,
    #[serde(default = "five")]
    interval: u64,
}

/// Section 3.2: the interval where none is said.
fn five() -> u64 {
    5
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub async fn log_in(
    http: &Client,
    metadata: &Metadata,
    login: &Login,
    browser: bool,
    teller: &Teller,
) -> Result<Granted, Failure> {
    let Some(endpoint) = &metadata.device_authorization_endpoint else {
        return Err(Kind::Refused.because(format!("{} offers no login by device code", metadata.issuer)));
    };
    let scope = login.scopes.join(" ");
    let mut form = vec![("client_id", login.client_id.as_str()), ("scope", &scope)];
    form.extend(login.resource.as_deref().map(|resource| ("resource", resource)));
    let device: Device = match post(http, endpoint, None, &form).await? {
        Ok(device) => device,
        Err(refusal) => return Err(refusal.failure()),
    };
    show(&device, browser, teller);
    wait(http, metadata, login, &device).await
}

fn show(device: &Device, browser: bool, teller: &Teller) {
    let complete_uri = device.verification_uri_complete.as_deref();
    teller.event(&Event::Verification {
        uri: &device.verification_uri,
        complete_uri,
        code: &device.user_code,
    });
    teller
        .note(&format!("Open {} and enter the code\n\n    {}\n", device.verification_uri, device.user_code));
    let page = complete_uri.unwrap_or(&device.verification_uri);
    if browser && !open(page) {
        teller.note("(no browser could be started here; any other device will do)");
    }
}

async fn wait(
    http: &Client,
    metadata: &Metadata,
    login: &Login,
    device: &Device,
) -> Result<Granted, Failure> {
    let ends = Instant::now() + Duration::from_secs(device.expires_in);
    let mut interval = Duration::from_secs(device.interval);
    let form = [("grant_type", GRANT), ("device_code", &device.code), ("client_id", &login.client_id)];
    loop {
        tokio::time::sleep(interval).await;
        if Instant::now() >= ends {
            return Err(Kind::NotLoggedIn
                .because("nobody entered the code in time: run `cloister-upload login` again"));
        }
        match post::<Granted>(http, &metadata.token_endpoint, None, &form).await {
            Ok(Ok(granted)) => return Ok(granted),
            Ok(Err(refusal)) => interval += slower(&refusal)?,
            // Section 3.5: a connection that fails is asked less often, too.
            Err(failure) if failure.kind == Kind::Network => {
                interval = (interval * 2).clamp(Duration::from_secs(1), Duration::from_mins(1));
            }
            Err(failure) => return Err(failure),
        }
    }
}

fn slower(refusal: &Refusal) -> Result<Duration, Failure> {
    match refusal.error.as_str() {
        "authorization_pending" => Ok(Duration::ZERO),
        "slow_down" => Ok(Duration::from_secs(5)),
        "expired_token" => {
            Err(Kind::NotLoggedIn
                .because("nobody entered the code in time: run `cloister-upload login` again"))
        }
        "access_denied" => Err(Kind::Refused.because("the login was declined")),
        _ => Err(refusal.failure()),
    }
}

/// Only a web page: what the provider answers must not start other programs.
fn open(page: &str) -> bool {
    if !page.starts_with("https://") && !page.starts_with("http://") {
        return false;
    }
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusals_of_section_3_5_are_told_apart() {
        let refusal = |error: &str| Refusal { error: error.into(), error_description: String::new() };
        assert_eq!(slower(&refusal("authorization_pending")).unwrap(), Duration::ZERO);
        assert_eq!(slower(&refusal("slow_down")).unwrap(), Duration::from_secs(5));
        assert_eq!(slower(&refusal("access_denied")).unwrap_err().kind, Kind::Refused);
        assert_eq!(slower(&refusal("expired_token")).unwrap_err().kind, Kind::NotLoggedIn);
    }

    #[test]
    fn no_other_program_is_started() {
        for page in ["file:///etc/passwd", "calc.exe", "javascript:alert(1)", "-x"] {
            assert!(!open(page), "{page}");
        }
    }
}
