//! A difference is a value: which field, what is wanted, what is there. All of them, sorted.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::resource::{ObjectKind, Resource, ResourceId};

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

/// A field in which two states differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Dotted path of the managed field; empty where the whole is absent.
    pub path: String,
    pub want: Value,
    pub have: Value,
}

impl Difference {
    #[must_use]
    pub fn absent() -> Self {
        Self { path: String::new(), want: Value::from("present"), have: Value::from("absent") }
    }
}

/// Every field in which the two differ.
#[must_use]
pub fn differences<T: Serialize>(want: &T, have: &T) -> Vec<Difference> {
    let (Ok(want), Ok(have)) = (serde_json::to_value(want), serde_json::to_value(have)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    walk("", &want, &have, &|_| false, &mut found);
    found
}

/// Every field in which the two differ. Tags and labels of others are theirs.
#[must_use]
pub fn compare(id: &ResourceId, want: &Resource, have: &Resource) -> Vec<Drift> {
    let (Some(want), Some(have)) = (fields(id, want), fields(id, have)) else { return Vec::new() };
    let mut found = Vec::new();
    walk("", &want, &have, &|path| shared_with_others(id, path), &mut found);
    found
        .into_iter()
        .map(|Difference { path, want, have }| {
            let immutable = immutable(id, &path, &have);
            Drift { resource: id.clone(), path, want, have, immutable }
        })
        .collect()
}

/// Its managed fields, by the paths that differences are told by.
#[must_use]
pub fn fields(id: &ResourceId, resource: &Resource) -> Option<Value> {
    let value = serde_json::to_value(resource).ok()?;
    Some(match id {
        ResourceId::Object(object) if is_nested(object.kind) => by_name(value),
        _ => value,
    })
}

fn is_nested(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Deployment | ObjectKind::Service | ObjectKind::ConfigMap)
}

/// Containers, volumes and the like as a map, and JSON in text as what it says, so that a difference is told where it is.
fn by_name(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, inner)| (key, by_name(inner))).collect())
        }
        Value::Array(items) => match names(&items) {
            Some(names) => Value::Object(names.into_iter().zip(items.into_iter().map(by_name)).collect()),
            None => Value::Array(items),
        },
        Value::String(text) if text.starts_with('{') => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        other => other,
    }
}

/// None where an item has no name, or not one of its own.
fn names(items: &[Value]) -> Option<Vec<String>> {
    let names: Option<Vec<String>> =
        items.iter().map(|item| Some(item.as_object()?.get("name")?.as_str()?.to_owned())).collect();
    let names = names.filter(|names| !names.is_empty())?;
    let unique: std::collections::BTreeSet<&String> = names.iter().collect();
    (unique.len() == names.len()).then_some(names)
}

type Shared<'a> = &'a dyn Fn(&str) -> bool;

fn walk(path: &str, want: &Value, have: &Value, shared: Shared<'_>, found: &mut Vec<Difference>) {
    if let (Value::Object(want), Value::Object(have)) = (want, have) {
        return walk_fields(path, want, have, shared, found);
    }
    if want != have {
        found.push(Difference { path: path.to_owned(), want: want.clone(), have: have.clone() });
    }
}

fn walk_fields(
    path: &str,
    want: &Map<String, Value>,
    have: &Map<String, Value>,
    shared: Shared<'_>,
    found: &mut Vec<Difference>,
) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, wanted) in want {
        walk(&join(key), wanted, have.get(key).unwrap_or(&Value::Null), shared, found);
    }
    if shared(path) {
        return;
    }
    for (key, extra) in have.iter().filter(|(key, _)| !want.contains_key(*key)) {
        walk(&join(key), &Value::Null, extra, shared, found);
    }
}

/// Maps to which others may add: tags, and of Kubernetes objects all but what we declare wholly.
fn shared_with_others(id: &ResourceId, path: &str) -> bool {
    match id {
        ResourceId::Object(object) => {
            let whole = if object.kind == ObjectKind::ConfigMap { "data" } else { "spec" };
            path.split('.').next() != Some(whole)
        }
        // Workload management and the like are tuned by others.
        ResourceId::ParameterGroup(_) => path == "tags" || path == "parameters",
        _ => path == "tags",
    }
}

/// Object Lock can be turned on and changed, but never off; the rest can be put right.
fn immutable(id: &ResourceId, path: &str, have: &Value) -> Option<&'static str> {
    match id {
        ResourceId::Bucket(_) | ResourceId::ReplicaBucket(_) if path == "objectLock" && !have.is_null() => {
            Some("S3 keeps Object Lock on a bucket for ever; declare objectLock or make a new bucket")
        }
        ResourceId::SigningKey(_) if path == "spec" => Some(
            "KMS never changes what a key is for; take its tags and its alias away and another one is made",
        ),
        ResourceId::Cluster(_) if matches!(path, "database" | "admin") => Some(
            "Redshift cannot rename the database or the administrator of a cluster; restore a snapshot into a new one",
        ),
        ResourceId::Cluster(_) if path == "subnetGroup" => {
            Some("Redshift cannot move a cluster to another subnet group; restore a snapshot into a new one")
        }
        ResourceId::ParameterGroup(_) if path == "family" => {
            Some("Redshift cannot change the family of a parameter group; remove it and it is made anew")
        }
        ResourceId::CopyGrant(_) if path == "kmsKey" => {
            Some("Redshift cannot change the key of a snapshot copy grant; remove it and it is made anew")
        }
        ResourceId::Table(_) if path == "key" => {
            Some("DynamoDB cannot change the key of a table; remove it and it is made anew")
        }
        ResourceId::Object(object) if path.starts_with("roleRef") => {
            debug_assert_eq!(object.kind.kind(), "RoleBinding");
            Some("Kubernetes does not let roleRef change; delete the RoleBinding and it is made anew")
        }
        _ => None,
    }
}
