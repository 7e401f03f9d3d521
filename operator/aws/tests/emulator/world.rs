//! A tenant against the emulator, with a driver that is as small as it can be.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use cloister_aws::{Account, Aws, Lane, Look, Target};
use cloister_core::environment::Account as Environment;
use cloister_core::fault::Fault;
use cloister_core::name::Names;
use cloister_core::observed::ObservedSet;
use cloister_core::ownership::Owner;
use cloister_core::plan::{Desired, DesiredSet, Fate, Mode, Plan, plan};
use cloister_core::resource::{ResourceId, Step};
use cloister_core::{bucket, environment, tenant};
use serde_json::json;
use tokio::time::Instant;

use crate::calls::Calls;

pub type Outcome = Result<(), Box<dyn Error>>;
pub const ACCOUNT: &str = "222222222222";

pub struct World {
    pub account: Arc<Account>,
    pub calls: Arc<Calls>,
    pub owner: Owner,
    pub names: Names,
    pub deleting: bool,
}

pub fn target() -> Target {
    Target {
        account_id: ACCOUNT.into(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/CloisterProvisioner"),
        external_id: "cloister-production".into(),
        region: "us-east-1".into(),
    }
}

pub fn look_at<'a>(id: &'a ResourceId, want: &'a Desired, owner: &'a Owner) -> Look<'a> {
    Look {
        id,
        want: &want.resource,
        owner,
        known_arn: None,
        lane: Lane::User,
        since: Instant::now(),
        intent_open: false,
        adopt: false,
    }
}

/// A name that no other run has.
fn fresh(name: &str) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{name}-{:x}", now.as_nanos() % 0xffff_ffff)
}

impl World {
    pub async fn new(name: &str) -> Self {
        let calls = Arc::new(Calls::default());
        let aws = Aws::from_env(calls.clone()).await;
        let name = fresh(name);
        let owner = Owner { object: format!("ClientTenant/{name}"), uid: format!("uid-of-{name}") };
        let names = Names::new(&name, &owner.uid);
        Self { account: aws.account(&target()), calls, owner, names, deleting: false }
    }

    /// Everything in AWS of one environment, one tenant and one bucket.
    pub fn desired(&self, key_arn: Option<&str>) -> Result<DesiredSet, serde_json::Error> {
        let spec = serde_json::from_value(json!({
            "accountId": ACCOUNT, "roleArn": target().role_arn, "externalId": target().external_id,
            "region": "us-east-1", "workloadIssuer": "https://oidc.example/id",
            "network": { "vpcId": "vpc-1", "subnetIds": [], "securityGroupIds": [] },
            "uploadPrincipal": "arn:aws:iam::111111111111:role/upload",
            "audit": { "accountId": "444444444444", "bucket": "audit" },
        }))?;
        let here = Environment::new("production", &spec);
        // All runs share the environment.
        let environment_owner = Owner { object: "Environment/production".into(), uid: "uid-e".into() };
        let mut set = environment::desire("production", &spec, &environment_owner, false);
        let deletion = if self.deleting { "Delete" } else { "Retain" };
        let spec = serde_json::from_value(json!({
            "environment": "production", "displayName": "Acme", "contacts": [], "deletionPolicy": deletion,
        }))?;
        let nothing = BTreeSet::new();
        let inputs = tenant::Inputs {
            spec: &spec,
            owner: &self.owner,
            names: &self.names,
            account: &here,
            key_arn,
            named_buckets: &nothing,
            dropped_buckets: &nothing,
            deleting: self.deleting,
        };
        set.extend(tenant::desire(&inputs));
        if let Some(key_arn) = key_arn {
            let lock = json!({ "mode": "Governance", "days": 30 });
            let spec =
                serde_json::from_value(json!({ "objectLock": lock, "arrivals": { "prefix": "in/" } }))?;
            set.extend(bucket::desire(&bucket::Inputs {
                name: "claims",
                spec: &spec,
                retention: &serde_json::from_value(json!({}))?,
                tenant: &self.owner,
                names: &self.names,
                account: &here,
                key_arn,
                fate: if self.deleting { Fate::Vanish } else { Fate::Exist },
            }));
        }
        set.retain(|id, _| !matches!(id, ResourceId::Object(_)));
        Ok(set)
    }

    pub fn key(&self) -> ResourceId {
        ResourceId::Key(self.names.key_alias())
    }

    pub fn bucket(&self) -> ResourceId {
        ResourceId::Bucket(self.names.bucket("claims"))
    }

    pub fn owner_of(&self, want: &Desired) -> Owner {
        let of_environment = |tags: &cloister_core::resource::Tags| !self.owner.owns(tags);
        match want.resource.tags() {
            Some(tags) if of_environment(tags) => {
                Owner { object: "Environment/production".into(), uid: "uid-e".into() }
            }
            _ => self.owner.clone(),
        }
    }

    /// One pass: everything is looked at, and what differs is done.
    pub async fn pass(&self, key_arn: &mut Option<String>) -> Result<Plan, Box<dyn Error>> {
        let desired = self.desired(key_arn.as_deref())?;
        let since = Instant::now();
        let looks = desired.iter().map(|(id, want)| async move {
            let owner = self.owner_of(want);
            let look = Look { since, ..look_at(id, want, &owner) };
            (id.clone(), self.account.observe(look).await)
        });
        let observed: ObservedSet = futures::future::join_all(looks).await.into_iter().collect();
        let plan = plan(&desired, &observed, Mode::Correct);
        let mut done = BTreeSet::new();
        while let Some(work) =
            plan.works.iter().find(|work| !done.contains(&work.id) && work.after.is_subset(&done))
        {
            let mut arn = observed[&work.id].arn().map(str::to_owned);
            for step in &work.steps {
                let learnt = self.step(&work.id, &desired[&work.id], arn.as_deref(), step).await?;
                arn = learnt.or(arn);
            }
            done.insert(work.id.clone());
        }
        *key_arn = observed[&self.key()].arn().map(str::to_owned).or(key_arn.take());
        Ok(plan)
    }

    pub async fn step(
        &self,
        id: &ResourceId,
        want: &Desired,
        arn: Option<&str>,
        step: &Step,
    ) -> Result<Option<String>, Fault> {
        self.account.perform(id, &want.resource, &self.owner_of(want), arn, step, Lane::User).await
    }

    /// Passes until nothing is left to do, and gives back what the last one planned and the key.
    pub async fn converge(&self) -> Result<(Plan, String), Box<dyn Error>> {
        let mut key_arn = None;
        for _ in 0..8 {
            let plan = self.pass(&mut key_arn).await?;
            if plan.works.is_empty()
                && let Some(key_arn) = &key_arn
                && self.desired(Some(key_arn))?.contains_key(&self.bucket())
                && self.pass(&mut Some(key_arn.clone())).await?.works.is_empty()
            {
                return Ok((plan, key_arn.clone()));
            }
        }
        Err("it does not converge".into())
    }
}
