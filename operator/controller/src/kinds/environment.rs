use cloister_aws::Target;
use cloister_core::environment;
use cloister_core::fault::Fault;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::Mode;
use cloister_core::tenant::KeyArns;
use cloister_crds::status::CommonStatus;
use cloister_crds::{Environment, EnvironmentSpec, EnvironmentStatus};
use kube::ResourceExt;

use super::{Facts, Kind, Prepared, peers};
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
    }
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
        let mut waiting = missing.clone();
        waiting.extend(tenants_left(self, context));
        let (name, spec, leaving) = (self.name_any(), self.spec.clone(), self.is_leaving());
        let facts = Facts {
            assumed_role: Some(role),
            missing,
            log_bucket: Some(environment::log_bucket(&self.spec)),
            ..Facts::default()
        };
        Prepared {
            owner: owner.clone(),
            violations: Vec::new(),
            waiting,
            account: Some(account),
            mode: Mode::Correct,
            facts,
            known_keys: KeyArns::default(),
            desire: Box::new(move |_| environment::desire(&name, &spec, &owner, leaving)),
        }
    }

    async fn confirm_peers(&self, context: &Context) -> Result<bool, Unreported> {
        Ok(!self.is_leaving() || peers::no_tenant_is_unseen(&self.name_any(), context).await?)
    }

    fn with_common(&self, common: CommonStatus, prepared: &Prepared, _: &ObservedSet) -> EnvironmentStatus {
        let facts = prepared.facts.clone();
        EnvironmentStatus {
            common,
            log_bucket: facts.log_bucket,
            assumed_role: facts.assumed_role,
            missing: facts.missing,
        }
    }
}

fn no_entry(spec: &EnvironmentSpec, fault: &Fault) -> String {
    format!(
        "cannot assume {} ({fault}); its trust policy must allow the operator's own role with sts:ExternalId {}",
        spec.role_arn, spec.external_id
    )
}

/// An environment cannot leave before its tenants.
fn tenants_left(environment: &Environment, context: &Context) -> Vec<String> {
    if !environment.is_leaving() {
        return Vec::new();
    }
    let name = environment.name_any();
    let tenants = context.tenants.state_filter(|tenant| tenant.spec.environment == name);
    tenants.iter().map(|tenant| format!("{} still lives here", tenant.label())).collect()
}
