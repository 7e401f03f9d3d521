//! What an application rests on, and what serves it.

mod lacks;
mod serving;
mod wanted;

pub use wanted::{Wanted, warehouse};

use std::collections::BTreeSet;
use std::time::Duration;

use cloister_core::app::{self, APP};
use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::Fate;
use cloister_core::resource::{ObjectId, ObjectKind};
use cloister_core::tenant::KeyArns;
use cloister_crds::status::CommonStatus;
use cloister_crds::{AnalyticsApp, AnalyticsAppStatus, ClientTenant};
use kube::api::DynamicObject;
use kube::runtime::reflector::ObjectRef;
use kube::{Client, ResourceExt};

use super::tenant::home;
use super::{Facts, Kind, Prepared, environment, is_converged, mode, offboarding, peers};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;
use crate::objects;

/// Secrets and kinds of others are watched by nobody.
const UNWATCHED: Duration = Duration::from_secs(5);

impl Kind for AnalyticsApp {
    async fn prepare(&self, context: &Context) -> Prepared {
        let namespace = self.namespace().unwrap_or_default();
        let Some(tenant) = context.tenants.get(&ObjectRef::new(&namespace)) else {
            let why = format!(
                "namespace {namespace} belongs to no ClientTenant; apply the tenant, or move the application to its namespace"
            );
            let waiting = if self.is_leaving() { Vec::new() } else { vec![why] };
            return Prepared::waiting(self.owner(), waiting);
        };
        // As with buckets: the tenant owns what stands in AWS.
        let owner = tenant.owner();
        let home = match home(&tenant.spec.environment, context) {
            Ok(home) => home,
            Err(why) => return Prepared::waiting(owner, vec![why]),
        };
        let names = Names::new(&namespace, &owner.uid);
        let mut account = Account::new(&home.name_any(), &home.spec);
        account.audit_key = super::audit_key(&home);
        let closed = self.is_leaving() || tenant.is_leaving() || offboarding::leaves(&tenant);

        let (mut waiting, mut serving) = (Vec::new(), serving::Serving::default());
        let mut wanted = Wanted::new(self, &tenant, &home, names, account);
        wanted.warehouse = warehouse(named_schema(self, context), &tenant, &home, &wanted.names);
        wanted.optional = optional_kinds(self, &context.client).await;
        if !closed {
            let at = wanted.warehouse.as_ref();
            waiting = lacks::look(self, &home, &wanted.names, at, &wanted.optional, context).await;
        }
        wanted.key_arn = tenant.status().and_then(|status| status.key_arn.clone());
        if wanted.key_arn.is_none() && !closed {
            waiting.push(format!("the key of {} is being made", tenant.label()));
        }
        // Pods that could not start are not made; those that serve are not ended for what is lacking later.
        let is_new = self.common().is_none_or(|common| common.converged_generation.is_none());
        let held = is_new && !waiting.is_empty();
        if !closed && !held {
            serving = serving::look(self, context).await;
            waiting.append(&mut serving.waiting);
        }
        if closed && !self.is_leaving() {
            waiting.push(format!("{} leaves: nobody is served", tenant.label()));
        }
        let paused = self.spec.paused || tenant.spec.paused;
        let drift_policy = self.spec.drift_policy.unwrap_or(tenant.spec.drift_policy);
        let leaving = self.is_leaving();
        wanted.fate = fate(self, &tenant, context);
        wanted.closed = closed;
        let door_image = context.settings.door_image.clone();
        wanted.door_image = door_image.clone().filter(|_| !held);
        let facts = Facts {
            url: (!closed && !held).then(|| format!("https://{}/", self.spec.host)),
            ready_replicas: serving.ready,
            door_image,
            ..Facts::default()
        };
        Prepared {
            owner,
            violations: Vec::new(),
            waiting,
            account: Some(context.aws.account(&environment::target(&home.spec))),
            mode: mode(paused, drift_policy, closed, is_converged(self)),
            facts,
            keeper: Some(Object::uid(self)),
            known_keys: KeyArns::default(),
            desire: Box::new(move |_| {
                let mut set = wanted.desire();
                if leaving {
                    // What is left goes with the object that owns it.
                    let staying = set.values_mut().filter(|want| want.fate == Fate::Exist);
                    staying.for_each(|want| want.fate = Fate::Retain);
                }
                set
            }),
        }
    }

    /// Nothing tells of Secrets, nor of kinds of others.
    const IS_TOLD_OF: bool = false;

    fn rest(&self) -> Option<Duration> {
        let ready = self.common().is_some_and(CommonStatus::is_ready);
        (!ready && !self.is_leaving()).then_some(UNWATCHED)
    }

    fn home(&self, context: &Context) -> Option<String> {
        let tenant = context.tenants.get(&ObjectRef::new(&self.namespace().unwrap_or_default()))?;
        Some(tenant.spec.environment.clone())
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        peers::child_rests_on_the_present(self, context).await
    }

    fn with_common(
        &self,
        mut common: CommonStatus,
        prepared: &Prepared,
        _: &ObservedSet,
    ) -> AnalyticsAppStatus {
        let facts = &prepared.facts;
        if facts.url.is_none() {
            // What is taken away because nobody is to be served has not drifted, should it come back.
            common.converged_generation = None;
        }
        AnalyticsAppStatus {
            common,
            url: facts.url.clone(),
            ready_replicas: facts.ready_replicas,
            door_image: facts.door_image.clone(),
        }
    }
}

/// What it has in AWS goes with it: sessions are no PHI, and users sign in again. A namespace that was deleted by hand says
/// nothing, so the application that comes back finds it.
fn fate(app: &AnalyticsApp, tenant: &ClientTenant, context: &Context) -> Fate {
    let id = ObjectId { kind: ObjectKind::Namespace, namespace: String::new(), name: tenant.name_any() };
    match app.is_leaving() {
        false => Fate::Exist,
        true if context.objects.is_leaving(&id) && !tenant.is_leaving() && !offboarding::destroys(tenant) => {
            Fate::Retain
        }
        true => Fate::Vanish,
    }
}

/// Kinds of others that are to be looked at: those that are declared and there, and those of which it has something.
pub async fn optional_kinds(app: &AnalyticsApp, client: &Client) -> BTreeSet<ObjectKind> {
    let declared = app::optional_kinds(&app.spec).into_iter().map(|(kind, _)| kind);
    let reported = app.common().map(|common| common.resources.as_slice()).unwrap_or_default();
    let had = ObjectKind::ALL.into_iter().filter(|kind| {
        let prefix = format!("{}/", kind.kind().to_ascii_lowercase());
        kind.is_optional() && reported.iter().any(|r| r.id.starts_with(&prefix))
    });
    let mut found = BTreeSet::new();
    for kind in declared.chain(had).collect::<BTreeSet<_>>() {
        if objects::served(client, kind).await.is_some() {
            found.insert(kind);
        }
    }
    found
}

/// Names of the applications that an object belongs to, by its owner or, where that was taken off, by its label.
pub fn apps_of(object: &DynamicObject) -> BTreeSet<String> {
    let owners = object.owner_references().iter().filter(|owner| owner.kind == AnalyticsApp::KIND);
    let labelled = object.labels().get(APP).cloned();
    owners.map(|owner| owner.name.clone()).chain(labelled).collect()
}

/// What the schema that it names is called in the database, once that is known.
fn named_schema(app: &AnalyticsApp, context: &Context) -> Option<String> {
    let schema = &app.spec.data.as_ref()?.schema;
    let found = context.schemas.get(&ObjectRef::new(schema).within(&app.namespace()?))?;
    found.status().and_then(|status| status.schema.clone())
}
