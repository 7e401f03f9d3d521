//! Who puts a field of a manifest back when somebody else changes it.

use std::fmt;

use serde_json::Value;

/// The field manager of what this command writes.
pub const MANAGER: &str = "kubectl-cloister";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// With the name of the Application, where it is known.
    ArgoCd(String),
    /// Who applies the field on the server's side.
    Applied(String),
    /// The field is in what `kubectl apply` has last sent.
    KubectlApply,
}

impl fmt::Display for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArgoCd(app) => write!(f, "Argo CD keeps it (Application {app}), and will put it back: change it in Git"),
            Self::Applied(manager) => {
                write!(f, "{manager} applies this field, and will put it back: change it in its manifest")
            }
            Self::KubectlApply => {
                f.write_str("the manifest that kubectl apply has last sent sets it, and the next apply puts it back: change it there")
            }
        }
    }
}

/// Who keeps a field of an object, by the path that leads to it: a field, or `k:{"name":…}` in a list.
#[must_use]
pub fn keeper(object: &Value, path: &[String]) -> Option<Keeper> {
    argo(object).map(Keeper::ArgoCd).or_else(|| applier(object, path)).or_else(|| last_applied(object, path))
}

/// <https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/>
fn argo(object: &Value) -> Option<String> {
    let meta = &object["metadata"];
    let tracked = meta["annotations"]["argocd.argoproj.io/tracking-id"].as_str();
    let app = tracked.map(|id| id.split(':').next().unwrap_or(id));
    // Helm's charts write the second label too.
    let by_helm = meta["labels"]["app.kubernetes.io/managed-by"] == "Helm";
    let label = |name: &str| meta["labels"][name].as_str();
    let plain = label("app.kubernetes.io/instance").filter(|_| !by_helm);
    app.or(label("argocd.argoproj.io/instance")).or(plain).map(str::to_owned)
}

fn applier(object: &Value, path: &[String]) -> Option<Keeper> {
    let entries = object["metadata"]["managedFields"].as_array()?;
    let owns = |entry: &&Value| {
        let fields = path.iter().try_fold(&entry["fieldsV1"], |fields, part| {
            if part.starts_with("k:") { fields.get(part) } else { fields.get(format!("f:{part}")) }
        });
        entry["operation"] == "Apply" && entry["subresource"].is_null() && fields.is_some()
    };
    let managers = entries.iter().filter(owns).filter_map(|entry| entry["manager"].as_str());
    managers
        .into_iter()
        .find(|manager| *manager != MANAGER)
        .map(|manager| Keeper::Applied(manager.to_owned()))
}

fn last_applied(object: &Value, path: &[String]) -> Option<Keeper> {
    let text =
        object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"].as_str()?;
    let sent: Value = serde_json::from_str(text).ok()?;
    let step = |value: &Value, part: &String| match part.strip_prefix("k:") {
        None => value.get(part).cloned(),
        Some(key) => {
            let key: Value = serde_json::from_str(key).ok()?;
            value.as_array()?.iter().find(|item| item["name"] == key["name"]).cloned()
        }
    };
    path.iter().try_fold(sent, |value, part| step(&value, part)).map(|_| Keeper::KubectlApply)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|&part| part.to_owned()).collect()
    }

    #[test]
    fn argo_is_known_by_its_marks_and_not_by_a_charts() {
        let paused = path(&["spec", "paused"]);
        let of = |meta: Value| keeper(&json!({ "metadata": meta }), &paused).map(|k| k.to_string());
        let tracked = json!({ "annotations": { "argocd.argoproj.io/tracking-id": "clients:cloister.dev/ClientTenant:/acme" } });
        let told = "Argo CD keeps it (Application clients), and will put it back: change it in Git";
        assert_eq!(of(tracked).as_deref(), Some(told));
        let labels = json!({ "labels": { "app.kubernetes.io/instance": "clients" } });
        assert_eq!(of(labels).as_deref(), Some(told));
        let helm = json!({ "labels": { "app.kubernetes.io/instance": "clients", "app.kubernetes.io/managed-by": "Helm" } });
        assert_eq!(of(helm), None);
    }

    #[test]
    fn a_field_has_a_keeper_who_applies_that_very_field() {
        let owned = json!({ "f:spec": { "f:schemas": { "k:{\"name\":\"claims\"}": { "f:paused": {} } } } });
        let entry = |manager: &str| json!({ "manager": manager, "operation": "Apply", "fieldsV1": owned });
        let with = |entry: Value| json!({ "metadata": { "managedFields": [entry] } });
        let field = path(&["spec", "schemas", "k:{\"name\":\"claims\"}", "paused"]);
        let other = path(&["spec", "schemas", "k:{\"name\":\"claims\"}", "approvedPlan"]);
        assert_eq!(keeper(&with(entry("flux")), &field), Some(Keeper::Applied("flux".into())));
        assert_eq!(keeper(&with(entry("flux")), &other), None);
        assert_eq!(keeper(&with(entry(MANAGER)), &field), None);
        let sent = json!({ "spec": { "schemas": [{ "name": "claims", "paused": false }] } }).to_string();
        let applied = json!({ "metadata": { "annotations": { "kubectl.kubernetes.io/last-applied-configuration": sent } } });
        assert_eq!(keeper(&applied, &field), Some(Keeper::KubectlApply));
        assert_eq!(keeper(&applied, &other), None);
    }
}
