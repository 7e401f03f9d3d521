use std::path::{Path, PathBuf};

use cloister_crds::{
    AnalyticsApp, ClientTenant, Environment, EtlPipeline, GROUP, IngestBucket, RedshiftSchema,
};
use kube::ResourceExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::inline;
use crate::api::Object as _;
use crate::commands::Complaint;

/// What was read from files, and what is wrong with it: all of it at once.
#[derive(Default)]
pub struct Manifests {
    pub environments: Vec<Environment>,
    pub tenants: Vec<ClientTenant>,
    pub buckets: Vec<IngestBucket>,
    pub schemas: Vec<RedshiftSchema>,
    pub apps: Vec<AnalyticsApp>,
    /// Environments that the files do not hold but the cluster does.
    pub known_environments: Vec<Environment>,
    /// All tenants that the cluster has.
    pub known_tenants: Vec<ClientTenant>,
    /// Applications that the cluster has, of these tenants.
    pub known_apps: Vec<AnalyticsApp>,
    pub complaints: Vec<String>,
}

impl Manifests {
    pub fn read(paths: &[PathBuf]) -> Result<Self, Complaint> {
        let mut manifests = Self::default();
        for path in paths {
            for file in files(path)? {
                let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
                let documents: Vec<Value> = serde_saphyr::from_multiple(&text)
                    .map_err(|e| format!("{} is not YAML: {e}", file.display()))?;
                for document in documents.into_iter().filter(|d| !d.is_null()) {
                    manifests.take(&file, document);
                }
            }
        }
        Ok(manifests)
    }

    fn take(&mut self, file: &Path, document: Value) {
        let text = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if !api_version.starts_with(GROUP) {
            return;
        }
        let name = document["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let what = format!("{}: {kind}/{name}", file.display());
        match kind.as_str() {
            "Environment" => {
                let parsed =
                    parse::<Environment>(&what, document, Environment::validate_cel, &mut self.complaints);
                self.environments.extend(parsed);
            }
            "ClientTenant" => {
                let parsed =
                    parse::<ClientTenant>(&what, document, ClientTenant::validate_cel, &mut self.complaints);
                let all = parsed.iter().flat_map(|t| cloister_core::tenant::validate(&t.name_any(), &t.spec));
                self.complaints.extend(all.map(|violation| format!("{what}: {violation}")));
                self.tenants.extend(parsed);
            }
            "IngestBucket" => {
                let parsed =
                    parse::<IngestBucket>(&what, document, IngestBucket::validate_cel, &mut self.complaints);
                self.buckets.extend(parsed);
            }
            "RedshiftSchema" => {
                let rules = RedshiftSchema::validate_cel;
                self.schemas.extend(parse::<RedshiftSchema>(&what, document, rules, &mut self.complaints));
            }
            "EtlPipeline" => {
                let rules = EtlPipeline::validate_cel;
                let parsed = parse::<EtlPipeline>(&what, document, rules, &mut self.complaints);
                // What they run is decided when it is due: there is nothing to plan.
                let wrong = |p: &EtlPipeline| cloister_core::pipeline::validate("spec", &name, &p.spec);
                self.complaints.extend(parsed.iter().flat_map(wrong).map(|v| format!("{what}: {v}")));
            }
            "AnalyticsApp" => {
                let rules = AnalyticsApp::validate_cel;
                self.apps.extend(parse::<AnalyticsApp>(&what, document, rules, &mut self.complaints));
            }
            _ => self.complaints.push(format!("{what}: {GROUP} has no such kind")),
        }
    }

    pub fn home(&self, tenant: &ClientTenant) -> Result<&Environment, Complaint> {
        let name = &tenant.spec.environment;
        let mut all = self.environments.iter().chain(&self.known_environments);
        all.find(|e| e.name_any() == *name).ok_or_else(|| {
            format!("spec.environment: Environment {name} is in none of the files; add its manifest with -f, or use --live").into()
        })
    }

    /// Inline buckets, and those of their own in the tenant's namespace.
    pub fn buckets_of(&self, tenant: &ClientTenant) -> Vec<IngestBucket> {
        let namespace = tenant.name_any();
        let own = self.buckets.iter().filter(|b| b.namespace().as_deref() == Some(&*namespace));
        inline(tenant).into_iter().chain(own.cloned()).collect()
    }

    /// Inline applications, and those of their own in the tenant's namespace.
    pub fn apps_of(&self, tenant: &ClientTenant) -> Vec<AnalyticsApp> {
        let namespace = tenant.name_any();
        let inline = tenant.spec.apps.iter().map(|app| {
            let mut object = AnalyticsApp::new(&app.name, app.spec.clone());
            object.metadata.namespace = Some(namespace.clone());
            object
        });
        let own = self.apps.iter().filter(|a| a.namespace().as_deref() == Some(&*namespace));
        inline.chain(own.cloned()).map(|app| self.as_known(app)).collect()
    }

    /// What the cluster has of a tenant's applications and of the schemas that these read.
    pub fn know_apps(
        &mut self,
        tenant: &ClientTenant,
        apps: Vec<AnalyticsApp>,
        schemas: Vec<RedshiftSchema>,
    ) {
        let stays = |app: &AnalyticsApp| !app.is_leaving();
        self.known_apps = apps.into_iter().filter(stays).collect();
        let inline = |name: &String| tenant.spec.apps.iter().any(|app| app.name == *name);
        self.apps = self.known_apps.iter().filter(|app| !inline(&app.name_any())).cloned().collect();
        let inline = |name: &String| tenant.spec.schemas.iter().any(|schema| schema.name == *name);
        self.schemas = schemas.into_iter().filter(|schema| !inline(&schema.name_any())).collect();
    }

    /// With the identity and the status that it has in the cluster.
    fn as_known(&self, mut app: AnalyticsApp) -> AnalyticsApp {
        let is_it = |known: &&AnalyticsApp| {
            known.name_any() == app.name_any() && known.namespace() == app.namespace()
        };
        if let Some(known) = self.known_apps.iter().find(is_it) {
            app.metadata.uid.clone_from(&known.metadata.uid);
            app.status.clone_from(&known.status);
        }
        app
    }

    /// Inline schemas, and those of their own in the tenant's namespace.
    pub fn schemas_of(&self, tenant: &ClientTenant) -> Vec<RedshiftSchema> {
        let namespace = tenant.name_any();
        let inline = tenant.spec.schemas.iter().map(|schema| {
            let mut object = RedshiftSchema::new(&schema.name, schema.spec.clone());
            object.metadata.namespace = Some(namespace.clone());
            object
        });
        let own = self.schemas.iter().filter(|s| s.namespace().as_deref() == Some(&*namespace));
        inline.chain(own.cloned()).collect()
    }
}

/// Parses strictly: a misspelt field is an error, as it is for the API server.
fn parse<K: DeserializeOwned>(
    what: &str,
    document: Value,
    rules: impl Fn(&K) -> Result<(), kube::core::cel::ValidationErrors>,
    complaints: &mut Vec<String>,
) -> Option<K> {
    let mut unknown = Vec::new();
    let parsed = serde_ignored::deserialize(document, |path| unknown.push(path.to_string()));
    // The types of kube leave these two to the API.
    unknown.retain(|path| path != "apiVersion" && path != "kind");
    complaints.extend(unknown.into_iter().map(|path| format!("{what}: {path}: there is no such field")));
    match parsed {
        Ok(object) => {
            if let Err(errors) = rules(&object) {
                complaints.push(format!("{what}: {errors}"));
            }
            Some(object)
        }
        Err(error) => {
            complaints.push(format!("{what}: {error}"));
            None
        }
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Complaint> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let is_yaml = |p: &PathBuf| p.extension().is_some_and(|e| e == "yaml" || e == "yml");
    let entries = std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(is_yaml).collect();
    found.sort();
    Ok(found)
}
