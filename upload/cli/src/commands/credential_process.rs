//! `credential-process`: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::connection::Connection;
use crate::api::types::{Credentials, Target};
use crate::failure::{Failure, Kind, Locally};
use crate::home;
use crate::options::{Common, To};
use crate::tell::{self, Teller};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    to: To,
    /// How long they hold, in seconds.
    #[arg(long, value_parser = clap::value_parser!(u32).range(900..=3600), value_name = "SECONDS")]
    duration: Option<u32>,
    /// Begin a new upload, with a new prefix, instead of going on with the last one of this bucket.
    #[arg(long)]
    new: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    version: u8,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

pub async fn run(options: Options, common: Common, teller: Arc<Teller>) -> Result<(), Failure> {
    let connection = Connection::open(&common, &teller).await?;
    let target = connection.target(&options.to).await?;
    let remembered = connection.home.state.join(name(&connection.api_url, &target));
    let last = if options.new { None } else { home::read(&remembered)? };
    let credentials = match last {
        Some(id) => match connection.api.renew(&id, options.duration).await {
            Ok(credentials) => Some(credentials),
            // It was completed or given up meanwhile.
            Err(failure) if failure.kind == Kind::Refused => None,
            Err(failure) => return Err(failure),
        },
        None => None,
    };
    let credentials = if let Some(credentials) = credentials {
        credentials
    } else {
        let opened = connection.api.open(&target, options.duration).await?;
        home::replace(&remembered, opened.upload_id.as_bytes())?;
        teller.note(&format!("They are for s3://{}/{}", opened.s3.bucket, opened.s3.prefix));
        opened.credentials
    };
    print(credentials)
}

fn print(credentials: Credentials) -> Result<(), Failure> {
    let output = Output {
        version: 1,
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        session_token: credentials.session_token,
        expiration: credentials.expiration.to_string(),
    };
    tell::json(&serde_json::to_value(output).locally(|| "writing the credentials".into())?);
    Ok(())
}

fn name(api: &str, target: &Target) -> String {
    let text = format!("{api}\n{}\n{}", target.tenant, target.bucket);
    format!("credential-process-{:016x}", crc_fast::crc64_nvme(text.as_bytes()))
}
