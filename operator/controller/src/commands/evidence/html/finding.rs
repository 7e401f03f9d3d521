//! One safeguard with its proofs.

use cloister_core::evidence::{Finding, Proof, Status};
use maud::{Markup, html};
use serde_json::Value;

use super::class;
use crate::commands::evidence::text;

/// What needs somebody's eyes is open.
pub(super) fn safeguard(finding: &Finding) -> Markup {
    html! {
        details id=(finding.id) open[finding.status == Status::NotMet] {
            summary {
                b { (finding.id) }
                span { (finding.title) }
                span.status.(class(finding.status)) { (finding.status.words()) }
            }
            div.body {
                @if let Some(reason) = &finding.reason { p { (explained(finding.status)) (reason) "." } }
                @if let Some(beyond) = finding.beyond { p.soft { "Not covered: " (beyond) "." } }
                dl.mapping {
                    (mapping("45 CFR", finding.cfr))
                    (mapping("Prowler", finding.prowler))
                    (mapping("AWS Config", finding.config))
                    (mapping("FSBP", finding.fsbp))
                }
                @if !finding.proofs.is_empty() { (proofs(finding)) }
            }
        }
    }
}

fn mapping(of: &str, names: &[&str]) -> Markup {
    html! {
        @if !names.is_empty() {
            dt { (of) }
            dd { @for name in names { code { (name) } " " } }
        }
    }
}

/// What is wanted has a column only where something else was found.
fn proofs(finding: &Finding) -> Markup {
    let wanting = finding.proofs.iter().any(|proof| proof.wanted.is_some());
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Proofs of " (finding.id) } {
            table {
                thead {
                    tr {
                        th scope="col" { "Resource" }
                        th scope="col" { "Field" }
                        th scope="col" { "Observed" }
                        @if wanting { th scope="col" { "Wanted" } }
                        th scope="col" { "Holds" }
                    }
                }
                tbody {
                    @for proof in &finding.proofs {
                        tr {
                            td { (proof.resource) }
                            td { (proof.field) }
                            td { (shown(&proof.observed)) }
                            @if wanting { td { @if let Some(wanted) = &proof.wanted { (shown(wanted)) } } }
                            td { (holds(proof)) }
                        }
                    }
                }
            }
        }
    }
}

/// A document over several lines, as people indent it; everything else as text.
fn shown(value: &Value) -> Markup {
    let long = matches!(value, Value::Object(_) | Value::Array(_)) && value.to_string().len() > 80;
    let indented = if long { serde_json::to_string_pretty(value).ok() } else { None };
    html! {
        @match indented {
            Some(lines) => pre tabindex="0" { code { (lines) } },
            None => code { (text(value, 600)) },
        }
    }
}

fn holds(proof: &Proof) -> Markup {
    html! {
        @if proof.holds { span.status.Met { "Yes" } }
        @else if proof.excepted { span.status.Excepted { "No, excepted" } }
        @else { span.status.NotMet { "No" } }
    }
}

fn explained(status: Status) -> &'static str {
    match status {
        Status::NotManaged => "Needed: ",
        Status::NotOurs => "Up to ",
        Status::Met | Status::NotMet | Status::Excepted | Status::NotApplicable => "",
    }
}
