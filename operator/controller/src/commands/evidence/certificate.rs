//! Of a tenant that is destroyed: the certificate in place of the safeguards.

use std::fmt::Write as _;

use cloister_core::offboarding::{bucket_id, json};
use cloister_crds::offboarding::Certificate;
use maud::{DOCTYPE, html};

use super::Format;
use crate::commands::Complaint;

pub(super) fn render(certificate: &Certificate, format: Format) -> Result<String, Complaint> {
    match format {
        Format::Json => Ok(serde_json::to_string_pretty(&json(certificate))? + "\n"),
        Format::Md => Ok(markdown(certificate)),
        Format::Html => {
            let page = html! {
                (DOCTYPE)
                html lang="en" {
                    head { meta charset="utf-8"; title { "Certificate of destruction: " (certificate.tenant) } }
                    body { pre { (markdown(certificate)) } }
                }
            };
            Ok(page.into_string())
        }
        Format::Oscal => Err(format!(
            "{} is destroyed, so that there is nothing to assess: write --format json for the certificate",
            certificate.tenant
        )
        .into()),
    }
}

fn markdown(certificate: &Certificate) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write(certificate, &mut out);
    out
}

fn write(of: &Certificate, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# Certificate of destruction: {}\n", of.display_name)?;
    writeln!(
        out,
        "Tenant {} ({}) of Environment {}, AWS account {}, {}. Issued {}.\n",
        of.tenant, of.uid, of.environment, of.account, of.region, of.issued_at
    )?;
    let by = of.approval.field_manager.as_deref().unwrap_or("nobody that is known");
    let reason = of.approval.reason.as_deref().unwrap_or("not given");
    writeln!(
        out,
        "Approved for {} by the field manager {by}, seen {}; reason: {reason}. Who that was, the API server's audit log says.",
        of.approval.tenant, of.approval.seen_at
    )?;
    writeln!(out, "\n## Destroyed\n")?;
    for gone in &of.destroyed {
        writeln!(out, "- {} at {}", gone.id, gone.at)?;
    }
    for bucket in &of.buckets {
        writeln!(
            out,
            "- {}: {} versions ({} bytes) listed, {} deleted, {} held by Object Lock",
            bucket_id(bucket),
            bucket.listed,
            bucket.bytes,
            bucket.deleted,
            bucket.locked
        )?;
    }
    if let Some(held) = &of.warehouse {
        let where_to = if held.index.is_empty() {
            held.note.clone()
        } else {
            format!(
                "unloaded to s3-bucket/{} under {} (index SHA-256 {})",
                held.bucket, held.prefix, held.index_digest
            )
        };
        writeln!(out, "- {}: {} tables, {} rows, {where_to}", held.database, held.tables, held.rows)?;
    }
    for key in &of.keys {
        let gone = key.gone_at.as_deref().unwrap_or("not seen to be gone");
        writeln!(out, "- {}: deletion date {}, gone {gone}", key.arn, key.deletion_date)?;
    }
    for (title, lines) in [("How", &of.methods), ("Kept", &of.kept), ("Sources", &of.sources)] {
        writeln!(out, "\n## {title}\n")?;
        for line in lines {
            writeln!(out, "- {line}")?;
        }
    }
    writeln!(out, "\nSHA-256 of its JSON without `digest`: {}", of.digest)
}
