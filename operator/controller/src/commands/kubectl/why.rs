use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::why::explain;
use cloister_core::kubectl::{Kind, Target};

use super::{Output, world};
use crate::commands::Complaint;
use crate::commands::access::Place;

#[derive(Args)]
pub struct Options {
    /// KIND/NAME with kinds and short names as kubectl knows them, such as ep/load-claims; a name alone is a tenant's.
    object: String,
    #[command(flatten)]
    place: Place,
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    let target = Target::read(&options.object, Kind::ClientTenant)?;
    let (client, namespace) = options.place.connect().await?;
    let world = world::around(&target, &namespace, &client).await?;
    let Some(answer) = explain(&world, &target, &namespace) else {
        let label = target.label(&namespace);
        let place = if target.kind.is_namespaced() { format!(" -n {namespace}") } else { String::new() };
        let listing = format!("kubectl get {}s{place}", target.kind.name().to_lowercase());
        return Err(format!("{label} does not exist, or you may not read it: name one of {listing}").into());
    };
    let mut out = std::io::stdout().lock();
    match options.output {
        Output::Text => write!(out, "{}", answer.show())?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?,
    }
    Ok(ExitCode::SUCCESS)
}
