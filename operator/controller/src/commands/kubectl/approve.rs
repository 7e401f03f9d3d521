use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::{Kind, Target, Wish, change, meaning, proposal};
use cloister_crds::RedshiftSchema;
use serde_json::Value;

use super::patch;
use crate::commands::Complaint;
use crate::commands::access::Place;

#[derive(Args)]
pub struct Options {
    /// RedshiftSchema/NAME, or its name alone.
    object: String,
    #[command(flatten)]
    place: Place,
    /// Approve the plan with this hash without being asked; another one is not approved.
    #[arg(long, value_name = "HASH")]
    yes: Option<String>,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    let target = Target::read(&options.object, Kind::RedshiftSchema)?;
    if target.kind != Kind::RedshiftSchema {
        return Err(format!("{} has no plan to approve: name a RedshiftSchema", target.kind).into());
    }
    let (client, namespace) = options.place.connect().await?;
    let (object, _) = patch::read(&target, &namespace, &client).await?;
    let schema: RedshiftSchema = serde_json::from_value(object.clone())?;
    let proposal = proposal(&schema)?;
    let mut out = std::io::stdout().lock();
    write!(out, "{}", proposal.text)?;
    match &options.yes {
        Some(hash) if *hash != proposal.hash => {
            return Err(format!(
                "the plan is {} by now, not {hash}: read it, and approve that",
                proposal.hash
            )
            .into());
        }
        Some(_) => {}
        None => {
            write!(out, "Approve plan {}? [y/N] ", proposal.hash)?;
            out.flush()?;
            if !is_yes()? {
                writeln!(out, "Nothing was approved.")?;
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    let wish = Wish::Approve(&proposal.hash);
    // Approval of a plan that is another by now is no approval: its hash is not that plan's.
    let decide = |object: &Value, tenant: Option<&Value>| Ok(change(target.kind, object, tenant, wish)?);
    let Some(change) = patch::write(&target, &namespace, &client, decide).await? else {
        writeln!(out, "{} is approved already", proposal.hash)?;
        return Ok(ExitCode::SUCCESS);
    };
    writeln!(
        out,
        "{} of {} {} is {}: {}",
        change.field,
        change.kind,
        change.name,
        proposal.hash,
        meaning(target.kind, wish)
    )?;
    if let Some(keeper) = &change.keeper {
        writeln!(out, "note: {keeper}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn is_yes() -> Result<bool, Complaint> {
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
