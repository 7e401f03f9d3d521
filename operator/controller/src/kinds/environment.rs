use std::collections::BTreeSet;

use cloister_aws::{AuditTarget, Target};
use cloister_core::environment::{self, Inputs};
use cloister_core::fault::Fault;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::Mode;
use cloister_crds::events::Hearing;
use cloister_crds::status::CommonStatus;
use cloister_crds::{Environment, EnvironmentSpec, EnvironmentStatus};
use kube::ResourceExt;

use super::{Facts, Kind, Prepared, known_keys, minute_of_week, peers, sharing};
use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;

/// The door into an environment's account.
pub fn target(spec: &EnvironmentSpec) -> Target {
    Target {
        account_id: spec.account_id.clone(),
        role_arn: spec.role_arn.clone(),
        external_id: spec.external_id.clone(),
        region: spec.region.clone(),
        recovery_region: spec.recovery_region.clone(),
        audit: audit(spec),
    }
}

fn audit(spec: &EnvironmentSpec) -> Option<AuditTarget> {
    let audit = &spec.audit;
    Some(AuditTarget {
        account_id: audit.account_id.clone(),
        role_arn: audit.role_arn.clone()?,
        external_id: audit.external_id.clone()?,
    })
}

impl Kind for Environment {
    async fn prepare(&self, context: &Context) -> Prepared {
        let owner = self.owner();
        let account = context.aws.account(&target(&self.spec));
        let network = &self.spec.network;
        let (identity, missing) = futures::future::join(
            account.identity(),
            account.missing_network(&network.vpc_id, &network.subnet_ids, &network.security_group_ids),
        )
        .await;
        let role = match identity {
            Ok(role) => role,
            Err(fault) => return Prepared::waiting(owner, vec![no_entry(&self.spec, &fault)]),
        };
        let missing =
            missing.unwrap_or_else(|fault| vec![format!("the network cannot be looked at: {fault}")]);
        let waiting = if self.is_leaving() { tenants_left(self, context) } else { missing.clone() };
        let (name, spec, leaving) = (self.name_any(), self.spec.clone(), self.is_leaving());
        let lent = sharing::lent(self, context);
        let roles: BTreeSet<String> = lent.values().map(|(role, _)| role.clone()).collect();
        let sharers = lent.into_iter().map(|(arn, (_, tenant))| (arn, tenant)).collect();
        let minute = minute_of_week();
        let feed = format!("eventbridge-rule/{}", environment::event_queue(&name, &owner));
        let had_events = self.common().and_then(|c| c.arn(&feed)).is_some();
        let people = environment::first_of_people(&name).to_string();
        let had_people = self.common().and_then(|c| c.arn(&people)).is_some();
        let facts = Facts {
            assumed_role: Some(role),
            missing,
            log_bucket: Some(environment::log_bucket(&self.spec)),
            sharers,
            hearing: context.feeds.hearing(&self.name_any()),
            ..Facts::default()
        };
        Prepared {
            owner: owner.clone(),
            violations: environment::validate(&self.spec),
            waiting,
            account: Some(account),
            mode: Mode::Correct,
            facts,
            keeper: None,
            known_keys: self.common().map(known_keys).unwrap_or_default(),
            desire: Box::new(move |keys| {
                environment::desire(&Inputs {
                    name: &name,
                    spec: &spec,
                    owner: &owner,
                    keys,
                    roles: &roles,
                    deleting: leaving,
                    had_events,
                    had_people,
                    minute,
                })
            }),
        }
    }

    fn home(&self, _: &Context) -> Option<String> {
        Some(self.name_any())
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        let rests_on_tenants = self.is_leaving() || self.spec.warehouse.is_some();
        Ok(!rests_on_tenants || peers::no_tenant_is_unseen(&self.name_any(), context).await?)
    }

    fn with_common(
        &self,
        common: CommonStatus,
        prepared: &Prepared,
        observed: &ObservedSet,
    ) -> EnvironmentStatus {
        let facts = prepared.facts.clone();
        let had = self.status.as_ref().map(|s| s.warehouse_tenants.as_slice()).unwrap_or_default();
        let warehouse_tenants = sharing::lent_to(&facts.sharers, had, observed);
        EnvironmentStatus {
            common,
            log_bucket: facts.log_bucket,
            assumed_role: facts.assumed_role,
            missing: facts.missing,
            warehouse_tenants,
            // It has a writer of its own; a write of this leaves it out.
            evidence: self.status.as_ref().and_then(|s| s.evidence.clone()),
            events: self.spec.events.map(|_| facts.hearing.unwrap_or(Hearing::Starting)),
        }
    }
}

fn no_entry(spec: &EnvironmentSpec, fault: &Fault) -> String {
    format!(
        "cannot assume {} ({fault}); its trust policy must allow the operator's own role with sts:ExternalId {}",
        spec.role_arn, spec.external_id
    )
}

/// An environment cannot leave before its tenants. It can where its network is gone.
fn tenants_left(environment: &Environment, context: &Context) -> Vec<String> {
    let name = environment.name_any();
    let tenants = context.tenants.state_filter(|tenant| tenant.spec.environment == name);
    tenants.iter().map(|tenant| format!("{} still lives here", tenant.label())).collect()
}
