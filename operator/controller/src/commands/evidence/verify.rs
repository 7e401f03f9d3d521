//! `cloister evidence verify`: whether a document out of the audit bucket is as the operator wrote it. Needs nothing but files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::commands::Complaint;
use crate::evidence::hex;

#[derive(Args)]
pub struct Options {
    /// The JSON or the page, as it is in the audit bucket.
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// The public key. Left out: those that lie beside the file. Who doubts them asks KMS: `aws kms get-public-key`.
    #[arg(long, value_name = "PEM")]
    public_key: Option<PathBuf>,
    /// The signature, of one file. Left out: the one beside it that bears its SHA-256, as in the bucket.
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<ExitCode, Complaint> {
    if options.signature.is_some() && options.file.len() > 1 {
        return Err("--signature is of one file: name one".into());
    }
    let mut out = std::io::stdout().lock();
    let mut good = true;
    for file in &options.file {
        match verify(file, options)? {
            Ok(key) => writeln!(out, "{}: verified by {}", file.display(), key.display())?,
            Err(why) => {
                good = false;
                writeln!(out, "{}: NOT verified: {why}", file.display())?;
            }
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// The key that verifies it, or why none does.
fn verify(file: &Path, options: &Options) -> Result<Result<PathBuf, String>, Complaint> {
    let text = read(file)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let signature = options.signature.clone();
    let signature = signature.unwrap_or_else(|| folder.join(format!("{}.sig", hex(&Sha256::digest(&text)))));
    if options.signature.is_none() && !signature.exists() {
        return Ok(Err(format!(
            "there is no {}: it was changed, or its signature is elsewhere",
            signature.display()
        )));
    }
    let (signature, keys) = (read(&signature)?, keys(folder, options)?);
    for key in keys {
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, der(&key)?);
        if public.verify(&text, &signature).is_ok() {
            return Ok(Ok(key));
        }
    }
    Ok(Err("the signature is not of this file by that key".to_owned()))
}

fn keys(folder: &Path, options: &Options) -> Result<Vec<PathBuf>, Complaint> {
    if let Some(key) = &options.public_key {
        return Ok(vec![key.clone()]);
    }
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(here)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(format!("no public key lies in {}: name it with --public-key", here.display()).into());
    }
    Ok(found)
}

/// What a PEM of a public key holds.
fn der(file: &Path) -> Result<Vec<u8>, Complaint> {
    let text = String::from_utf8(read(file)?).map_err(|_| format!("{} is not a PEM", file.display()))?;
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = BASE64_STANDARD.decode(body);
    der.map_err(|_| format!("{} is not a PEM of a public key", file.display()).into())
}

fn read(file: &Path) -> Result<Vec<u8>, Complaint> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()).into())
}
