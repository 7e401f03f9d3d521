//! `cloister-upload`: files of clients who have no AWS account, straight to S3.

mod api;
mod checksum;
mod commands;
mod failure;
mod home;
mod http;
mod login;
mod options;
mod plan;
mod receipt;
mod retry;
mod s3;
mod send;
mod size;
mod state;
mod tell;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use self::failure::{EXIT_CODES, Failure, Kind};
use self::options::Common;
use self::tell::{Event, Teller};

#[derive(Parser)]
#[command(
    name = "cloister-upload",
    version,
    about = "Send files to your organisation's bucket on Cloister: log in, upload, keep the receipt",
    after_help = EXIT_CODES
)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Log in at your organisation's identity provider.
    Login(commands::login::Options),
    /// Forget the login.
    Logout,
    /// Send files, or standard input.
    Upload(commands::upload::Options),
    /// Send what was not sent before, or has changed since.
    Sync(commands::sync::Options),
    /// Go on with uploads that were interrupted.
    Resume(commands::resume::Options),
    /// Compare a receipt with the files that are here.
    Verify(commands::verify::Options),
    /// Say how far an upload has come.
    Status(commands::status::Options),
    /// List your uploads, or the buckets that you may upload into.
    Ls(commands::ls::Options),
    /// Give an upload up.
    Cancel(commands::cancel::Options),
    /// Find out why something does not work.
    Doctor,
    /// Print credentials for other tools, as `credential_process` of the AWS configuration wants them.
    CredentialProcess(commands::credential_process::Options),
    /// Print a completion script for a shell.
    Completion(commands::shell::Completion),
    /// Print the man page, or write one for each verb into a directory.
    Man(commands::shell::Man),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let teller = Arc::new(Teller::new(arguments.common.style()));
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Kind::Local.because(error.to_string()))
        .and_then(|runtime| {
            let result = runtime.block_on(until_interrupted(arguments, Arc::clone(&teller)));
            // A thread that waits for standard input would hold the process.
            runtime.shutdown_background();
            result
        });
    teller.end();
    let Err(failure) = result else { return ExitCode::SUCCESS };
    teller.event(&Event::Error { code: failure.kind.code(), message: &failure.text });
    eprintln!("error: {failure}");
    ExitCode::from(failure.kind.code())
}

async fn until_interrupted(arguments: Arguments, teller: Arc<Teller>) -> Result<(), Failure> {
    tokio::select! {
        result = run(arguments, teller) => result,
        () = interrupted() => Err(Kind::Interrupted.because("interrupted; `cloister-upload resume` goes on with what was begun")),
    }
}

async fn run(arguments: Arguments, teller: Arc<Teller>) -> Result<(), Failure> {
    let Arguments { common, verb } = arguments;
    match verb {
        Verb::Login(options) => commands::login::run(options, common, teller).await,
        Verb::Logout => commands::login::log_out(common, teller).await,
        Verb::Upload(options) => commands::upload::run(options, common, teller).await,
        Verb::Sync(options) => commands::sync::run(options, common, teller).await,
        Verb::Resume(options) => commands::resume::run(options, common, teller).await,
        Verb::Verify(options) => commands::verify::run(options, common, teller).await,
        Verb::Status(options) => commands::status::run(options, common, teller).await,
        Verb::Ls(options) => commands::ls::run(options, common, teller).await,
        Verb::Cancel(options) => commands::cancel::run(options, common, teller).await,
        Verb::Doctor => commands::doctor::run(common, teller).await,
        Verb::CredentialProcess(options) => commands::credential_process::run(options, common, teller).await,
        Verb::Completion(options) => commands::shell::completion(&options),
        Verb::Man(options) => commands::shell::man(options),
    }
}

async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
