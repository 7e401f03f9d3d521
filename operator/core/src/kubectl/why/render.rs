//! The answer as text, bounded in both directions.

use std::fmt::Write as _;

use super::{Answer, Line};

/// Lines of the tree, and causes that are told with what to do.
const MOST_LINES: usize = 20;
const MOST_CAUSES: usize = 6;
/// Characters of a line of the tree.
const WIDTH: usize = 160;

pub(super) fn render(answer: &Answer) -> String {
    let mut lines = vec![shown(&answer.tree)];
    branches(&answer.tree.below, "", &mut lines);
    let hidden = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    let mut out = lines.join("\n") + "\n";
    if hidden > 0 {
        let _ = writeln!(out, "… {hidden} more lines: -o json has all");
    }
    if answer.causes.is_empty() {
        let written = answer.status_written.as_deref();
        if let Some(at) = written.filter(|_| answer.ready) {
            let _ = writeln!(out, "\nNothing has changed about it since {at}.");
        }
        return out;
    }
    let _ = writeln!(out, "\nWhat to do:");
    for (n, cause) in answer.causes.iter().take(MOST_CAUSES).enumerate() {
        let _ = writeln!(out, "[{}] {}: {}", n + 1, cause.object, cause.next);
        if let Some(command) = &cause.command {
            let _ = writeln!(out, "    $ {command}");
        }
    }
    if answer.causes.len() > MOST_CAUSES {
        let _ = writeln!(out, "… and {} more: -o json has all", answer.causes.len() - MOST_CAUSES);
    }
    out
}

fn branches(below: &[Line], indent: &str, lines: &mut Vec<String>) {
    for (n, line) in below.iter().enumerate() {
        let last = n + 1 == below.len();
        lines.push(format!("{indent}{} {}", if last { "└─" } else { "├─" }, shown(line)));
        branches(&line.below, &format!("{indent}{}", if last { "   " } else { "│  " }), lines);
    }
}

fn shown(line: &Line) -> String {
    let text = super::super::table::cut(&line.text, WIDTH);
    match line.cause {
        Some(cause) => format!("{text}  [{cause}]"),
        None => text,
    }
}
