//! Which API is meant, and who asks it.

use std::sync::Arc;

use reqwest::Client;
use serde::{Deserialize, Serialize};

use crate::api::types::{Discovery, Target};
use crate::api::{Api, not_logged_in};
use crate::failure::{Failure, Kind, Locally};
use crate::home::{self, Home};
use crate::http;
use crate::login::Session;
use crate::login::store::{Login, Store};
use crate::options::{Common, To};
use crate::tell::Teller;

const SETTINGS: &str = "settings.json";

/// What `login` remembers for the other verbs.
#[derive(Serialize, Deserialize)]
pub struct Settings {
    pub api: String,
}

pub fn remember(home: &Home, api: &str) -> Result<(), Failure> {
    let settings = Settings { api: api.to_owned() };
    let text = serde_json::to_vec(&settings).locally(|| "writing the settings".into())?;
    home::replace(&home.config.join(SETTINGS), &text)
}

/// Without a slash at its end, since it names the login.
pub fn api_url(home: &Home, common: &Common) -> Result<String, Failure> {
    let given = if let Some(api) = &common.api {
        api.clone()
    } else {
        let path = home.config.join(SETTINGS);
        let text = home::read(&path)?.ok_or_else(not_logged_in)?;
        let settings: Settings = serde_json::from_str(&text).locally(|| path.display().to_string())?;
        settings.api
    };
    let url = http::trusted("--api", &given)?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub struct Connection {
    pub home: Home,
    pub api_url: String,
    pub api: Arc<Api>,
}

impl Connection {
    /// As who is logged in, or as the client whose credentials came with the command.
    pub async fn open(common: &Common, teller: &Arc<Teller>) -> Result<Self, Failure> {
        let home = Home::find()?;
        let api_url = api_url(&home, common)?;
        Self::to(home, api_url, common, teller).await
    }

    /// To the API of an upload that was begun.
    pub async fn to(
        home: Home,
        api_url: String,
        common: &Common,
        teller: &Arc<Teller>,
    ) -> Result<Self, Failure> {
        let client = http::client_for_api(&common.network)?;
        let session = session(&home, &api_url, common, &client, teller).await?;
        let api = api(&api_url, client, Some(session), common, teller)?;
        Ok(Self { home, api_url, api: Arc::new(api) })
    }

    /// The one that is meant; where there is only one, it need not be named.
    pub async fn target(&self, to: &To) -> Result<Target, Failure> {
        if let (Some(tenant), Some(bucket)) = (&to.tenant, &to.bucket) {
            return Ok(Target { tenant: tenant.clone(), bucket: bucket.clone() });
        }
        let mut all = self.api.buckets().await?;
        let given =
            |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        all.retain(|target| given(&to.tenant, &target.tenant) && given(&to.bucket, &target.bucket));
        match all.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Kind::Refused
                .because("there is no bucket that you may upload into: see `cloister-upload ls --buckets`")),
            several => {
                let names: Vec<String> =
                    several.iter().map(|t| format!("--tenant {} --bucket {}", t.tenant, t.bucket)).collect();
                Err(Kind::Usage.because(format!("which bucket is meant? One of\n  {}", names.join("\n  "))))
            }
        }
    }
}

pub fn api(
    url: &str,
    client: Client,
    session: Option<Session>,
    common: &Common,
    teller: &Arc<Teller>,
) -> Result<Api, Failure> {
    let base = http::trusted("--api", url)?;
    Ok(Api::new(client, base, session, Arc::clone(teller), common.patience()))
}

async fn session(
    home: &Home,
    url: &str,
    common: &Common,
    client: &Client,
    teller: &Arc<Teller>,
) -> Result<Session, Failure> {
    let Some(client_id) = &common.unattended.client_id else {
        return Ok(Session::kept(client.clone(), Store::new(home, url, common.token_store)));
    };
    let anonymous = api(url, client.clone(), None, common, teller)?;
    let discovery = anonymous.discovery().await?;
    let metadata = crate::login::issuer::metadata(client, &discovery.issuer).await?;
    let mut login = new_login(&discovery, &metadata);
    login.client_id.clone_from(client_id);
    login.client_secret_file.clone_from(&common.unattended.client_secret_file);
    login.unattended = true;
    Ok(Session::given(client.clone(), login))
}

pub fn new_login(discovery: &Discovery, metadata: &crate::login::issuer::Metadata) -> Login {
    Login {
        issuer: discovery.issuer.clone(),
        token_endpoint: metadata.token_endpoint.clone(),
        revocation_endpoint: metadata.revocation_endpoint.clone(),
        client_id: discovery.client_id.clone(),
        scopes: discovery.scopes.clone(),
        resource: discovery.resource.clone(),
        client_secret_file: None,
        unattended: false,
        access: None,
        refresh_token: None,
        in_keychain: false,
    }
}
