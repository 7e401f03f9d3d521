//! What is kept of a login: in the system's keychain what is worth stealing for long, in a file the rest.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind, Locally};
use crate::home::{self, Home};

const SERVICE: &str = "cloister-upload";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// In the keychain where there is one, in a file of this user's otherwise.
    Auto,
    Keychain,
    File,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    pub issuer: String,
    pub token_endpoint: String,
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
    pub client_id: String,
    pub scopes: Vec<String>,
    /// RFC 8707: which API the tokens are for, where the provider has to be told.
    #[serde(default)]
    pub resource: Option<String>,
    /// Of an unattended login: where its secret is. The secret itself is never copied.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    #[serde(default)]
    pub unattended: bool,
    /// Ends within the hour or so, and spares the next command a refresh.
    #[serde(default)]
    pub access: Option<Access>,
    /// Where there is no keychain.
    #[serde(default)]
    pub refresh_token: Option<String>,
    #[serde(default)]
    pub in_keychain: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Access {
    pub token: String,
    pub use_until: jiff::Timestamp,
}

/// Of one API.
pub struct Store {
    path: PathBuf,
    api: String,
    keep: Keep,
}

impl Store {
    pub fn new(home: &Home, api: &str, keep: Keep) -> Arc<Self> {
        let name = format!("login-{:016x}.json", crc_fast::crc64_nvme(api.as_bytes()));
        Arc::new(Self { path: home.config.join(name), api: api.to_owned(), keep })
    }

    /// One process at a time refreshes: a refresh token that is used twice ends the login.
    pub fn lock(&self) -> Result<File, Failure> {
        let path = self.path.with_extension("lock");
        if let Some(directory) = path.parent() {
            home::make_private(directory)?;
        }
        let locking = || -> std::io::Result<File> {
            let file = home::private_file(OpenOptions::new().create(true).truncate(false).write(true))
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        locking().locally(|| format!("locking {}", path.display()))
    }

    pub fn load(&self) -> Result<Option<Login>, Failure> {
        let Some(text) = home::read(&self.path)? else { return Ok(None) };
        let mut login: Login = serde_json::from_str(&text)
            .locally(|| format!("{}: run `cloister-upload login` again", self.path.display()))?;
        if login.in_keychain {
            login.refresh_token = self.entry().and_then(|entry| entry.get_password()).ok();
        }
        Ok(Some(login))
    }

    pub fn save(&self, login: &Login) -> Result<(), Failure> {
        let mut kept = login.clone();
        kept.in_keychain = false;
        if let Some(token) = &login.refresh_token
            && self.keep != Keep::File
        {
            match self.entry().and_then(|entry| entry.set_password(token)) {
                Ok(()) => (kept.in_keychain, kept.refresh_token) = (true, None),
                Err(error) if self.keep == Keep::Keychain => {
                    return Err(Kind::Local.because(format!(
                        "the keychain: {error}; --token-store file keeps the login in {}",
                        self.path.display()
                    )));
                }
                Err(_) => {}
            }
        }
        let text = serde_json::to_vec(&kept).locally(|| "writing the login".into())?;
        home::replace(&self.path, &text)
    }

    pub fn forget(&self) -> Result<bool, Failure> {
        let in_keychain = self.load().ok().flatten().is_some_and(|login| login.in_keychain);
        if in_keychain && let Ok(entry) = self.entry() {
            let _ = entry.delete_credential();
        }
        match std::fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Kind::Local.because(format!("removing {}: {error}", self.path.display()))),
        }
    }

    /// Whether this system has a keychain that answers.
    pub fn keychain() -> Result<(), String> {
        keyring::v1::Entry::store_status().as_ref().map(|&()| ()).map_err(ToString::to_string)
    }

    fn entry(&self) -> keyring::v1::Result<keyring::v1::Entry> {
        keyring::v1::Entry::new(SERVICE, &self.api)
    }
}
