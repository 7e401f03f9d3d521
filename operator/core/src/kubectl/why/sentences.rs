//! A status's message is sentences, joined by `; `, which they may hold themselves.

/// Taken apart where another one is known to begin: with a resource's id, with `waiting:`, or with how many more there are.
pub(super) fn sentences<'a>(message: &'a str, ids: &[&str]) -> Vec<&'a str> {
    let begins = |rest: &str| {
        rest.starts_with("waiting: ") || is_rest(rest) || ids.iter().any(|id| is_about(rest, id))
    };
    let (mut found, mut start) = (Vec::new(), 0);
    for (at, _) in message.match_indices("; ") {
        if begins(&message[at + 2..]) {
            found.push(&message[start..at]);
            start = at + 2;
        }
    }
    found.push(&message[start..]);
    found.retain(|sentence| !sentence.is_empty() && !is_rest(sentence));
    found
}

/// Names may begin alike.
pub(super) fn is_about(sentence: &str, id: &str) -> bool {
    sentence.strip_prefix(id).is_some_and(|rest| rest.starts_with([' ', ':']))
}

fn is_rest(sentence: &str) -> bool {
    let number = sentence.strip_prefix("and ").and_then(|rest| rest.strip_suffix(" more"));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// What is the matter, and what to do about it.
pub(super) fn halves(sentence: &str) -> (&str, Option<&str>) {
    let cut = [";", ":"].iter().find_map(|mark| sentence.split_once(&format!("{mark} ")));
    match cut {
        Some((what, next)) => (what, Some(next)),
        None => (sentence, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_may_hold_what_joins_sentences() {
        let message = "iam-role/a: iam:GetRole answered AccessDenied: the operator's role lacks it; add it; s3-bucket/b waits for \
                       iam-role/a; and 2 more";
        assert_eq!(
            sentences(message, &["iam-role/a", "s3-bucket/b"]),
            [
                "iam-role/a: iam:GetRole answered AccessDenied: the operator's role lacks it; add it",
                "s3-bucket/b waits for iam-role/a"
            ]
        );
        let waiting = "waiting: Environment x does not exist; apply it, or correct spec.environment";
        assert_eq!(sentences(waiting, &[]), [waiting]);
        assert!(sentences("", &[]).is_empty());
    }
}
