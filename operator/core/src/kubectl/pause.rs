//! Small changes to a spec: where they are to be written, and what they mean.

use serde_json::{Value, json};

use super::keeper::{Keeper, keeper};
use super::target::Kind;
use crate::tenant::INLINE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish<'a> {
    Pause,
    Resume,
    /// The hash of a plan.
    Approve(&'a str),
}

impl Wish<'_> {
    fn field(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Approve(_), _) => "approvedPlan",
            (_, Kind::EtlPipeline) => "suspend",
            _ => "paused",
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Pause => json!(true),
            Self::Resume => json!(false),
            Self::Approve(hash) => json!(hash),
        }
    }
}

/// What is to be patched.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub kind: Kind,
    pub name: String,
    /// Where in its spec, such as `spec.paused`.
    pub field: String,
    /// A merge patch, onto this version of it alone.
    pub patch: Value,
    pub keeper: Option<Keeper>,
}

/// None where it is so already. What a tenant declares inline is changed in the tenant, which would put the object back.
pub fn change(
    kind: Kind,
    object: &Value,
    tenant: Option<&Value>,
    wish: Wish<'_>,
) -> Result<Option<Change>, String> {
    if kind == Kind::Environment {
        return Err("an Environment cannot be paused: pause its ClientTenants".to_owned());
    }
    let field = wish.field(kind);
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    if object["metadata"]["labels"][INLINE] == "true" {
        let home = object["metadata"]["namespace"].as_str().unwrap_or_default();
        let tenant = tenant.ok_or_else(|| {
            format!(
                "{kind} {name} is declared in ClientTenant {home}, which cannot be read: ask somebody who may"
            )
        })?;
        return inline(kind, name, tenant, (field, wish.value()));
    }
    if is_so(&object["spec"], field, &wish.value()) {
        return Ok(None);
    }
    let path = ["spec", field].map(str::to_owned);
    let spec = json!({ "spec": { field: wish.value() } });
    Ok(Some(made(kind, object, format!("spec.{field}"), spec, &path)))
}

fn inline(
    kind: Kind,
    name: &str,
    tenant: &Value,
    (field, value): (&str, Value),
) -> Result<Option<Change>, String> {
    let list = match kind {
        Kind::IngestBucket => "ingestBuckets",
        Kind::RedshiftSchema => "schemas",
        Kind::AnalyticsApp => "apps",
        _ => "pipelines",
    };
    let mut items = tenant["spec"][list].as_array().cloned().unwrap_or_default();
    let home = &tenant["metadata"]["name"];
    let Some(item) = items.iter_mut().find(|item| item["name"] == name) else {
        return Err(format!(
            "ClientTenant {home} no longer declares {name} in spec.{list}: it is about to go"
        ));
    };
    if is_so(item, field, &value) {
        return Ok(None);
    }
    item[field] = value;
    let key = format!("k:{}", json!({ "name": name }));
    let path = ["spec".to_owned(), list.to_owned(), key, field.to_owned()];
    let spec = json!({ "spec": { list: items } });
    Ok(Some(made(Kind::ClientTenant, tenant, format!("spec.{list}[{name}].{field}"), spec, &path)))
}

fn is_so(spec: &Value, field: &str, value: &Value) -> bool {
    spec[field] == *value || (spec[field].is_null() && *value == json!(false))
}

fn made(kind: Kind, object: &Value, field: String, mut patch: Value, owned: &[String]) -> Change {
    // Lists are written whole.
    patch["metadata"] = json!({ "resourceVersion": object["metadata"]["resourceVersion"] });
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    Change { kind, name, field, patch, keeper: keeper(object, owned) }
}

/// What somebody who does this should know.
#[must_use]
pub fn meaning(kind: Kind, wish: Wish<'_>) -> &'static str {
    match (wish, kind) {
        (Wish::Pause, Kind::ClientTenant) => {
            "nothing of the tenant, its buckets and its schemas is changed until it is resumed; what differs is still found \
             and told. Its pipelines begin no run; runs that are active go on"
        }
        (Wish::Pause, Kind::EtlPipeline) => {
            "no run begins until it is resumed; runs that are active go on. Files that arrive wait, slots that are \
             missed go by catchUp"
        }
        (Wish::Pause, _) => {
            "nothing of it is changed until it is resumed; what differs is still found and told"
        }
        (Wish::Resume, Kind::EtlPipeline) => {
            "runs begin again; what was missed goes by catchUp, files that wait are next"
        }
        (Wish::Resume, _) => "what differs is put right with the next look",
        (Wish::Approve(_), _) => "the plan with this hash is run with the next look, and no other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tenant_declares_is_changed_in_the_tenant() {
        let meta = json!({ "name": "claims", "namespace": "acme", "labels": { INLINE: "true" } });
        let schema = json!({ "metadata": meta, "spec": {} });
        let tenant = json!({
            "metadata": { "name": "acme", "resourceVersion": "7" },
            "spec": { "schemas": [{ "name": "other" }, { "name": "claims", "tables": [] }] },
        });
        let change =
            change(Kind::RedshiftSchema, &schema, Some(&tenant), Wish::Approve("0a")).unwrap().unwrap();
        assert_eq!((change.kind, change.name.as_str()), (Kind::ClientTenant, "acme"));
        assert_eq!(change.field, "spec.schemas[claims].approvedPlan");
        let schemas = json!([{ "name": "other" }, { "name": "claims", "tables": [], "approvedPlan": "0a" }]);
        assert_eq!(
            change.patch,
            json!({ "metadata": { "resourceVersion": "7" }, "spec": { "schemas": schemas } })
        );
        let unknown = super::change(Kind::RedshiftSchema, &schema, None, Wish::Pause).unwrap_err();
        assert_eq!(
            unknown,
            "RedshiftSchema claims is declared in ClientTenant acme, which cannot be read: ask somebody who may"
        );
    }

    #[test]
    fn what_is_so_already_is_not_written() {
        let pipeline =
            |suspend: bool| json!({ "metadata": { "name": "load" }, "spec": { "suspend": suspend } });
        assert_eq!(change(Kind::EtlPipeline, &pipeline(true), None, Wish::Pause), Ok(None));
        let resumed = change(Kind::EtlPipeline, &pipeline(true), None, Wish::Resume).unwrap().unwrap();
        assert_eq!(resumed.patch["spec"], json!({ "suspend": false }));
        assert!(change(Kind::Environment, &json!({}), None, Wish::Pause).is_err());
    }
}
