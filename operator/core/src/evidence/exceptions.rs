//! What somebody answers for instead of a safeguard: for one resource, with a reason, until a day.

use serde::Serialize;
use serde_json::Value;

use super::report::{ExceptionState, Finding, Status, Used};
use super::safeguards;
use crate::violation::Violation;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// `S8`
    pub safeguard: String,
    /// Id of the resource, as the report names it.
    pub resource: String,
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// `2027-01-31`, the last day on which it counts.
    pub expires: String,
}

const FIELDS: [&str; 5] = ["safeguard", "resource", "reason", "owner", "expires"];

/// Reads a file's content; what is wrong with it, all of it at once.
///
/// # Errors
/// Names every field that is wrong, and what to write instead.
pub fn read(file: &Value) -> Result<Vec<Exception>, Vec<Violation>> {
    let mut wrong = Vec::new();
    let unknown = file.as_object().into_iter().flat_map(|map| map.keys()).filter(|key| *key != "exceptions");
    wrong.extend(unknown.map(|key| Violation::new(key, "there is no such field: write only exceptions")));
    let Some(entries) = file.get("exceptions").and_then(Value::as_array) else {
        let hint = "must be a list: write exceptions: [{safeguard: S8, resource: s3-bucket/NAME, reason: ..., owner: ..., expires: 2027-01-31}]";
        wrong.push(Violation::new("exceptions", hint));
        return Err(wrong);
    };
    let mut read: Vec<Exception> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let one = one(&format!("exceptions[{i}]"), entry, &mut wrong);
        let same = |e: &Exception| (&e.safeguard, &e.resource) == (&one.safeguard, &one.resource);
        if let Some(first) = read.iter().position(same) {
            let hint = format!("says the same as exceptions[{first}]: remove one");
            wrong.push(Violation::new(format!("exceptions[{i}]"), hint));
        }
        read.push(one);
    }
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

fn one(path: &str, entry: &Value, wrong: &mut Vec<Violation>) -> Exception {
    let mut complain =
        |field: &str, hint: String| wrong.push(Violation::new(format!("{path}.{field}"), hint));
    for key in entry.as_object().into_iter().flat_map(|map| map.keys()) {
        if !FIELDS.contains(&key.as_str()) {
            complain(key, format!("there is no such field: write only {}", FIELDS.join(", ")));
        }
    }
    let text = |field: &str| entry[field].as_str().map(str::trim).unwrap_or_default().to_owned();
    let [safeguard, resource, reason, owner, expires] = FIELDS.map(text);
    if !safeguards().any(|known| known.id == safeguard) {
        complain(
            "safeguard",
            "must be an id of the checklist, such as S8: see cloister evidence --list".to_owned(),
        );
    }
    if !resource.split_once('/').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty()) {
        complain("resource", "must be the id of a resource as the report names it, such as s3-bucket/acme-health-landing-208aa324".to_owned());
    }
    if reason.is_empty() {
        complain(
            "reason",
            "must say why the safeguard is not met there, and what is done instead".to_owned(),
        );
    }
    if owner.is_empty() {
        complain("owner", "must name who answers for it, such as privacy@acme.example".to_owned());
    }
    // As jiff writes it, so that days can be compared as text.
    let expires = expires.parse::<jiff::civil::Date>().map(|day| day.to_string()).unwrap_or_default();
    if expires.is_empty() {
        complain("expires", "must be the last day on which it counts, such as 2027-01-31".to_owned());
    }
    Exception { safeguard, resource, reason, owner, expires }
}

/// Marks what is excepted. A safeguard is Excepted once all that does not hold is.
pub(super) fn apply(exceptions: &[Exception], today: &str, findings: &mut [Finding]) -> Vec<Used> {
    let used = exceptions.iter().map(|exception| Used {
        exception: exception.clone(),
        // Both are written alike, so that their order is that of time.
        state: if exception.expires.as_str() < today {
            ExceptionState::Expired
        } else if mark(exception, findings) {
            ExceptionState::Applied
        } else {
            ExceptionState::Unused
        },
    });
    let used = used.collect();
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::NotMet) {
        let mut open = finding.proofs.iter().filter(|proof| !proof.holds);
        if !finding.proofs.is_empty() && open.all(|proof| proof.excepted) {
            finding.status = Status::Excepted;
        }
    }
    used
}

fn mark(exception: &Exception, findings: &mut [Finding]) -> bool {
    let mut marked = false;
    for finding in findings.iter_mut().filter(|finding| finding.id == exception.safeguard) {
        let of_it = |proof: &&mut super::Proof| !proof.holds && proof.resource == exception.resource;
        for proof in finding.proofs.iter_mut().filter(of_it) {
            proof.excepted = true;
            marked = true;
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let file = json!({
            "exeptions": [],
            "exceptions": [
                {"safeguard": "S99", "resource": "bucket", "owner": " ", "expires": "soon", "until": 1},
                {"safeguard": "S8", "resource": "s3-bucket/x", "reason": "r", "owner": "o", "expires": "2027-02-30"},
            ],
        });
        let wrong = read(&file).unwrap_err();
        let paths: Vec<&str> = wrong.iter().map(|violation| violation.path.as_str()).collect();
        let first = ["until", "safeguard", "resource", "reason", "owner", "expires"];
        let mut expected = vec!["exeptions".to_owned()];
        expected.extend(first.map(|field| format!("exceptions[0].{field}")));
        expected.push("exceptions[1].expires".to_owned());
        assert_eq!(paths, expected);
    }

    #[test]
    fn what_is_no_list_is_told() {
        for file in [json!(null), json!([]), json!({"exceptions": {}}), json!("exceptions")] {
            assert_eq!(read(&file).unwrap_err()[0].path, "exceptions", "{file}");
        }
    }

    #[test]
    fn the_same_twice_is_told() {
        let entry = json!({"safeguard": "S8", "resource": "s3-bucket/x", "reason": "r", "owner": "o", "expires": "2027-01-31"});
        assert_eq!(read(&json!({"exceptions": [entry, entry]})).unwrap_err()[0].path, "exceptions[1]");
        assert_eq!(read(&json!({"exceptions": [entry]})).map(|all| all.len()), Ok(1));
    }
}
