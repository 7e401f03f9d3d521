//! Finding fields by their paths.

use std::collections::BTreeSet;

use serde_json::Value;

use super::demand::matches;

/// A field by its whole path: what is declared of it, and what is there; null where it is not.
pub(super) struct Found {
    pub path: String,
    pub want: Value,
    pub have: Value,
}

/// All fields that a path names. Where `*` finds no key at all it stands for one that is missing.
pub(super) fn find(path: &str, want: &Value, have: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    let parts: Vec<&str> = path.split('.').collect();
    walk(String::new(), &parts, want, have, &mut found);
    found
}

fn walk(path: String, parts: &[&str], want: &Value, have: &Value, found: &mut Vec<Found>) {
    if parts.is_empty() {
        return found.push(Found { path, want: want.clone(), have: have.clone() });
    }
    let (keys, rest) = keys(parts, want, have);
    for key in keys {
        let within = |value: &Value| value.get(&key).cloned().unwrap_or_default();
        let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        walk(deeper, rest, &within(want), &within(have), found);
    }
}

/// The keys that a path goes on by, and what is left of it. A key may hold dots itself, such as `door.json`: the longest
/// that is there counts.
fn keys<'a>(parts: &'a [&'a str], want: &Value, have: &Value) -> (BTreeSet<String>, &'a [&'a str]) {
    let there: BTreeSet<&String> =
        [want, have].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys()).collect();
    let every = parts.iter().position(|part| *part == "*");
    let longest = every.unwrap_or(parts.len()).max(1);
    for length in (1..=longest).rev() {
        let pattern = parts[..length].join(".");
        let keys = there.iter().filter(|key| matches(&pattern, key));
        let keys: BTreeSet<String> = keys.map(|key| (*key).clone()).collect();
        if !keys.is_empty() {
            return (keys, &parts[length..]);
        }
    }
    (BTreeSet::from([parts[0].to_owned()]), &parts[1..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(path: &str, want: &Value, have: &Value) -> Vec<(String, Value)> {
        find(path, want, have).into_iter().map(|found| (found.path, found.have)).collect()
    }

    #[test]
    fn a_key_with_dots_is_one_key_and_what_is_missing_keeps_its_path() {
        let (want, have) = (json!({ "data": { "door.json": { "idle": 9 } } }), json!({ "data": {} }));
        let path = "data.door.json.idle";
        assert_eq!(paths(path, &want, &want), [(path.to_owned(), json!(9))]);
        assert_eq!(paths(path, &want, &have), [(path.to_owned(), json!(null))]);
        assert_eq!(paths(path, &have, &have), [(path.to_owned(), json!(null))]);
    }

    #[test]
    fn a_star_within_a_key_stands_for_the_rest_of_it() {
        let have = json!({ "x.example/lb-cert": "arn", "x.example/other": "theirs" });
        assert_eq!(
            paths("x.example/lb-*", &json!({}), &have),
            [("x.example/lb-cert".to_owned(), json!("arn"))]
        );
        let none = [("x.example/lb-*".to_owned(), json!(null))];
        assert_eq!(paths("x.example/lb-*", &json!({}), &json!({})), none);
        let volumes = json!({ "a": { "b.c": { "on": true } } });
        assert_eq!(paths("a.*.on", &volumes, &volumes), [("a.b.c.on".to_owned(), json!(true))]);
    }
}
