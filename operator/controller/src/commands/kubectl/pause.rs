use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::{Kind, Target, Wish, change, meaning};

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
    let (object, tenant) = patch::read(&target, &namespace, &client).await?;
    let (label, done) = (target.label(&namespace), if wish == Wish::Pause { "paused" } else { "resumed" });
    let mut out = std::io::stdout().lock();
    let Some(change) = change(target.kind, &object, tenant.as_ref(), wish)? else {
        writeln!(out, "{label} is {done} already")?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(keeper) = &change.keeper {
        if !options.force {
            return Err(format!(
                "{} of {} {}: {keeper}. --force writes it all the same",
                change.field, change.kind, change.name
            )
            .into());
        }
        eprintln!("warning: {} of {} {}: {keeper}", change.field, change.kind, change.name);
    }
    patch::send(&change, &namespace, &client).await?;
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
