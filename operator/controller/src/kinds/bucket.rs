use cloister_core::bucket::{self, Inputs};
use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::Fate;
use cloister_core::resource::{ObjectId, ObjectKind};
use cloister_core::tenant::KeyArns;
use cloister_crds::bucket::{DeletionPolicy, DriftPolicy};
use cloister_crds::status::CommonStatus;
use cloister_crds::{ClientTenant, IngestBucket, IngestBucketStatus};
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;

use super::copies::{self, Copying};
use super::tenant::home;
use super::{Facts, Kind, Prepared, environment, is_converged, mode, offboarding, peers};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

impl Kind for IngestBucket {
    async fn prepare(&self, context: &Context) -> Prepared {
        let namespace = self.namespace().unwrap_or_default();
        let Some(tenant) = context.tenants.get(&ObjectRef::new(&namespace)) else {
            let why = format!(
                "ClientTenant {namespace} does not exist; an IngestBucket lives in its tenant's namespace"
            );
            // Nothing in AWS can be its own without a tenant, so a leaving one need not wait.
            let waiting = if self.is_leaving() { Vec::new() } else { vec![why] };
            return Prepared::waiting(self.owner(), waiting);
        };
        // The tenant owns what stands in AWS.
        let owner = tenant.owner();
        let home = match home(&tenant.spec.environment, context) {
            Ok(home) => home,
            Err(why) => return Prepared::waiting(owner, vec![why]),
        };
        let Some(key_arn) = tenant.status().and_then(|status| status.key_arn.clone()) else {
            return Prepared::waiting(owner, vec![format!("the key of {} is being made", tenant.label())]);
        };
        let account = Account::new(&home.name_any(), &home.spec);
        let names = Names::new(&namespace, &owner.uid);
        let lacking = bucket::validate_home(&self.spec, &tenant.spec, &account);
        // Without a second region there will never be one.
        let copying = if lacking.is_some() { Copying::NONE } else { copies::copying(self, &tenant, &names) };
        let (copy_key, copied) = (copying.key, copying.is_on);
        let waiting: Vec<String> = copying.waits_for.into_iter().collect();
        // What would arrive in a new one meanwhile would have no copy.
        if !waiting.is_empty() && self.common().is_none_or(|common| common.resources.is_empty()) {
            return Prepared::waiting(owner, waiting);
        }
        let (name, spec, fate) =
            (self.name_any(), self.spec.clone(), fate(self, self.spec.deletion_policy, &tenant, context));
        // That its tenant leaves is no drift, nor that it stays after all.
        let intake = offboarding::intake(&tenant, context);
        let said = self.status().and_then(|status| status.intake);
        let drift_policy = match spec.drift_policy.unwrap_or(tenant.spec.drift_policy) {
            DriftPolicy::Report if intake.is_none() && said.is_none() => DriftPolicy::Report,
            _ => DriftPolicy::Correct,
        };
        let retention = tenant.spec.retention.clone();
        let violations: Vec<_> =
            bucket::validate("spec", &spec, &retention).into_iter().chain(lacking).collect();
        let paused = spec.paused || tenant.spec.paused;
        let leaving = self.is_leaving();
        let facts = {
            let inputs = Inputs {
                name: &name,
                spec: &spec,
                retention: &retention,
                tenant: &owner,
                names: &names,
                account: &account,
                key_arn: &key_arn,
                copy_key: copy_key.as_deref(),
                copied,
                fate,
                intake,
            };
            let (bucket_name, queue_name) = (Some(inputs.bucket_name()), Some(inputs.queue_name()));
            Facts { bucket_name, queue_name, intake, ..Facts::default() }
        };
        let inputs_owner = owner.clone();
        Prepared {
            owner,
            violations,
            waiting,
            account: Some(context.aws.account(&environment::target(&home.spec))),
            mode: mode(paused, drift_policy, leaving, is_converged(self)),
            facts,
            keeper: None,
            known_keys: KeyArns::default(),
            desire: Box::new(move |_| {
                bucket::desire(&Inputs {
                    name: &name,
                    spec: &spec,
                    retention: &retention,
                    tenant: &inputs_owner,
                    names: &names,
                    account: &account,
                    key_arn: &key_arn,
                    copy_key: copy_key.as_deref(),
                    copied,
                    fate,
                    intake,
                })
            }),
        }
    }

    fn home(&self, context: &Context) -> Option<String> {
        let tenant = context.tenants.get(&ObjectRef::new(&self.namespace().unwrap_or_default()))?;
        Some(tenant.spec.environment.clone())
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        peers::child_rests_on_the_present(self, context).await
    }

    fn with_common(&self, common: CommonStatus, prepared: &Prepared, _: &ObservedSet) -> IngestBucketStatus {
        let facts = prepared.facts.clone();
        let said = self.status().and_then(|status| status.intake);
        // What is being closed is told at once; what is being opened again, once it is open.
        let intake = if common.is_ready() { facts.intake } else { facts.intake.or(said) };
        IngestBucketStatus { common, bucket_name: facts.bucket_name, queue_name: facts.queue_name, intake }
    }
}

/// A namespace that was deleted by hand says nothing about the data: only this object's own deletion or its
/// tenant's does. Where the tenant is destroyed, it does that itself.
pub(super) fn fate<K: Object>(
    child: &K,
    policy: Option<DeletionPolicy>,
    tenant: &ClientTenant,
    context: &Context,
) -> Fate {
    if !child.is_leaving() {
        return Fate::Exist;
    }
    let id = ObjectId { kind: ObjectKind::Namespace, namespace: String::new(), name: tenant.name_any() };
    let by_hand = context.objects.is_leaving(&id) && !tenant.is_leaving();
    match policy.unwrap_or(tenant.spec.deletion_policy) {
        DeletionPolicy::Delete if !by_hand && !offboarding::destroys(tenant) => Fate::Vanish,
        DeletionPolicy::Delete | DeletionPolicy::Retain => Fate::Retain,
    }
}
