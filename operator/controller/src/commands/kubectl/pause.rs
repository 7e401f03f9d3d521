use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::{Change, Kind, Target, Wish, change, meaning};
use serde_json::Value;

use super::patch;
use crate::commands::Complaint;
use crate::commands::access::Place;

#[derive(Args)]
pub struct Options {
    /// KIND/NAME, such as ct/acme-health or ep/load-claims; a name alone is a tenant's.
    object: String,
    #[command(flatten)]
    place: Place,
    /// Also where somebody else keeps the field, and will put it back.
    #[arg(long)]
    force: bool,
}

pub async fn run(options: Options, wish: Wish<'_>) -> Result<ExitCode, Complaint> {
    let target = Target::read(&options.object, Kind::ClientTenant)?;
    let (client, namespace) = options.place.connect().await?;
    let (label, done) = (target.label(&namespace), if wish == Wish::Pause { "paused" } else { "resumed" });
    let decide = |object: &Value, tenant: Option<&Value>| {
        let change = change(target.kind, object, tenant, wish)?;
        match change.as_ref().and_then(kept).filter(|_| !options.force) {
            Some(kept) => Err(format!("{kept}. --force writes it all the same").into()),
            None => Ok(change),
        }
    };
    let written = patch::write(&target, &namespace, &client, decide).await?;
    let mut out = std::io::stdout().lock();
    let Some(change) = written else {
        writeln!(out, "{label} is {done} already")?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(kept) = kept(&change) {
        eprintln!("warning: {kept}");
    }
    writeln!(
        out,
        "{label} is {done} ({} of {} {}): {}",
        change.field,
        change.kind,
        change.name,
        meaning(target.kind, wish)
    )?;
    Ok(ExitCode::SUCCESS)
}

fn kept(change: &Change) -> Option<String> {
    let keeper = change.keeper.as_ref()?;
    Some(format!("{} of {} {}: {keeper}", change.field, change.kind, change.name))
}
