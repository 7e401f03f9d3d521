//! A tenant against the emulator.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use cloister_aws::{Account, AuditTarget, Aws, Lane, Look, Target};
use cloister_core::environment::Account as Environment;
use cloister_core::name::Names;
use cloister_core::ownership::Owner;
use cloister_core::plan::{Desired, DesiredSet, Fate};
use cloister_core::resource::{Resource, ResourceId};
use cloister_core::tenant::{Copying, KeyArns};
use cloister_core::{app, bucket, environment, tenant};
use serde_json::json;
use tokio::time::Instant;

use crate::calls::Calls;

pub type Outcome = Result<(), Box<dyn Error>>;
pub const ACCOUNT: &str = "222222222222";
pub const AUDIT_ACCOUNT: &str = "444444444444";
pub const AUDIT_BUCKET: &str = "cloister-audit-444444444444";
pub const VPC: &str = "vpc-0c10157e200000001";

pub struct World {
    pub account: Arc<Account>,
    pub calls: Arc<Calls>,
    pub owner: Owner,
    pub names: Names,
    pub warehouse: bool,
    /// It has an application, and its Environment keeps records.
    pub app: bool,
    pub deleting: bool,
}

pub fn target() -> Target {
    Target {
        account_id: ACCOUNT.into(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/CloisterProvisioner"),
        external_id: "cloister-production".into(),
        region: "us-east-1".into(),
        recovery_region: Some("us-west-2".into()),
        audit: None,
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
        let account = aws.account(&target());
        Self { account, calls, owner, names, warehouse: false, app: false, deleting: false }
    }

    pub async fn with_app(name: &str) -> Self {
        let world = Self::new(name).await;
        let audit = AuditTarget {
            account_id: AUDIT_ACCOUNT.into(),
            role_arn: format!("arn:aws:iam::{AUDIT_ACCOUNT}:role/CloisterAudit"),
            external_id: "cloister-audit".into(),
        };
        let target = Target { audit: Some(audit), ..target() };
        let account = Aws::from_env(world.calls.clone()).await.account(&target);
        Self { account, app: true, ..world }
    }

    /// Everything in AWS of one environment, one tenant and one bucket.
    pub fn desired(&self, keys: &KeyArns) -> Result<DesiredSet, serde_json::Error> {
        let spec = serde_json::from_value(json!({
            "accountId": ACCOUNT, "roleArn": target().role_arn, "externalId": target().external_id,
            "region": "us-east-1", "recoveryRegion": "us-west-2",
            "workloadIssuer": "https://oidc.example/id",
            "network": {
                "vpcId": VPC, "securityGroupIds": ["sg-0c10157e200000001"],
                "subnetIds": ["subnet-0c10157e2000000a1", "subnet-0c10157e2000000b1"],
            },
            "uploadPrincipal": "arn:aws:iam::111111111111:role/upload",
            "audit": {
                "accountId": AUDIT_ACCOUNT, "bucket": AUDIT_BUCKET,
                "roleArn": self.app.then(|| format!("arn:aws:iam::{AUDIT_ACCOUNT}:role/CloisterAudit")),
                "externalId": self.app.then_some("cloister-audit"),
            },
        }))?;
        let mut here = Environment::new("production", &spec);
        here.audit_key.clone_from(&keys.audit);
        // All runs share the environment.
        let environment_owner = Owner { object: "Environment/production".into(), uid: "uid-e".into() };
        let mut set = environment::desire(&environment::Inputs {
            name: "production",
            spec: &spec,
            owner: &environment_owner,
            keys,
            roles: &BTreeSet::new(),
            deleting: false,
            had_events: false,
            had_people: false,
            minute: 0,
        });
        // Of its records the key and the bucket are enough here.
        set.retain(|id, _| {
            !matches!(
                id,
                ResourceId::SigningKey(_)
                    | ResourceId::Trail(_)
                    | ResourceId::FlowLog(_)
                    | ResourceId::LogGroup(_)
                    | ResourceId::Role(_)
                    | ResourceId::Policy(_)
            )
        });
        let deletion = if self.deleting { "Delete" } else { "Retain" };
        let warehouse = if self.warehouse { json!({ "reboots": "AtOnce" }) } else { json!(null) };
        let spec = serde_json::from_value(json!({
            "environment": "production", "displayName": "Acme", "contacts": [], "deletionPolicy": deletion,
            "warehouse": warehouse,
        }))?;
        let inputs = tenant::Inputs {
            spec: &spec,
            owner: &self.owner,
            names: &self.names,
            account: &here,
            keys,
            named_buckets: &BTreeSet::new(),
            copying: Copying::Off,
            load_balancers: 0,
            dropped_children: &BTreeSet::new(),
            deleting: self.deleting,
            destruction: None,
            stage: None,
            minute: 0,
            nodes_left: false,
        };
        set.extend(tenant::desire(&inputs));
        if let Some(key_arn) = &keys.home {
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
                copy_key: None,
                copied: false,
                fate: if self.deleting { Fate::Vanish } else { Fate::Exist },
                intake: None,
            }));
            if self.app {
                set.extend(app::aws::desire(&app::aws::Inputs {
                    name: "claims",
                    tenant: &self.owner,
                    names: &self.names,
                    account: &here,
                    key_arn,
                    warehouse: None,
                    fate: if self.deleting { Fate::Vanish } else { Fate::Exist },
                }));
            }
        }
        set.retain(|id, _| !matches!(id, ResourceId::Object(_)));
        Ok(set)
    }

    pub fn key(&self) -> ResourceId {
        ResourceId::Key(self.names.key_alias())
    }

    pub fn cluster(&self) -> ResourceId {
        ResourceId::Cluster(self.names.warehouse())
    }

    pub fn bucket(&self) -> ResourceId {
        ResourceId::Bucket(self.names.bucket("claims"))
    }

    pub fn table(&self) -> ResourceId {
        ResourceId::Table(self.names.session_table("claims"))
    }

    pub fn owner_of(&self, want: &Desired) -> Owner {
        let of_environment = match want.resource.tags() {
            Some(tags) => !self.owner.owns(tags),
            None => matches!(want.resource, Resource::Guardrail(_)),
        };
        if of_environment {
            Owner { object: "Environment/production".into(), uid: "uid-e".into() }
        } else {
            self.owner.clone()
        }
    }
}
