//! For pull requests and tickets.

use std::fmt::Write as _;

use cloister_core::evidence::{ExceptionState, Finding, Proof, Report, Status};
use serde_json::Value;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# Evidence: {}\n", cell(&report.display_name))?;
    if !report.tenant.is_empty() {
        write!(out, "Tenant {} in ", cell(&report.tenant))?;
    }
    write!(
        out,
        "Environment {}, AWS account {}, {}. Looked at {} by Cloister {}",
        cell(&report.environment),
        report.account,
        report.region,
        report.time,
        report.version
    )?;
    match report.aws_calls {
        Some(calls) => writeln!(out, " with {calls} AWS calls.\n")?,
        None => writeln!(out, ".\n")?,
    }
    let counts = report.summary.iter().filter(|(_, n)| **n > 0);
    let counts: Vec<String> = counts.map(|(status, n)| format!("{n} {}", status.words())).collect();
    writeln!(out, "**{}**\n", counts.join(", "))?;
    writeln!(
        out,
        "| | Safeguard | Status | 45 CFR | Prowler, Config, FSBP | Proof |\n|---|---|---|---|---|---|"
    )?;
    for finding in &report.safeguards {
        row(finding, out)?;
    }
    exceptions(report, out)
}

fn row(finding: &Finding, out: &mut String) -> std::fmt::Result {
    let checks: Vec<&str> = [finding.prowler, finding.config, finding.fsbp].concat();
    writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} |",
        finding.id,
        cell(finding.title),
        finding.status.words(),
        cell(&finding.cfr.join(", ")),
        cell(&checks.join(", ")),
        proof(finding)
    )
}

fn proof(finding: &Finding) -> String {
    let open: Vec<String> = finding.proofs.iter().filter(|proof| !proof.holds).map(difference).collect();
    let mut said: Vec<String> = finding.reason.iter().map(|reason| cell(reason)).collect();
    if finding.status == Status::Met {
        let resources: std::collections::BTreeSet<&str> =
            finding.proofs.iter().map(|proof| proof.resource.as_str()).collect();
        said.push(format!("{} settings of {} resources hold", finding.proofs.len(), resources.len()));
    }
    said.extend(open);
    said.extend(finding.beyond.map(|beyond| format!("Not covered: {}", cell(beyond))));
    said.join("<br>")
}

fn difference(proof: &Proof) -> String {
    let wanted =
        proof.wanted.as_ref().map(|wanted| format!(", wanted {}", short(wanted))).unwrap_or_default();
    let excepted = if proof.excepted { " (excepted)" } else { "" };
    let field = if proof.field.is_empty() { String::new() } else { format!(" {}", cell(&proof.field)) };
    format!("{}{field}: {}{wanted}{excepted}", cell(&proof.resource), short(&proof.observed))
}

fn exceptions(report: &Report, out: &mut String) -> std::fmt::Result {
    if report.exceptions.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n## Exceptions\n\n| Safeguard | Resource | Reason | Owner | Until | State |\n|---|---|---|---|---|---|"
    )?;
    for used in &report.exceptions {
        let one = &used.exception;
        let state = match used.state {
            ExceptionState::Applied => "Applied",
            ExceptionState::Unused => "Unused: it holds, or is not there",
            ExceptionState::Expired => "Expired: it does not count",
        };
        let cells =
            [&one.safeguard, &one.resource, &one.reason, &one.owner, &one.expires].map(|text| cell(text));
        writeln!(out, "| {} | {state} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Text in a cell of a table: neither Markdown nor HTML gets a say.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn short(value: &Value) -> String {
    cell(&super::text(value, 120))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_text_leaves_its_cell() {
        assert_eq!(cell("a|b\n<script>`*x*`"), r"a\|b &lt;script&gt;\`\*x\*\`");
    }
}
