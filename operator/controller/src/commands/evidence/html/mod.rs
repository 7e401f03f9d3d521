//! For people: one file that loads nothing. `maud` escapes every text.

mod finding;
mod head;

use cloister_core::evidence::{ExceptionState, Finding, Report, Status};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("report.css");

/// What begins an id, and what those are about.
const FAMILIES: [(char, &str); 9] = [
    ('S', "Buckets"),
    ('K', "Keys"),
    ('R', "Warehouse"),
    ('E', "Worker nodes and network"),
    ('I', "Identities and rights"),
    ('T', "Trail"),
    ('W', "Logs and alarms"),
    ('D', "Detection and secrets"),
    ('A', "Applications"),
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
                (head::header(report))
                main {
                    @for (letter, name) in FAMILIES { (family(report, letter, name)) }
                    @if !report.exceptions.is_empty() { (exceptions(report)) }
                }
            }
        }
    };
    page.into_string()
}

fn family(report: &Report, letter: char, name: &str) -> Markup {
    let (met, all) = count(report, letter);
    html! {
        section {
            h2 id={ "family-" (letter) } { (name) span.soft { (met) " of " (all) " met" } }
            @for finding in of(report, letter) { (finding::safeguard(finding)) }
        }
    }
}

fn of(report: &Report, letter: char) -> impl Iterator<Item = &Finding> {
    report.safeguards.iter().filter(move |finding| finding.id.starts_with(letter))
}

/// How many are met, of how many.
fn count(report: &Report, letter: char) -> (usize, usize) {
    (of(report, letter).filter(|finding| finding.status == Status::Met).count(), of(report, letter).count())
}

fn exceptions(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Exceptions" }
            div.scroll tabindex="0" role="region" aria-label="Exceptions" {
                table {
                    thead {
                        tr {
                            @for name in ["Resource", "Safeguard", "Reason", "Owner", "Until", "State"] { th scope="col" { (name) } }
                        }
                    }
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
}

fn state(state: ExceptionState) -> &'static str {
    match state {
        ExceptionState::Applied => "Applied",
        ExceptionState::Unused => "Unused: it holds, or is not there",
        ExceptionState::Expired => "Expired: it does not count",
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
