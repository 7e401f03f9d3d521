//! What an application is made from. The pass, the plan and the evidence want the same of it.

use std::collections::BTreeSet;

use cloister_core::app::{self, Audit, Inputs, Warehouse, aws};
use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Fate};
use cloister_core::resource::ObjectKind;
use cloister_crds::{AnalyticsApp, AnalyticsAppSpec, ClientTenant, Environment, IdentityProvider};
use kube::ResourceExt;

use super::super::database;
use crate::api::Object;

pub struct Wanted {
    name: String,
    uid: String,
    spec: AnalyticsAppSpec,
    tenant: Owner,
    pub names: Names,
    account: Account,
    audit: Audit,
    provider: Option<IdentityProvider>,
    own_nodes: bool,
    /// By digest.
    pub door_image: Option<String>,
    pub warehouse: Option<Warehouse>,
    /// Of the tenant's key.
    pub key_arn: Option<String>,
    pub optional: BTreeSet<ObjectKind>,
    pub fate: Fate,
    pub closed: bool,
}

impl Wanted {
    /// As it is declared, before anything is known of what it rests on.
    pub fn new(
        app: &AnalyticsApp,
        tenant: &ClientTenant,
        home: &Environment,
        names: Names,
        account: Account,
    ) -> Self {
        Self {
            name: app.name_any(),
            uid: Object::uid(app),
            spec: app.spec.clone(),
            tenant: Owner { object: tenant.label(), uid: Object::uid(tenant) },
            names,
            account,
            audit: Audit {
                account: home.spec.audit.account_id.clone(),
                bucket: home.spec.audit.bucket.clone(),
                region: home.spec.region.clone(),
            },
            provider: home.spec.sign_in.clone(),
            own_nodes: tenant.spec.nodes.is_some(),
            door_image: None,
            warehouse: None,
            key_arn: None,
            optional: BTreeSet::new(),
            fate: Fate::Exist,
            closed: false,
        }
    }

    pub fn desire(&self) -> DesiredSet {
        let warehouse = self.warehouse.as_ref();
        app::desire(&Inputs {
            name: &self.name,
            uid: &self.uid,
            spec: &self.spec,
            names: &self.names,
            account: &self.account,
            audit: &self.audit,
            provider: self.provider.as_ref(),
            door_image: self.door_image.as_deref(),
            warehouse,
            in_aws: self.key_arn.as_deref().map(|key_arn| aws::Inputs {
                name: &self.name,
                tenant: &self.tenant,
                names: &self.names,
                account: &self.account,
                key_arn,
                warehouse: warehouse.map(|at| (at.cluster.as_str(), at.database.as_str())),
                fate: self.fate,
            }),
            own_nodes: self.own_nodes,
            closed: self.closed,
            optional: &self.optional,
        })
    }
}

/// Where its data is, by what its schema is called in the database.
pub fn warehouse(
    schema: Option<String>,
    tenant: &ClientTenant,
    home: &Environment,
    names: &Names,
) -> Option<Warehouse> {
    let (schema, at) = (schema?, database(tenant, home, names)?);
    Some(Warehouse { cluster: at.cluster, database: at.name, schema })
}
