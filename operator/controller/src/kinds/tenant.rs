use std::collections::BTreeSet;

use cloister_core::conclude::{Notice, Outcomes};
use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::offboarding as core;
use cloister_core::plan::Plan;
use cloister_core::resource::{ObjectKind, ResourceId};
use cloister_core::tenant::{self, Copying, Inputs, KeyArns};
use cloister_crds::bucket::Copies;
use cloister_crds::status::CommonStatus;
use cloister_crds::{AnalyticsApp, ClientTenant, ClientTenantStatus, Environment, IngestBucket};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use std::sync::Arc;

use super::{
    Facts, Kind, Prepared, Turn, copies, environment, is_converged, mode, offboarding, peers, sharing,
};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

impl Kind for ClientTenant {
    async fn prepare(&self, context: &Context) -> Prepared {
        let owner = self.owner();
        if offboarding::is_destroyed(self) {
            return Prepared::waiting(owner, Vec::new());
        }
        let home = match home(&self.spec.environment, context) {
            Ok(home) => home,
            Err(why) => return Prepared::waiting(owner, vec![why]),
        };
        let name = self.name_any();
        let buckets = context.buckets.state_filter(|bucket| bucket.namespace().as_deref() == Some(&*name));
        let schemas = context.schemas.state_filter(|schema| schema.namespace().as_deref() == Some(&*name));
        let pipelines =
            context.pipelines.state_filter(|pipeline| pipeline.namespace().as_deref() == Some(&*name));
        let apps = context.apps.state_filter(|app| app.namespace().as_deref() == Some(&*name));
        let mut destruction = core::destruction(&self.spec, self.decided());
        let leaving = self.is_leaving() || destruction.is_some();
        let named_buckets = named_buckets(self, &buckets);
        let copied =
            tenant::copies(&self.spec) || buckets.iter().any(|b| b.spec.copies == Some(Copies::CrossRegion));
        let copying = Copying::of(copied, copies::has_role(self));
        let mut dropped_children = dropped(self, &buckets, ObjectKind::IngestBucket);
        dropped_children.extend(dropped(self, &schemas, ObjectKind::RedshiftSchema));
        dropped_children.extend(dropped(self, &pipelines, ObjectKind::EtlPipeline));
        dropped_children.extend(dropped(self, &apps, ObjectKind::AnalyticsApp));
        let mut waiting = unready(&buckets);
        waiting.extend(unready(&schemas));
        // Those of a tenant that leaves for good wait themselves.
        if !offboarding::leaves(self) {
            waiting.extend(unready(&pipelines));
            waiting.extend(unready(&apps));
        }
        if self.spec.offboarding.is_none() {
            waiting.extend(offboarding::still_closed(&buckets));
        }
        let nodes_left = leaving && nodes_left(self);
        if nodes_left {
            waiting.push("its nodes are being ended".to_owned());
        }
        let mut account = Account::new(&home.name_any(), &home.spec);
        account.shared_cluster = sharing::cluster(&home);
        account.audit_key = super::audit_key(&home);
        let names = Names::new(&name, &owner.uid);
        waiting.extend(sharing::waiting(self, &home));
        let mut violations = tenant::validate(&name, &self.spec);
        violations.extend(tenant::validate_home(&self.spec, &account));
        violations.extend(sharing::namesake(self, context));
        violations.extend(offboarding::withdrawn(self));
        let aws = context.aws.account(&environment::target(&home.spec));
        let facts = Facts {
            leaving: offboarding::look(self, &account, &aws, &mut waiting, &mut destruction, context).await,
            ..Facts::default()
        };
        let load_balancers = load_balancers(self, apps.iter().map(Arc::as_ref));
        let (spec, minute) = (self.spec.clone(), minute_of_week());
        let stage = self.spec.offboarding.as_ref().and(self.decided()).map(|status| status.stage);
        let inputs_owner = owner.clone();
        Prepared {
            owner,
            violations,
            waiting,
            account: Some(aws),
            // What the export needs comes and goes, and is no drift.
            mode: mode(
                self.spec.paused,
                self.spec.drift_policy,
                leaving || offboarding::leaves(self),
                is_converged(self),
            ),
            facts,
            keeper: None,
            known_keys: known_keys(self),
            desire: Box::new(move |keys| {
                tenant::desire(&Inputs {
                    spec: &spec,
                    owner: &inputs_owner,
                    names: &names,
                    account: &account,
                    keys,
                    named_buckets: &named_buckets,
                    copying,
                    load_balancers,
                    dropped_children: &dropped_children,
                    deleting: leaving,
                    destruction: destruction.as_ref(),
                    stage,
                    nodes_left,
                    minute,
                })
            }),
        }
    }

    fn home(&self, _: &Context) -> Option<String> {
        Some(self.spec.environment.clone())
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        Ok(peers::environment_is_current(&self.spec.environment, context).await?
            && peers::buckets_are_current(&self.name_any(), context).await?)
    }

    fn is_due(&self) -> bool {
        offboarding::leaves(self) && !offboarding::is_destroyed(self)
    }

    async fn turn(
        &self,
        prepared: &mut Prepared,
        observed: &ObservedSet,
        plan: &Plan,
        outcomes: &Outcomes,
        context: &Context,
    ) -> Option<Notice> {
        offboarding::turn(self, prepared, observed, plan, outcomes, context).await
    }

    fn with_common(
        &self,
        mut common: CommonStatus,
        prepared: &Prepared,
        observed: &ObservedSet,
    ) -> ClientTenantStatus {
        let previous = self.status().and_then(|s| s.key_arn.clone());
        let key = observed.iter().find(|(id, _)| matches!(id, ResourceId::Key(_)));
        let key_arn = match key {
            Some((id, seen)) => {
                let told = Observed::arn(seen).or(common.arn(&id.to_string()));
                told.map(str::to_owned).or(previous)
            }
            None => previous,
        };
        // These parts have writers of their own; a write of this leaves them out.
        let nodes = self.status().and_then(|s| s.nodes.clone());
        let last_drill = self.status().and_then(|s| s.last_drill.clone());
        let evidence = self.status().and_then(|s| s.evidence.clone());
        let offboarding = match &prepared.facts.next {
            Turn::Undecided => self.decided().cloned(),
            Turn::To(next) => next.as_deref().cloned(),
        };
        common.conditions.extend(offboarding::condition(self, offboarding.as_ref(), prepared));
        ClientTenantStatus {
            common,
            namespace: Some(self.name_any()),
            key_arn,
            nodes,
            last_drill,
            evidence,
            offboarding,
        }
    }
}

/// As the pool last reported it; before it has, there may be some.
pub(super) fn nodes_left(tenant: &ClientTenant) -> bool {
    let seen = tenant.status().and_then(|status| status.nodes.as_ref());
    let none = |nodes: &cloister_crds::NodesStatus| {
        nodes.instances == 0 && nodes.hosts.is_empty() && nodes.launches.is_empty()
    };
    tenant.spec.nodes.is_some() && !seen.is_some_and(none)
}

/// Since Monday, 00:00 UTC.
pub fn minute_of_week() -> i32 {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let day = i32::from(now.weekday().to_monday_zero_offset());
    (day * 24 + i32::from(now.hour())) * 60 + i32::from(now.minute())
}

/// As the last pass reported them.
fn known_keys(tenant: &ClientTenant) -> KeyArns {
    let Some(status) = tenant.status() else { return KeyArns::default() };
    KeyArns { home: status.key_arn.clone(), ..super::known_keys(&status.common) }
}

/// The environment, once it has been ready; what it lacks later does not stop its tenants.
pub fn home(name: &str, context: &Context) -> Result<Arc<Environment>, String> {
    let Some(home) = context.environments.get(&ObjectRef::new(name)) else {
        return Err(format!("Environment {name} does not exist; apply it, or correct spec.environment"));
    };
    let was_ready = home.common().is_some_and(|c| c.converged_generation.is_some());
    if was_ready { Ok(home) } else { Err(format!("Environment {name} is not ready yet")) }
}

/// Buckets with a name of their own: the tenant's roles must know them.
fn named_buckets(tenant: &ClientTenant, children: &[Arc<IngestBucket>]) -> BTreeSet<String> {
    let inline = tenant.spec.ingest_buckets.iter().filter_map(|b| b.spec.bucket_name.clone());
    inline.chain(children.iter().filter_map(|b| b.spec.bucket_name.clone())).collect()
}

/// Its quota lets there be as many as its applications declare.
pub fn load_balancers<'a>(
    tenant: &'a ClientTenant,
    children: impl IntoIterator<Item = &'a AnalyticsApp>,
) -> usize {
    let inline = tenant.spec.apps.iter().map(|app| (app.name.clone(), &app.spec.exposure));
    let all = children.into_iter().map(|app| (app.name_any(), &app.spec.exposure)).chain(inline);
    let with: BTreeSet<String> =
        all.filter(|(_, exposure)| exposure.load_balancer.is_some()).map(|(name, _)| name).collect();
    with.len()
}

/// What this tenant wrote inline and no longer declares.
fn dropped<K: Object>(
    tenant: &ClientTenant,
    children: &[Arc<K>],
    kind: ObjectKind,
) -> BTreeSet<(ObjectKind, String)> {
    let buckets = tenant.spec.ingest_buckets.iter().map(|bucket| (ObjectKind::IngestBucket, &bucket.name));
    let schemas = tenant.spec.schemas.iter().map(|schema| (ObjectKind::RedshiftSchema, &schema.name));
    let pipelines = tenant.spec.pipelines.iter().map(|pipeline| (ObjectKind::EtlPipeline, &pipeline.name));
    let apps = tenant.spec.apps.iter().map(|app| (ObjectKind::AnalyticsApp, &app.name));
    let declared: BTreeSet<(ObjectKind, &String)> =
        buckets.chain(schemas).chain(pipelines).chain(apps).collect();
    let ours = |child: &&Arc<K>| {
        child.labels().contains_key(tenant::INLINE)
            && child.owner_references().iter().any(|o| o.uid == Object::uid(tenant))
    };
    let names = children.iter().filter(ours).map(|child| child.name_any());
    names.filter(|name| !declared.contains(&(kind, name))).map(|name| (kind, name)).collect()
}

fn unready<K: Object>(children: &[Arc<K>]) -> Vec<String> {
    let mut sentences: Vec<String> = children
        .iter()
        .filter(|child| {
            let generation = Object::generation(&***child);
            !child.common().is_some_and(|c| c.is_ready() && c.observed_generation == generation)
        })
        .map(|child| {
            let why = child.common().map(|c| c.message.as_str()).filter(|m| !m.is_empty());
            format!("{} is not ready: {}", child.label(), why.unwrap_or("just begun"))
        })
        .collect();
    sentences.sort();
    sentences
}
