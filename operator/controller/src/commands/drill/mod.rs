//! `cloister drill`: the newest copy of a tenant's warehouse is restored, compared with the live one, and removed.

mod check;
mod course;
mod objects;
mod record;
mod remove;
mod render;
mod subject;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cloister_core::drill::Verdict;
use jiff::Timestamp;

use super::Complaint;
use super::access::Access;
use course::Course;
use subject::Subject;

#[derive(Args)]
pub struct Options {
    /// Name of the ClientTenant, as it is in the cluster.
    tenant: String,
    /// Leave the restored cluster standing, for a look by hand; `--remove` removes it then.
    #[arg(long)]
    keep: bool,
    /// Only remove scratch clusters that earlier drills of this tenant left.
    #[arg(long, conflicts_with = "keep")]
    remove: bool,
    /// The most hours that the newest copy may be old. Redshift takes snapshots every 8 hours.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(1..=8760))]
    oldest_hours: i64,
    /// Cluster subnet group in the recovery region; its default VPC where none is named.
    #[arg(long)]
    subnet_group: Option<String>,
    /// Id of a security group there. May be given more than once; the VPC's default one where none is.
    #[arg(long = "security-group")]
    security_groups: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    let subject = Box::pin(Subject::find(&options.tenant, &options.access)).await?;
    let left = subject.scratch_clusters().await?;
    if options.remove {
        return remove::all(&subject, &left).await;
    }
    if let Some(name) = left.first() {
        return Err(format!(
            "{name} stands in {}: another drill of {} is running, or left it; cloister drill {} --remove removes it",
            subject.recovery_region, options.tenant, options.tenant
        )
        .into());
    }
    let began = Timestamp::from_second(Timestamp::now().as_second())?;
    let report = Course::begin(&subject, &options, began).run().await?;
    let recorded = record::write(&subject, &report).await;
    render::print(&report, options.format)?;
    recorded?;
    Ok(match report.result {
        Verdict::Matched if report.is_good() => ExitCode::SUCCESS,
        Verdict::Matched | Verdict::Differs | Verdict::Empty => ExitCode::from(2),
        Verdict::Refused | Verdict::Failed | Verdict::Interrupted => ExitCode::FAILURE,
    })
}

/// To people, while they wait; the report itself goes to standard output.
fn say(text: &str) {
    eprintln!("{text}");
}
