//! `cloister evidence`: what an auditor reads of a tenant, from a look at the live account.

mod certificate;
mod gather;
mod html;
mod markdown;
mod oscal;
mod records;
mod verify;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use cloister_core::evidence::{self, Exception, Report};

pub use gather::{Looks, look_at_home, look_at_tenant, of_home_report, of_tenant_report, others};
pub use records::{look_at_cluster_log, look_at_nodes, unread};

use super::Complaint;
use super::access::Access;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Name of the ClientTenant, as it is in the cluster. One that is called like a verb comes after `--`.
    #[arg(required_unless_present = "list")]
    tenant: Option<String>,
    /// `oscal` is NIST's OSCAL assessment results, in JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Md)]
    format: Format,
    /// YAML file of what somebody answers for: `exceptions: [{safeguard, resource, reason, owner, expires}]`. `resource`
    /// is an id of the report, `expires` the last day on which it counts, such as 2027-01-31.
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// Print the checklist instead, as JSON: which fields of which resources prove which safeguard. Looks at nothing.
    #[arg(long, conflicts_with_all = ["tenant", "format", "exceptions"])]
    list: bool,
    #[command(flatten)]
    access: Access,
}

#[derive(Subcommand)]
enum Verb {
    /// Verify the signature of evidence out of the audit bucket. Exit code 0: it is as it was written, 2: it is not, 1: error.
    Verify(verify::Options),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Md,
    Json,
    Html,
    Oscal,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    if let Some(Verb::Verify(options)) = &options.verb {
        return verify::run(options);
    }
    let mut out = std::io::stdout().lock();
    let Some(tenant) = options.tenant.filter(|_| !options.list) else {
        let all: Vec<_> = evidence::safeguards().collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    let exceptions = options.exceptions.as_deref().map(read_exceptions).transpose()?.unwrap_or_default();
    let report = match Box::pin(gather::report(&tenant, &exceptions, &options.access)).await? {
        gather::Told::Report(report) => report,
        gather::Told::Certificate(certificate) => {
            write!(out, "{}", certificate::render(&certificate, options.format)?)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    write!(out, "{}", render(&report, options.format)?)?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

pub fn render(report: &Report, format: Format) -> Result<String, Complaint> {
    Ok(match format {
        Format::Md => markdown::render(report),
        Format::Json => serde_json::to_string_pretty(report)? + "\n",
        Format::Html => html::render(report),
        Format::Oscal => serde_json::to_string_pretty(&oscal::document(report)?)? + "\n",
    })
}

fn read_exceptions(file: &Path) -> Result<Vec<Exception>, Complaint> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let value: serde_json::Value =
        serde_saphyr::from_str(&text).map_err(|e| format!("{} is not YAML: {e}", file.display()))?;
    evidence::read_exceptions(&value).map_err(|violations| {
        let all: Vec<String> = violations.iter().map(|v| format!("{}: {v}", file.display())).collect();
        all.join("\n       ").into()
    })
}

/// A value as people read it, cut to a number of characters.
fn text(value: &serde_json::Value, most: usize) -> String {
    let text = match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
