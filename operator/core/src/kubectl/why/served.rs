//! What an application waits for: what others have not written, and its pods.

use super::search::Search;
use super::seen::Seen;
use super::sentences::halves;
use super::{Cause, Line, Rank};
use crate::app::APP;
use crate::kubectl::Kind;

/// None where it is another object's own matter, or where it goes as with every kind.
pub(super) fn told<'a>(
    search: &mut Search<'a>,
    seen: &Seen<'a>,
    other: Option<&Seen<'a>>,
    sentence: &str,
) -> Option<Line> {
    if seen.kind != Kind::AnalyticsApp {
        return None;
    }
    let (what, next, command) = if let Some(Pods { next, is_told_by_logs }) = pods(sentence) {
        (sentence, next, Some(asked(seen, is_told_by_logs)))
    } else {
        // These may be Ready: they are as declared, and what is declared does not fit.
        other.filter(|other| matches!(other.kind, Kind::Environment | Kind::RedshiftSchema))?;
        let (what, next) = halves(sentence);
        (what, next?, None)
    };
    let (object, what, next) = (seen.label(), what.to_owned(), next.to_owned());
    Some(search.cause(Cause { rank: Rank::Held, object, what, next, command }))
}

struct Pods {
    next: &'static str,
    is_told_by_logs: bool,
}

/// Of a sentence on pods that says why they are not ready.
fn pods(sentence: &str) -> Option<Pods> {
    let (_, why) = sentence.split_once(" pods are ready")?.1.split_once(": ")?;
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    let pods = |next, is_told_by_logs| Some(Pods { next, is_told_by_logs });
    if says(&["ImagePull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable"]) {
        let of_door = "see that the operator's --door-image is in its registry by that digest, and that the tenant's nodes may pull it";
        let of_app = "see that the image is in its registry by that digest, and that the tenant's nodes may pull it, or correct spec.image";
        return pods(if why.starts_with("container door: ") { of_door } else { of_app }, false);
    }
    if says(&["finds no node"]) {
        return pods(
            "see spec.nodes of its ClientTenant, and what the pod asks for in spec.resources",
            false,
        );
    }
    if says(&["exit code", "CrashLoopBackOff"]) {
        return pods("read what it said before it ended", true);
    }
    if says(&["it runs, and is not ready"]) {
        return pods("see that it answers spec.healthPath, and what it says", true);
    }
    pods("see what is told of its pods", false)
}

fn asked(seen: &Seen<'_>, logs: bool) -> String {
    let (namespace, name) = (&seen.namespace, &seen.name);
    if logs {
        format!("kubectl logs -n {namespace} -l {APP}={name} --all-containers --prefix --tail=20")
    } else {
        format!("kubectl describe pods -n {namespace} -l {APP}={name}")
    }
}
