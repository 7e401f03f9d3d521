//! Whose warehouse is drilled: tenant, account, database, and what is declared to be in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloister_aws::Account;
use cloister_core::bucket::is_copied;
use cloister_core::drill::is_scratch_of;
use cloister_core::name::Names;
use cloister_core::ownership::Owner;
use cloister_core::resource::{Database, Resource};
use cloister_core::sql::Ident;
use cloister_crds::{ClientTenant, Environment, IngestBucket, RedshiftSchema};
use kube::{Client, ResourceExt};

use crate::api::Object as _;
use crate::commands::access::Access;
use crate::commands::plan::{Live, Manifests};
use crate::commands::{Complaint, no_tenant};
use crate::kinds::{Kind as _, database, desired_schema};

pub struct Subject {
    pub client: Client,
    pub account: Arc<Account>,
    pub tenant: ClientTenant,
    pub home: Environment,
    pub owner: Owner,
    /// In the live cluster, which a tenant may share with others.
    pub database: Database,
    pub recovery_region: String,
    /// Tables that are declared, by their schemas.
    pub declared: BTreeMap<Ident, BTreeSet<Ident>>,
    /// Buckets and their copies.
    pub copied: Vec<(String, String)>,
    /// Buckets that are not copied, as they are called in Kubernetes.
    pub uncopied: Vec<String>,
}

impl Subject {
    pub async fn find(name: &str, access: &Access) -> Result<Self, Complaint> {
        let mut manifests = Manifests::default();
        let live = Live::connect(&mut manifests, access).await?;
        let Some(tenant) = manifests.known_tenants.iter().find(|tenant| tenant.name_any() == name).cloned()
        else {
            return Err(no_tenant(name));
        };
        let wanted = &tenant.spec.environment;
        let Some(home) = manifests.known_environments.iter().find(|home| home.name_any() == *wanted).cloned()
        else {
            return Err(format!("Environment {wanted} of {} does not exist: apply it", tenant.label()).into());
        };
        let owner = tenant.owner();
        let names = Names::new(name, &owner.uid);
        let Some(database) = database(&tenant, &home, &names) else {
            let hint =
                "there is nothing to restore; a drill compares copies of objects beside a warehouse only";
            return Err(format!("spec.warehouse of {} is not declared: {hint}", tenant.label()).into());
        };
        let Some(recovery_region) = home.spec.recovery_region.clone() else {
            let hint = "no snapshot is copied anywhere; write a region such as us-west-2";
            return Err(format!("spec.recoveryRegion of {} is not declared: {hint}", home.label()).into());
        };
        let schemas: Vec<RedshiftSchema> = live.list(name).await?;
        let mut declared = BTreeMap::new();
        for schema in &schemas {
            let desired = desired_schema(schema, &tenant, &home, &names).map_err(|violations| {
                let all: Vec<String> =
                    violations.iter().map(|v| format!("{}: {v}", schema.label())).collect();
                all.join("\n       ")
            })?;
            for want in desired.into_values() {
                if let Resource::Schema(schema) = want.resource {
                    let tables = schema.declared.tables.keys().cloned().collect();
                    declared.insert(schema.declared.schema.clone(), tables);
                }
            }
        }
        let (copied, uncopied) = by_copies(&tenant, &names, live.list(name).await?);
        let (client, account) = (live.client().clone(), live.account(&home));
        Ok(Self {
            client,
            account,
            tenant,
            home,
            owner,
            database,
            recovery_region,
            declared,
            copied,
            uncopied,
        })
    }

    /// Those of this tenant's drills that stand.
    pub async fn scratch_clusters(&self) -> Result<Vec<String>, Complaint> {
        let mut all = self.account.recovery_clusters().await?;
        all.retain(|cluster| is_scratch_of(&self.tenant.name_any(), cluster));
        Ok(all)
    }
}

fn by_copies(
    tenant: &ClientTenant,
    names: &Names,
    buckets: Vec<IngestBucket>,
) -> (Vec<(String, String)>, Vec<String>) {
    let (copied, uncopied): (Vec<_>, Vec<_>) =
        buckets.into_iter().partition(|bucket| is_copied(&bucket.spec, &tenant.spec));
    let place = |bucket: &IngestBucket| {
        let name = bucket.name_any();
        let own = bucket.spec.bucket_name.clone();
        (own.unwrap_or_else(|| names.bucket(&name)), names.replica(&name))
    };
    (copied.iter().map(place).collect(), uncopied.iter().map(ResourceExt::name_any).collect())
}
