//! A difference is a value: which field, what is wanted, what is there. All of them, sorted.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::resource::{Resource, ResourceId};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    pub resource: ResourceId,
    /// Dotted path of the managed field; empty where the whole resource is absent.
    pub path: String,
    pub want: Value,
    pub have: Value,
    /// Why it cannot be put right in place, where AWS makes it immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immutable: Option<&'static str>,
}

impl Drift {
    #[must_use]
    pub fn absent(resource: &ResourceId) -> Self {
        Self {
            resource: resource.clone(),
            path: String::new(),
            want: Value::from("present"),
            have: Value::from("absent"),
            immutable: None,
        }
    }

    /// The managed part that holds the field: what one step sets.
    #[must_use]
    pub fn part(&self) -> &str {
        self.path.split('.').next().unwrap_or_default()
    }

    #[must_use]
    pub fn is_correctable(&self) -> bool {
        self.immutable.is_none()
    }
}

/// Every field in which the two differ. Tags and labels of others are theirs.
#[must_use]
pub fn compare(id: &ResourceId, want: &Resource, have: &Resource) -> Vec<Drift> {
    let (Ok(want), Ok(have)) = (serde_json::to_value(want), serde_json::to_value(have)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    walk(id, "", &want, &have, &mut found);
    found
}

fn walk(id: &ResourceId, path: &str, want: &Value, have: &Value, found: &mut Vec<Drift>) {
    if let (Value::Object(want), Value::Object(have)) = (want, have) {
        return walk_fields(id, path, want, have, found);
    }
    if want != have {
        found.push(Drift {
            resource: id.clone(),
            path: path.to_owned(),
            want: want.clone(),
            have: have.clone(),
            immutable: immutable(id, path, have),
        });
    }
}

fn walk_fields(
    id: &ResourceId,
    path: &str,
    want: &Map<String, Value>,
    have: &Map<String, Value>,
    found: &mut Vec<Drift>,
) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, wanted) in want {
        walk(id, &join(key), wanted, have.get(key).unwrap_or(&Value::Null), found);
    }
    if shared_with_others(id, path) {
        return;
    }
    for (key, extra) in have.iter().filter(|(key, _)| !want.contains_key(*key)) {
        walk(id, &join(key), &Value::Null, extra, found);
    }
}

/// Maps to which others may add: tags, and of Kubernetes objects all but what we declare wholly.
fn shared_with_others(id: &ResourceId, path: &str) -> bool {
    match id {
        ResourceId::Object(_) => !(path == "spec" || path.starts_with("spec.")),
        _ => path == "tags",
    }
}

/// Object Lock can be turned on and changed, but never off; the rest can be put right.
fn immutable(id: &ResourceId, path: &str, have: &Value) -> Option<&'static str> {
    match id {
        ResourceId::Bucket(_) if path == "objectLock" && !have.is_null() => {
            Some("S3 keeps Object Lock on a bucket for ever; declare objectLock or make a new bucket")
        }
        ResourceId::Object(object) if path.starts_with("roleRef") => {
            debug_assert_eq!(object.kind.kind(), "RoleBinding");
            Some("Kubernetes does not let roleRef change; delete the RoleBinding and it is made anew")
        }
        _ => None,
    }
}
