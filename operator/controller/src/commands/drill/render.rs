//! The report, for people or for machines.

use std::io::{self, Write};

use cloister_core::drill::{Outcome, Report, Sum, TableCheck};

use super::Format;
use crate::commands::Complaint;

pub fn print(report: &Report, format: Format) -> Result<(), Complaint> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
        Format::Text => text(report, &mut out)?,
    }
    Ok(())
}

fn text(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let (cluster, database) = (&report.cluster, &report.database);
    writeln!(out, "Recovery drill of {} ({cluster}, database {database}), {}", report.tenant, report.at)?;
    if let (Some(name), Some(at)) = (&report.snapshot, &report.snapshot_at) {
        writeln!(out, "  copy       {name} in {}, of {at}", report.recovery_region)?;
    }
    if let Some(key) = &report.kms_key {
        writeln!(out, "  key        {key}")?;
    }
    for phase in &report.phases {
        writeln!(out, "  {:>9.1} s  {}", phase.seconds, phase.name)?;
    }
    tables(report, out)?;
    objects(report, out)?;
    if report.snapshot.is_some() {
        let limit = report.limit_seconds / 3600;
        let within = if report.is_in_time() { "within" } else { "NOT within" };
        writeln!(
            out,
            "  recovery time   {}: {within} the {limit} hours of the proposed 45 CFR 164.308(a)(13) (90 FR 898, not law yet)",
            duration(report.recovery_seconds)
        )?;
    }
    if let Some(seconds) = report.recovery_point_seconds {
        #[allow(clippy::cast_precision_loss)] // of ages in seconds
        let age = duration(seconds as f64);
        writeln!(out, "  recovery point  {age}: what was written since the snapshot would be lost")?;
    }
    for what in &report.not_covered {
        writeln!(out, "  not covered     {what}")?;
    }
    if let Some(left) = &report.left {
        writeln!(out, "  LEFT BEHIND     {left}")?;
    }
    writeln!(out, "{}: {}", report.result.words(), report.message)
}

fn tables(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.tables.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {:<44} {:>12} {:>12}", "table", "restored", "live")?;
    for check in &report.tables {
        let mark = if check.outcome == Outcome::Matched { '✓' } else { '✗' };
        let name = format!("{}.{}", check.schema, check.table);
        let (was, is) = (rows(check.restored.as_ref()), rows(check.live.as_ref()));
        writeln!(out, "  {mark} {name:<42} {was:>12} {is:>12}{}", remark(check))?;
    }
    Ok(())
}

fn objects(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.objects.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {:<44} {:>12} {:>12}", "versions of objects in", "copied", "live")?;
    for check in &report.objects {
        let mark = if check.outcome == Outcome::Matched { '✓' } else { '✗' };
        let note = check.note.as_ref().map(|note| format!("  {note}")).unwrap_or_default();
        let (copied, live) = (check.count.copied, check.count.live);
        writeln!(out, "  {mark} {:<42} {copied:>12} {live:>12}{note}", check.bucket)?;
    }
    Ok(())
}

fn rows(sum: Option<&Sum>) -> String {
    sum.map_or_else(|| "-".to_owned(), |sum| sum.rows.to_string())
}

fn remark(check: &TableCheck) -> String {
    check.note.as_ref().map(|note| format!("  {note}")).unwrap_or_default()
}

/// `4 min 12.3 s`, `1 h 3 min`
fn duration(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole minutes of some days
    let minutes = (seconds / 60.0) as u64;
    match minutes {
        0 => format!("{seconds:.1} s"),
        1..60 => format!("{minutes} min {:.0} s", seconds % 60.0),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}
