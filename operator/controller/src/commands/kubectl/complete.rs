//! `kubectl_complete-cloister`, which kubectl asks what may come next: lines, then a line with what the shell may do.
//! <https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/#providing-shell-tab-completion-for-kubectl-plugins>

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use cloister_core::kubectl::{Kind, Wanted, complete};
use kube::api::ListParams;

use super::{Plugin, patch};
use crate::commands::Complaint;
use crate::commands::access::Place;

/// No names of files; with the second also no space after a word, which goes on.
const DONE: u8 = 4;
const OPEN: u8 = 6;

pub async fn run() -> Result<ExitCode, Complaint> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = Plugin::command();
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let (found, directive) = match complete(&words, &verbs) {
        Wanted::Words { words, open } => (words, if open { OPEN } else { DONE }),
        // Who has no cluster, or no rights, is offered nothing.
        Wanted::Names { kind, prefix, namespace } => {
            let names = names(kind, namespace).await.unwrap_or_default();
            (names.into_iter().map(|name| format!("{prefix}{name}")).collect(), DONE)
        }
    };
    let last = words.last().map_or("", String::as_str);
    let mut out = std::io::stdout().lock();
    for word in found.iter().filter(|word| word.starts_with(last)) {
        writeln!(out, "{word}")?;
    }
    writeln!(out, ":{directive}")?;
    Ok(ExitCode::SUCCESS)
}

async fn names(kind: Kind, namespace: Option<String>) -> Result<Vec<String>, Complaint> {
    let (client, namespace) = Place::of(namespace).connect().await?;
    let found = patch::api(kind, &namespace, &client).list_metadata(&ListParams::default()).await?;
    Ok(found.items.iter().map(kube::ResourceExt::name_any).collect())
}
