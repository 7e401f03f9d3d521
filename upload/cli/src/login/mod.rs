//! Who the user is: tokens, fetched, kept and refreshed.

pub mod device;
pub mod issuer;
pub mod store;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;

use self::issuer::{Granted, post};
use self::store::{Access, Login, Store};
use crate::api::not_logged_in;
use crate::failure::{Failure, Kind, Locally};

/// So long before its end a token is used no more: the API's clock may be ahead, and a request takes its time.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// Where the provider does not say how long a token holds.
const ASSUMED: SignedDuration = SignedDuration::from_mins(5);

/// Client credentials from options and environment, which go before a login that is kept.
#[derive(Debug, Clone, clap::Args)]
pub struct Unattended {
    /// Log in without a person: the client's id at the identity provider.
    #[arg(long, global = true, env = "CLOISTER_UPLOAD_CLIENT_ID", value_name = "ID")]
    pub client_id: Option<String>,
    /// File with the secret of --client-id. Without it CLOISTER_UPLOAD_CLIENT_SECRET is taken.
    #[arg(long, global = true, env = "CLOISTER_UPLOAD_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
}

pub fn client_secret(file: Option<&PathBuf>) -> Result<String, Failure> {
    let secret = match file {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            Kind::Usage.because(format!("--client-secret-file {}: {error}", path.display()))
        })?,
        None => std::env::var("CLOISTER_UPLOAD_CLIENT_SECRET").unwrap_or_default(),
    };
    let secret = secret.trim_end_matches(['\r', '\n']).to_owned();
    if secret.is_empty() {
        return Err(Kind::Usage.because(
            "--client-id: has no secret; name a file with --client-secret-file, or set CLOISTER_UPLOAD_CLIENT_SECRET",
        ));
    }
    Ok(secret)
}

pub struct Session {
    http: Client,
    /// None for client credentials that came with the command, of which nothing is kept.
    store: Option<Arc<Store>>,
    /// None until it is read; the lock also makes all requests wait for one refresh.
    held: tokio::sync::Mutex<Option<Login>>,
}

impl Session {
    pub fn kept(http: Client, store: Arc<Store>) -> Self {
        Self { http, store: Some(store), held: tokio::sync::Mutex::default() }
    }

    pub fn given(http: Client, login: Login) -> Self {
        Self { http, store: None, held: tokio::sync::Mutex::new(Some(login)) }
    }

    pub async fn token(&self) -> Result<String, Failure> {
        let mut held = self.held.lock().await;
        if let (None, Some(store)) = (held.as_ref(), self.store.clone()) {
            *held = blocking(move || store.load()).await?;
        }
        let login = held.as_ref().ok_or_else(not_logged_in)?;
        if let Some(token) = valid(login) {
            return Ok(token);
        }
        let fresh = self.refresh(login, None).await?;
        let token = fresh.access.as_ref().map(|access| access.token.clone()).ok_or_else(not_logged_in)?;
        *held = Some(fresh);
        Ok(token)
    }

    /// The API does not take this token; whether there is a reason to believe that another would do.
    pub async fn reject(&self, token: &str) -> Result<bool, Failure> {
        let mut held = self.held.lock().await;
        let Some(login) = held.as_ref() else { return Ok(false) };
        if login.access.as_ref().is_some_and(|access| access.token != token) {
            return Ok(true);
        }
        if login.refresh_token.is_none() && !login.unattended {
            return Ok(false);
        }
        let fresh = self.refresh(login, Some(token)).await?;
        *held = Some(fresh);
        Ok(true)
    }

    /// By what is kept, which another process may have refreshed meanwhile.
    async fn refresh(&self, held: &Login, rejected: Option<&str>) -> Result<Login, Failure> {
        let Some(store) = self.store.clone() else {
            let mut login = held.clone();
            take(&mut login, client_credentials(&self.http, held).await?);
            return Ok(login);
        };
        let opened = Arc::clone(&store);
        let (lock, kept) = blocking(move || Ok((opened.lock()?, opened.load()?))).await?;
        let mut login = kept.ok_or_else(not_logged_in)?;
        if valid(&login).is_some_and(|token| Some(token.as_str()) != rejected) {
            return Ok(login);
        }
        let granted = if login.unattended {
            client_credentials(&self.http, &login).await?
        } else {
            self.by_refresh_token(&login).await?
        };
        take(&mut login, granted);
        let keeping = login.clone();
        blocking(move || store.save(&keeping)).await?;
        drop(lock);
        Ok(login)
    }

    async fn by_refresh_token(&self, login: &Login) -> Result<Granted, Failure> {
        let Some(token) = &login.refresh_token else {
            return Err(Kind::NotLoggedIn.because("the login has ended: run `cloister-upload login`"));
        };
        let mut form =
            vec![("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", &login.client_id)];
        form.extend(login.resource.as_deref().map(|resource| ("resource", resource)));
        match post(&self.http, &login.token_endpoint, None, &form).await? {
            Ok(granted) => Ok(granted),
            Err(refusal) => {
                let text =
                    format!("the login has ended: run `cloister-upload login`; {}", refusal.failure().text);
                Err(Kind::NotLoggedIn.because(text))
            }
        }
    }
}

/// RFC 6749, section 4.4.
pub async fn client_credentials(http: &Client, login: &Login) -> Result<Granted, Failure> {
    let secret = client_secret(login.client_secret_file.as_ref())?;
    let scope = login.scopes.iter().filter(|scope| !personal(scope)).cloned().collect::<Vec<_>>().join(" ");
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(login.resource.as_deref().map(|resource| ("resource", resource)));
    if !scope.is_empty() {
        form.push(("scope", &scope));
    }
    match post(http, &login.token_endpoint, Some((&login.client_id, &secret)), &form).await? {
        Ok(granted) => Ok(granted),
        Err(refusal) => Err(refusal.failure()),
    }
}

/// Scopes that mean a person: providers refuse them without one.
fn personal(scope: &str) -> bool {
    matches!(scope, "openid" | "profile" | "email" | "offline_access")
}

pub fn take(login: &mut Login, granted: Granted) {
    let holds = granted.expires_in.map_or(ASSUMED, SignedDuration::from_secs);
    let used_for = holds - MARGIN.min(holds / 2);
    let use_until = Timestamp::now().checked_add(used_for).unwrap_or(Timestamp::MAX);
    login.access = Some(Access { token: granted.access_token, use_until });
    // A provider that does not rotate answers none, and the old one holds.
    if granted.refresh_token.is_some() {
        login.refresh_token = granted.refresh_token;
    }
}

fn valid(login: &Login) -> Option<String> {
    let access = login.access.as_ref()?;
    (access.use_until > Timestamp::now()).then(|| access.token.clone())
}

/// Keychains and locks wait for other programs.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.locally(|| "a thread".into())?
}
