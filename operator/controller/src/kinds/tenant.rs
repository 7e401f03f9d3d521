use std::collections::BTreeSet;

use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::resource::ResourceId;
use cloister_core::tenant::{self, Inputs};
use cloister_crds::status::CommonStatus;
use cloister_crds::{ClientTenant, ClientTenantStatus, Environment, IngestBucket};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use std::sync::Arc;

use super::{Facts, Kind, Prepared, environment, is_converged, mode, peers};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

impl Kind for ClientTenant {
    async fn prepare(&self, context: &Context) -> Prepared {
        let owner = self.owner();
        let home = match home(&self.spec.environment, context) {
            Ok(home) => home,
            Err(why) => return Prepared::waiting(owner, vec![why]),
        };
        let name = self.name_any();
        let children = context.buckets.state_filter(|bucket| bucket.namespace().as_deref() == Some(&*name));
        let leaving = self.is_leaving();
        let named_buckets = named_buckets(self, &children);
        let dropped_buckets = dropped_buckets(self, &children);
        let waiting = unready(&children);
        let account = Account::new(&home.name_any(), &home.spec);
        let names = Names::new(&name, &owner.uid);
        let spec = self.spec.clone();
        let inputs_owner = owner.clone();
        Prepared {
            owner,
            violations: tenant::validate(&name, &self.spec),
            waiting,
            account: Some(context.aws.account(&environment::target(&home.spec))),
            mode: mode(self.spec.paused, self.spec.drift_policy, leaving, is_converged(self)),
            facts: Facts::default(),
            known_key: self.status().and_then(|s| s.key_arn.clone()),
            desire: Box::new(move |key_arn| {
                tenant::desire(&Inputs {
                    spec: &spec,
                    owner: &inputs_owner,
                    names: &names,
                    account: &account,
                    key_arn,
                    named_buckets: &named_buckets,
                    dropped_buckets: &dropped_buckets,
                    deleting: leaving,
                })
            }),
        }
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        Ok(peers::environment_is_current(&self.spec.environment, context).await?
            && peers::buckets_are_current(&self.name_any(), context).await?)
    }

    fn with_common(&self, common: CommonStatus, _: &Prepared, observed: &ObservedSet) -> ClientTenantStatus {
        let previous = self.status().and_then(|s| s.key_arn.clone());
        let key = observed.iter().find(|(id, _)| matches!(id, ResourceId::Key(_)));
        let key_arn = match key {
            Some((id, seen)) => {
                let told = Observed::arn(seen).or(common.arn(&id.to_string()));
                told.map(str::to_owned).or(previous)
            }
            None => previous,
        };
        ClientTenantStatus { common, namespace: Some(self.name_any()), key_arn }
    }
}

/// The environment, once it has been ready; what it lacks later does not stop its tenants.
pub(super) fn home(name: &str, context: &Context) -> Result<Arc<Environment>, String> {
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

/// Buckets that this tenant wrote and no longer declares.
fn dropped_buckets(tenant: &ClientTenant, children: &[Arc<IngestBucket>]) -> BTreeSet<String> {
    let declared: BTreeSet<&str> = tenant.spec.ingest_buckets.iter().map(|b| b.name.as_str()).collect();
    let ours = |bucket: &&Arc<IngestBucket>| {
        bucket.labels().contains_key(tenant::INLINE)
            && bucket.owner_references().iter().any(|o| o.uid == Object::uid(tenant))
    };
    let names = children.iter().filter(ours).map(|bucket| bucket.name_any());
    names.filter(|name| !declared.contains(name.as_str())).collect()
}

fn unready(children: &[Arc<IngestBucket>]) -> Vec<String> {
    let mut sentences: Vec<String> = children
        .iter()
        .filter(|bucket| {
            let generation = Object::generation(&***bucket);
            !bucket.common().is_some_and(|c| c.is_ready() && c.observed_generation == generation)
        })
        .map(|bucket| {
            let why = bucket.common().map(|c| c.message.as_str()).filter(|m| !m.is_empty());
            format!("{} is not ready: {}", bucket.label(), why.unwrap_or("just begun"))
        })
        .collect();
    sentences.sort();
    sentences
}
