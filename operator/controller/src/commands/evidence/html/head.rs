//! Whose report it is, what it comes to, and the way to its parts.

use cloister_core::evidence::{Report, Status};
use maud::{Markup, html};

use super::{FAMILIES, class, count};

pub(super) fn header(report: &Report) -> Markup {
    html! {
        header {
            p.soft { "Evidence of safeguards, 45 CFR 164.308 to 164.314" }
            h1 { (report.display_name) }
            (verdict(report))
            ul.counts {
                @for (status, number) in &report.summary {
                    li.none[*number == 0] { b { (number) } span.status.(class(*status)) { (status.words()) } }
                }
            }
            dl.facts {
                @if !report.tenant.is_empty() { (fact("Tenant", &report.tenant)) }
                (fact("Environment", &report.environment))
                (fact("AWS account", &format!("{}, {}", report.account, report.region)))
                div { dt { "Looked at" } dd { time datetime=(report.time) { (readable(&report.time)) } } }
                (fact("Made by", &format!("Cloister {}{}", report.version, calls(report))))
            }
            nav aria-label="Parts" {
                @for (letter, name) in FAMILIES {
                    @let (met, all) = count(report, letter);
                    a href={ "#family-" (letter) } { (name) " " span.soft { (met) "/" (all) } }
                }
            }
        }
    }
}

/// What somebody who reads no further must know.
fn verdict(report: &Report) -> Markup {
    let open: Vec<_> = report.safeguards.iter().filter(|one| one.status == Status::NotMet).collect();
    html! {
        @if open.is_empty() {
            p.verdict.Met { "Every safeguard that Cloister manages "  @if report.tenant.is_empty() { "here" } @else { "for this tenant" } " is met, or somebody answers for it." }
        } @else {
            div.verdict.NotMet {
                p { (open.len()) @if open.len() == 1 { " safeguard is" } @else { " safeguards are" } " not met:" }
                ul { @for one in open { li { a href={ "#" (one.id) } { (one.id) " " (one.title) } } } }
            }
        }
    }
}

fn calls(report: &Report) -> String {
    report.aws_calls.map(|calls| format!(", {calls} AWS calls")).unwrap_or_default()
}

fn fact(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// `2026-11-28 17:23 UTC`
fn readable(time: &str) -> String {
    let time = time.parse::<jiff::Timestamp>().map(|time| time.strftime("%F %H:%M UTC").to_string());
    time.unwrap_or_default()
}
