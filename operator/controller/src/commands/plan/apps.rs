//! What is planned for a tenant's applications.

use cloister_core::app::{DOOR_IMAGE_NOT_KNOWN_YET, optional_kinds as declared_kinds};
use cloister_core::resource::KEY_NOT_KNOWN_YET;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment};
use futures::future::join_all;
use kube::ResourceExt;

use super::{Manifests, Section, Survey, Whose, account, names, owner, section};
use crate::api::Object;
use crate::kinds::{Wanted, leaves, optional_kinds, schema_name, warehouse};

/// Of a tenant that leaves nobody is served.
pub async fn plan_apps(
    apps: &[AnalyticsApp],
    (tenant, home): (&ClientTenant, &Environment),
    manifests: &Manifests,
    key_arn: Option<&str>,
    survey: &Survey<'_>,
) -> Vec<Section> {
    let owner = &owner(tenant);
    let looks = apps.iter().map(|app| async move {
        let mut wanted = wanted(app, (tenant, home), manifests);
        wanted.key_arn = Some(key_arn.unwrap_or(KEY_NOT_KNOWN_YET).to_owned());
        wanted.optional = match survey.live {
            Some(live) => optional_kinds(app, live.client()).await,
            None => declared_kinds(&app.spec).into_iter().map(|(kind, _)| kind).collect(),
        };
        let keeper = Object::uid(app);
        let whose = Whose { owner, keeper: &keeper, home };
        section(app.label(), whose, wanted.desire(), survey).await
    });
    join_all(looks).await
}

fn wanted(
    app: &AnalyticsApp,
    (tenant, home): (&ClientTenant, &Environment),
    manifests: &Manifests,
) -> Wanted {
    let names = names(&tenant.name_any(), &owner(tenant));
    let mut wanted = Wanted::new(app, tenant, home, names, account(home));
    let schema = app.spec.data.as_ref().and_then(|data| {
        let all = manifests.schemas_of(tenant);
        all.iter()
            .find(|schema| schema.name_any() == data.schema)
            .and_then(|schema| schema_name(schema, tenant))
    });
    wanted.warehouse = warehouse(schema, tenant, home, &wanted.names);
    // Which one the operator has it only knows itself, and says.
    let told = app.status.as_ref().and_then(|status| status.door_image.clone());
    wanted.door_image = Some(told.unwrap_or_else(|| DOOR_IMAGE_NOT_KNOWN_YET.to_owned()));
    wanted.closed = leaves(tenant);
    wanted
}
