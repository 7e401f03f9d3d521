//! For people: one file that loads nothing. `maud` escapes every text.

use cloister_core::evidence::{ExceptionState, Finding, Proof, Report, Status};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("report.css");

/// What begins an id, and what those are about.
const FAMILIES: [(char, &str); 8] = [
    ('S', "Buckets"),
    ('K', "Keys"),
    ('R', "Warehouse"),
    ('E', "Worker nodes and network"),
    ('I', "Identities and rights"),
    ('T', "Trail"),
    ('W', "Logs and alarms"),
    ('D', "Detection and secrets"),
];

pub(super) fn render(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Evidence: " (report.display_name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(report))
                main {
                    @for (letter, name) in FAMILIES {
                        h2 { (name) }
                        @for finding in report.safeguards.iter().filter(|finding| finding.id.starts_with(letter)) {
                            (safeguard(finding))
                        }
                    }
                    @if !report.exceptions.is_empty() { (exceptions(report)) }
                }
            }
        }
    };
    page.into_string()
}

fn head(report: &Report) -> Markup {
    html! {
        header {
            p.soft { "Evidence of safeguards, 45 CFR 164.308 to 164.314" }
            h1 { (report.display_name) }
            ul.facts {
                li { "Tenant " b { (report.tenant) } }
                li { "Environment " b { (report.environment) } }
                li { "AWS account " b { (report.account) } ", " (report.region) }
                li { "Looked at " time datetime=(report.time) { (report.time) } }
                li { "Cloister " (report.version) ", " (report.aws_calls) " AWS calls" }
            }
            ul.counts {
                @for (status, number) in &report.summary {
                    li { b { (number) } span.status.(class(*status)) { (status.words()) } }
                }
            }
        }
    }
}

/// What needs somebody's eyes is open.
fn safeguard(finding: &Finding) -> Markup {
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
                (mapping("45 CFR", finding.cfr))
                (mapping("Prowler", finding.prowler))
                (mapping("AWS Config", finding.config))
                (mapping("FSBP", finding.fsbp))
                @if !finding.proofs.is_empty() { (proofs(&finding.proofs)) }
            }
        }
    }
}

fn mapping(of: &str, names: &[&str]) -> Markup {
    html! { @if !names.is_empty() { p.soft { (of) ": " (names.join(", ")) } } }
}

fn proofs(proofs: &[Proof]) -> Markup {
    html! {
        div.scroll {
            table {
                thead { tr { th { "Resource" } th { "Field" } th { "Observed" } th { "Wanted" } th { "Holds" } } }
                tbody {
                    @for proof in proofs {
                        tr {
                            td { (proof.resource) }
                            td { (proof.field) }
                            td { code { (super::text(&proof.observed, 600)) } }
                            td { @if let Some(wanted) = &proof.wanted { code { (super::text(wanted, 600)) } } }
                            td { (holds(proof)) }
                        }
                    }
                }
            }
        }
    }
}

fn exceptions(report: &Report) -> Markup {
    html! {
        h2 { "Exceptions" }
        div.scroll {
            table {
                thead { tr { th { "Resource" } th { "Safeguard" } th { "Reason" } th { "Owner" } th { "Until" } th { "State" } } }
                tbody {
                    @for used in &report.exceptions {
                        tr {
                            td { (used.exception.resource) }
                            td { (used.exception.safeguard) }
                            td { (used.exception.reason) }
                            td { (used.exception.owner) }
                            td { (used.exception.expires) }
                            td { (state(used.state)) }
                        }
                    }
                }
            }
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

fn state(state: ExceptionState) -> &'static str {
    match state {
        ExceptionState::Applied => "Applied",
        ExceptionState::Unused => "Unused: it holds, or is not there",
        ExceptionState::Expired => "Expired: it does not count",
    }
}

fn explained(status: Status) -> &'static str {
    match status {
        Status::NotManaged => "Needed: ",
        Status::NotOurs => "Up to ",
        Status::Met | Status::NotMet | Status::Excepted | Status::NotApplicable => "",
    }
}

/// The name of a status, as the style sheet has it.
fn class(status: Status) -> &'static str {
    match status {
        Status::Met => "Met",
        Status::NotMet => "NotMet",
        Status::Excepted => "Excepted",
        Status::NotApplicable => "NotApplicable",
        Status::NotManaged => "NotManaged",
        Status::NotOurs => "NotOurs",
    }
}
