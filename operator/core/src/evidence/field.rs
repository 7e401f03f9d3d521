//! Finding fields by their paths.

use std::collections::BTreeSet;

use serde_json::Value;

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
    let Some((part, rest)) = parts.split_first() else {
        return found.push(Found { path, want: want.clone(), have: have.clone() });
    };
    for key in keys(part, want, have) {
        let within = |value: &Value| value.get(&key).cloned().unwrap_or_default();
        let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        walk(deeper, rest, &within(want), &within(have), found);
    }
}

fn keys(part: &str, want: &Value, have: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if part == "*" {
        let maps = [want, have].into_iter().filter_map(Value::as_object);
        keys.extend(maps.flat_map(|map| map.keys().cloned()));
    }
    if keys.is_empty() {
        keys.insert(part.to_owned());
    }
    keys
}
