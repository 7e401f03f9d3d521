//! `cloister karpenter`: what Karpenter needs to launch a tenant's nodes, to be committed or applied.

use std::collections::BTreeSet;
use std::io::Write as _;

use clap::Args;
use cloister_core::environment::Account;
use cloister_core::name::Names;
use cloister_core::tenant::{self, Copying, KeyArns};
use cloister_crds::{ClientTenant, Environment};
use kube::{Api, ResourceExt as _};

use super::access::Access;
use super::{Complaint, no_tenant};
use crate::api::Object as _;
use crate::kinds::Kind as _;

#[derive(Args)]
pub struct Options {
    /// Name of the ClientTenant, as it is in the cluster.
    tenant: String,
    #[command(flatten)]
    access: Access,
}

pub async fn run(options: Options) -> Result<(), Complaint> {
    let name = options.tenant;
    let client = options.access.client().await?;
    let Some(found) = Api::<ClientTenant>::all(client.clone()).get_opt(&name).await? else {
        return Err(no_tenant(&name));
    };
    let home = &found.spec.environment;
    let Some(home) = Api::<Environment>::all(client).get_opt(home).await? else {
        return Err(format!("Environment {home} of ClientTenant {name} does not exist: apply it").into());
    };
    let mut out = std::io::stdout().lock();
    for object in objects(&found, &home)? {
        writeln!(out, "---")?;
        write!(out, "{}", serde_saphyr::to_string(&object)?)?;
    }
    Ok(())
}

fn objects(found: &ClientTenant, home: &Environment) -> Result<[serde_json::Value; 2], String> {
    let (name, owner) = (found.name_any(), found.owner());
    let account = Account::new(&home.name_any(), &home.spec);
    if let Some(lacking) = tenant::validate_home(&found.spec, &account).first() {
        return Err(format!("{}: {lacking}", found.label()));
    }
    let Some(key) = found.status.as_ref().and_then(|status| status.key_arn.clone()) else {
        return Err(format!("the key of {} is not made yet: wait until it is Ready", found.label()));
    };
    let inputs = tenant::Inputs {
        spec: &found.spec,
        owner: &owner,
        names: &Names::new(&name, &owner.uid),
        account: &account,
        keys: &KeyArns { home: Some(key), ..KeyArns::default() },
        named_buckets: &BTreeSet::new(),
        copying: Copying::Off,
        load_balancers: 0,
        dropped_children: &BTreeSet::new(),
        deleting: false,
        destruction: None,
        stage: None,
        nodes_left: false,
        minute: 0,
    };
    tenant::karpenter(&inputs).ok_or_else(|| {
        format!(
            "{} has no nodes that Karpenter launches: it needs spec.nodes, and its Environment {} spec.nodes.karpenter",
            found.label(),
            home.name_any()
        )
    })
}
