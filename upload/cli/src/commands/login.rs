//! `login` and `logout`.

use std::sync::Arc;

use clap::Args;
use reqwest::Client;

use super::connection::{api, api_url, new_login, remember};
use crate::failure::Failure;
use crate::home::Home;
use crate::http;
use crate::login::issuer::{self, post};
use crate::login::store::{Login, Store};
use crate::login::{self, blocking, device};
use crate::options::Common;
use crate::tell::{Event, Teller};

#[derive(Args)]
pub struct Options {
    /// Start no browser, only say where to go.
    #[arg(long)]
    no_browser: bool,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let url = api_url(&home, &common)?;
    let client = http::client_for_api(&common.network)?;
    let anonymous = api(&url, client.clone(), None, &common, &teller)?;
    let discovery = anonymous.discovery().await?;
    let metadata = issuer::metadata(&client, &discovery.issuer).await?;
    let mut login = new_login(&discovery, &metadata);
    let granted = if let Some(id) = &common.unattended.client_id {
        login.client_id.clone_from(id);
        let file = common.unattended.client_secret_file.as_ref();
        login.client_secret_file = file.and_then(|path| std::path::absolute(path).ok());
        login.unattended = true;
        login::client_credentials(&client, &login).await?
    } else {
        device::log_in(&client, &metadata, &login, !options.no_browser, &teller).await?
    };
    login::take(&mut login, granted);
    let store = Store::new(&home, &url, common.token_store);
    blocking(move || {
        let _lock = store.lock()?;
        store.save(&login)
    })
    .await?;
    remember(&home, &url)?;
    teller.event(&Event::LoggedIn { api: &url });
    teller.note(&format!("Logged in at {}.", discovery.issuer));
    Ok(())
}

pub async fn log_out(common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let home = Home::find()?;
    let url = api_url(&home, &common)?;
    let store = Store::new(&home, &url, common.token_store);
    let kept = Arc::clone(&store);
    let login = blocking(move || kept.load()).await.ok().flatten();
    let forgotten = blocking(move || {
        let _lock = store.lock()?;
        store.forget()
    })
    .await?;
    if let Some(login) = login {
        revoke(&http::client_for_api(&common.network)?, &login, &teller).await;
    }
    teller.note(if forgotten { "Logged out." } else { "Nobody was logged in." });
    Ok(())
}

/// RFC 7009. What is forgotten here is gone; that the provider forgets it too is asked for once.
async fn revoke(client: &Client, login: &Login, teller: &Teller) {
    let (Some(endpoint), Some(token)) = (&login.revocation_endpoint, &login.refresh_token) else { return };
    let form = [("token", token.as_str()), ("client_id", &login.client_id)];
    if let Err(failure) = post::<serde_json::Value>(client, endpoint, None, &form).await
        && failure.kind == crate::failure::Kind::Network
    {
        teller.note(&format!("The identity provider was not told: {}", failure.text));
    }
}
