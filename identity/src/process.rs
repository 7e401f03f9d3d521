//! What a program does when it begins and when it is told to end.

use tokio::signal::unix::{SignalKind, signal};

use crate::Complaint;

/// On standard error: standard output may be the audit record.
pub fn log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CLOISTER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { builder.json().init() } else { builder.init() }
}

/// Comes when the process is told to end.
pub fn stop_signal() -> Result<impl Future<Output = ()>, Complaint> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests under way come to their end");
    })
}
