//! What an application cannot be served without: each told in one sentence, with what to write.

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::app::{self, CLIENT_SECRET, DataRole, Warehouse, read_only};
use cloister_core::name::Names;
use cloister_core::resource::ObjectKind;
use cloister_crds::{AnalyticsApp, Environment, RedshiftSchema};
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::reflector::ObjectRef;
use kube::{Api, ResourceExt};

use crate::api::Object;
use crate::context::Context;

pub(super) async fn look(
    app: &AnalyticsApp,
    home: &Environment,
    names: &Names,
    at: Option<&Warehouse>,
    optional: &BTreeSet<ObjectKind>,
    context: &Context,
) -> Vec<String> {
    let mut lacking = Vec::new();
    if home.spec.sign_in.is_none() {
        lacking.push(format!(
            "Environment {} names no identity provider; set spec.signIn of it, such as {{issuer: https://login.example.org}}",
            home.name_any()
        ));
    }
    if home.spec.audit.role_arn.is_none() {
        lacking.push(format!(
            "Environment {} keeps no audit bucket, and the access log needs one; set spec.audit.roleArn of it",
            home.name_any()
        ));
    }
    if context.settings.door_image.is_none() {
        lacking.push(
            "the operator knows no image of the door; start it with --door-image, or set doorImage of its chart"
                .to_owned(),
        );
    }
    for (kind, instead) in app::optional_kinds(&app.spec) {
        if !optional.contains(&kind) {
            lacking.push(format!("the cluster has no {}; {instead}", kind.kind()));
        }
    }
    if let Some(data) = &app.spec.data {
        let role = app::role_name(names, &app.name_any());
        let problems = schema(app, &DataRole::new(data, &role), context);
        if at.is_none() && problems.is_empty() {
            lacking.push(format!("RedshiftSchema {} is not ready yet", data.schema));
        }
        lacking.extend(problems);
    }
    lacking.extend(secrets(app, context).await);
    lacking
}

fn schema(app: &AnalyticsApp, role: &DataRole<'_>, context: &Context) -> Vec<String> {
    let reference =
        ObjectRef::<RedshiftSchema>::new(role.schema).within(&app.namespace().unwrap_or_default());
    let Some(found) = context.schemas.get(&reference) else {
        return vec![format!(
            "RedshiftSchema {} does not exist; declare it, or correct spec.data.schema",
            role.schema
        )];
    };
    let mut problems = read_only(role, &found.spec);
    // What it lacks later does not stop an application.
    if found.common().is_none_or(|common| common.converged_generation.is_none()) {
        problems.push(format!("{} is not ready yet", found.label()));
    }
    problems
}

/// Of Secrets only the names of their keys are looked at.
async fn secrets(app: &AnalyticsApp, context: &Context) -> Vec<String> {
    let (name, spec) = (app.name_any(), &app.spec);
    let sign_in = &spec.sign_in.secret_name;
    let tls = app::tls_secret(&name, spec);
    let api: Api<Secret> = Api::namespaced(context.client.clone(), &app.namespace().unwrap_or_default());
    let (sign_in_keys, tls_keys) = futures::join!(keys(&api, sign_in), keys(&api, &tls));
    let mut lacking = Vec::new();
    match sign_in_keys {
        Err(why) => lacking.push(format!("Secret {sign_in} cannot be read: {why}")),
        Ok(None) => lacking.push(format!(
            "Secret {sign_in} does not exist; write the client's secret into its key {CLIENT_SECRET}, or correct \
             spec.signIn.secretName"
        )),
        Ok(Some(keys)) if keys.get(CLIENT_SECRET).is_none_or(|length| *length == 0) => {
            lacking.push(format!("Secret {sign_in} has no key {CLIENT_SECRET}; write the client's secret into it"));
        }
        Ok(Some(_)) => {}
    }
    match tls_keys {
        Err(why) => lacking.push(format!("Secret {tls} cannot be read: {why}")),
        Ok(None) if spec.tls.issuer.is_some() => {
            lacking.push(format!("cert-manager has yet to write Secret {tls}; see kubectl describe certificate"));
        }
        Ok(None) => lacking.push(format!(
            "Secret {tls} does not exist; make it with kubectl create secret tls, or correct spec.tls.secretName"
        )),
        Ok(Some(keys)) => {
            let missing = ["tls.crt", "tls.key"].into_iter().filter(|key| keys.get(*key).is_none_or(|n| *n == 0));
            lacking.extend(missing.map(|key| format!("Secret {tls} has no key {key}; make it with kubectl create secret tls")));
        }
    }
    lacking
}

/// Names and lengths of a Secret's values.
async fn keys(api: &Api<Secret>, name: &str) -> Result<Option<BTreeMap<String, usize>>, String> {
    let found = api.get_opt(name).await.map_err(|error| crate::objects::fault("Get", &error).to_string())?;
    let data = found.map(|secret| secret.data.unwrap_or_default());
    Ok(data.map(|data| data.into_iter().map(|(key, value)| (key, value.0.len())).collect()))
}
