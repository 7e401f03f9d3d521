use cloister_core::name::{Names, shared_warehouse};
use cloister_core::observed::{Actual, Observed, ObservedSet};
use cloister_core::plan::{Desired, DesiredSet, Fate};
use cloister_core::resource::{Database, Resource, ResourceId, Schema};
use cloister_core::schema::{Declared, Inputs, SchemaPlan};
use cloister_core::sql::Ident;
use cloister_core::tenant::{self, KeyArns};
use cloister_core::violation::Violation;
use cloister_crds::schema::PlanStatus;
use cloister_crds::status::CommonStatus;
use cloister_crds::{ClientTenant, Environment, RedshiftSchema, RedshiftSchemaStatus};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;

use super::bucket::fate;
use super::tenant::home;
use super::{Facts, Kind, Prepared, environment, is_converged, is_there, mode, peers, sharing, stands};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

impl Kind for RedshiftSchema {
    async fn prepare(&self, context: &Context) -> Prepared {
        let namespace = self.namespace().unwrap_or_default();
        let Some(tenant) = context.tenants.get(&ObjectRef::new(&namespace)) else {
            let why = format!(
                "namespace {namespace} belongs to no ClientTenant; apply the tenant, or move the schema to its namespace"
            );
            let waiting = if self.is_leaving() { Vec::new() } else { vec![why] };
            return Prepared::waiting(self.owner(), waiting);
        };
        // As with its buckets: what a namespace that was deleted by hand held comes back as the tenant's own.
        let owner = tenant.owner();
        let home = match home(&tenant.spec.environment, context) {
            Ok(home) => home,
            Err(why) => return Prepared::waiting(owner, vec![why]),
        };
        let names = Names::new(&namespace, &owner.uid);
        // With the whole tenant rows go by its offboarding alone.
        let fate = match fate(self, self.spec.deletion_policy, &tenant, context) {
            Fate::Vanish if tenant.is_leaving() => Fate::Retain,
            fate => fate,
        };
        let database = match place(self, &tenant, &home, &names) {
            Ok(database) => database,
            Err(why) => {
                // What is to stay needs no warehouse to stay in.
                let waiting = if fate == Fate::Retain { Vec::new() } else { vec![why] };
                return Prepared::waiting(owner, waiting);
            }
        };
        let declared = match declared(self, &tenant) {
            Ok(declared) if fate == Fate::Vanish => declared.leaving(),
            Ok(declared) => declared,
            Err(violations) => return Prepared { violations, ..Prepared::waiting(owner, Vec::new()) },
        };
        let drift_policy = self.spec.drift_policy.unwrap_or(tenant.spec.drift_policy);
        let paused = self.spec.paused || tenant.spec.paused;
        Prepared {
            owner,
            violations: Vec::new(),
            waiting: Vec::new(),
            account: Some(context.aws.account(&environment::target(&home.spec))),
            mode: mode(paused, drift_policy, self.is_leaving(), is_converged(self)),
            facts: Facts { schema: Some(declared.schema.as_str().to_owned()), ..Facts::default() },
            keeper: None,
            known_keys: KeyArns::default(),
            desire: Box::new(move |_| desire(&database, &declared, fate)),
        }
    }

    /// What a database holds changes without events.
    const IS_TOLD_OF: bool = false;

    fn home(&self, context: &Context) -> Option<String> {
        let tenant = context.tenants.get(&ObjectRef::new(&self.namespace().unwrap_or_default()))?;
        Some(tenant.spec.environment.clone())
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        peers::child_rests_on_the_present(self, context).await
    }

    fn with_common(
        &self,
        common: CommonStatus,
        prepared: &Prepared,
        observed: &ObservedSet,
    ) -> RedshiftSchemaStatus {
        let plan = own_plan(&prepared.desired(observed), observed).filter(|plan| !plan.is_settled());
        RedshiftSchemaStatus { common, schema: prepared.facts.schema.clone(), plan: plan.map(shown) }
    }
}

fn desire(at: &Database, declared: &Declared, fate: Fate) -> DesiredSet {
    let id = ResourceId::Schema(format!("{}/{}.{}", at.cluster, at.name, declared.schema));
    let schema = Schema { database: at.clone(), declared: declared.clone(), catalog: None };
    let resource = Resource::Schema(Box::new(schema));
    DesiredSet::from([(id, Desired { resource, fate, needs: [].into(), adopt: false })])
}

/// What a manifest wants of its schema, or all that is wrong with it.
pub fn desired_schema(
    schema: &RedshiftSchema,
    tenant: &ClientTenant,
    home: &Environment,
    names: &Names,
) -> Result<DesiredSet, Vec<Violation>> {
    let hint = format!("{} has no warehouse: add spec.warehouse to it", tenant.label());
    let database =
        database(tenant, home, names).ok_or_else(|| vec![Violation::new("metadata.namespace", hint)])?;
    Ok(desire(&database, &declared(schema, tenant)?, Fate::Exist))
}

/// What it is called in the database, unless its manifest is wrong.
pub fn schema_name(schema: &RedshiftSchema, tenant: &ClientTenant) -> Option<String> {
    declared(schema, tenant).ok().map(|declared| declared.schema.as_str().to_owned())
}

fn declared(schema: &RedshiftSchema, tenant: &ClientTenant) -> Result<Declared, Vec<Violation>> {
    let mut declared = Declared::read(&Inputs {
        object: &schema.name_any(),
        uid: &Object::uid(tenant),
        spec: &schema.spec,
        prefix: &format!("{}.", tenant.name_any()),
        owner: tenant::ADMIN,
    })?;
    declared.shared = sharing::database_name(tenant).and_then(|name| Ident::new(name).ok());
    Ok(declared)
}

/// The database that statements can be run in, or why there is none.
fn place(
    schema: &RedshiftSchema,
    tenant: &ClientTenant,
    home: &Environment,
    names: &Names,
) -> Result<Database, String> {
    let database = database(tenant, home, names)
        .ok_or_else(|| format!("{} has no warehouse: add spec.warehouse to it", tenant.label()))?;
    let shared = sharing::database(tenant, &database.cluster);
    let stands = if let Some(id) = &shared {
        // A schema that was once made is in it, whatever is being changed about the database.
        let was_in_it = schema.common().is_some_and(|c| c.converged_generation.is_some());
        let was_seen = tenant.common().is_some_and(|c| c.arn(&id.to_string()).is_some());
        (was_in_it && was_seen) || stands(tenant.common(), &id.to_string())
    } else {
        is_there(tenant.common(), &ResourceId::Cluster(database.cluster.clone()).to_string())
    };
    let what = if shared.is_some() { "database" } else { "warehouse" };
    if stands { Ok(database) } else { Err(format!("the {what} of {} is being made", tenant.label())) }
}

/// None where the tenant has no warehouse.
pub fn database(tenant: &ClientTenant, home: &Environment, names: &Names) -> Option<Database> {
    let warehouse = tenant.spec.warehouse.as_ref()?;
    let cluster = if warehouse.shared {
        shared_warehouse(&home.name_any(), &Object::uid(home))
    } else {
        names.warehouse()
    };
    let name = tenant::database(&names.tenant, warehouse);
    Some(Database { cluster, name, user: tenant::ADMIN.to_owned() })
}

fn own_plan(desired: &DesiredSet, observed: &ObservedSet) -> Option<SchemaPlan> {
    desired.iter().find_map(|(id, want)| match (&want.resource, observed.get(id)) {
        (
            Resource::Schema(want),
            Some(Observed::Present(Actual { resource: Resource::Schema(have), .. })),
        ) => Some(want.plan(have)),
        _ => None,
    })
}

/// Of each list so many; the rest is in `cloister plan`.
const SHOWN: usize = 20;

fn shown(plan: SchemaPlan) -> PlanStatus {
    let first = |texts: &mut dyn Iterator<Item = String>| texts.take(SHOWN).collect();
    PlanStatus {
        hash: plan.hash,
        changes: first(&mut plan.transactions.into_iter().map(|t| t.title)),
        destructive: first(&mut plan.destructive.into_iter()),
        blocked: first(&mut plan.held.into_iter().map(|held| held.sentence)),
    }
}
