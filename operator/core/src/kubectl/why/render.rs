//! The answer as text, bounded in both directions.

use std::fmt::Write as _;

use super::{Answer, Cause, Line};

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
        let written = answer.status_written.as_deref().filter(|_| answer.ready);
        let end = written.map_or("Nothing to do: it goes on by itself.".to_owned(), |at| {
            format!("Nothing has changed about it since {at}.")
        });
        return out + "\n" + &end + "\n";
    }
    out + "\nWhat to do:\n" + &causes(&answer.causes)
}

/// What is done about several by the same is told once.
fn causes(all: &[Cause]) -> String {
    let mut groups: Vec<(Vec<usize>, &Cause)> = Vec::new();
    for (n, cause) in all.iter().enumerate() {
        let same = |group: &&mut (Vec<usize>, &Cause)| {
            let known = group.1;
            (&known.object, &known.next, &known.command) == (&cause.object, &cause.next, &cause.command)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.0.push(n + 1),
            None => groups.push((vec![n + 1], cause)),
        }
    }
    let mut out = String::new();
    for (numbers, cause) in groups.iter().take(MOST_CAUSES) {
        let marks: Vec<String> = numbers.iter().map(|n| format!("[{n}]")).collect();
        let _ = writeln!(out, "{} {}: {}", marks.join(" "), cause.object, cause.next);
        if let Some(command) = &cause.command {
            let _ = writeln!(out, "    $ {command}");
        }
    }
    if groups.len() > MOST_CAUSES {
        let _ = writeln!(out, "… and {} more: -o json has all", groups.len() - MOST_CAUSES);
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
