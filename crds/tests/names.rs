//! kubectl and the API server read YAML 1.1, in which some plain words are booleans: a field called so could
//! not be written without quotes.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray,
};

const BOOLEANS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];

fn names(schema: &JSONSchemaProps, path: &str, found: &mut Vec<String>) {
    for (name, inner) in schema.properties.iter().flatten() {
        let path = format!("{path}.{name}");
        names(inner, &path, found);
        found.push(path);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &schema.items {
        names(items, path, found);
    }
}

#[test]
fn no_field_is_a_boolean_of_yaml() {
    let mut found = Vec::new();
    for definition in cloister_crds::definitions() {
        for version in definition.spec.versions {
            let schema = version.schema.and_then(|schema| schema.open_api_v3_schema);
            names(&schema.unwrap_or_default(), &definition.spec.names.kind, &mut found);
        }
    }
    assert!(found.len() > 150, "{} fields", found.len());
    let last = |path: &String| path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let bad: Vec<&String> = found.iter().filter(|path| BOOLEANS.contains(&last(path).as_str())).collect();
    assert_eq!(bad, Vec::<&String>::new());
}
