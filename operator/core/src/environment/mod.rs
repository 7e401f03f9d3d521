//! `Environment`: the account's own resources, and what its tenants need to know of it.

mod audit;
mod audit_key;
mod events;
mod forwarding;
mod guardrails;
mod log_bucket;
mod people;
mod warehouse;

use std::collections::BTreeSet;

use cloister_crds::EnvironmentSpec;
use cloister_crds::nodes::NodeSource;

use crate::document::Statement;
use crate::ownership::Owner;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{KEY_NOT_KNOWN_YET, Resource, ResourceId};
use crate::tenant::KeyArns;
use crate::violation::Violation;

pub use audit::{AUDIT_BUCKET, RETENTION_DAYS};
pub use audit_key::audit_key;
pub use events::event_queue;
pub use forwarding::{event_regions, forwarding_rule};
pub use people::first_of_people;
pub use warehouse::{home_database, shared_cluster};

/// The operator's name for its sessions, by which its own calls are told from those of others.
pub const SESSION: &str = "cloister";

/// The account as its tenants see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    pub environment: String,
    pub id: String,
    /// That the operator assumes.
    pub operator_role: String,
    pub region: String,
    /// Where second copies lie; without one there are none.
    pub recovery_region: Option<String>,
    /// Whether it lends its tenants a cluster, and that cluster's name once it stands.
    pub has_warehouse: bool,
    pub shared_cluster: Option<String>,
    pub subnets: BTreeSet<String>,
    pub security_groups: BTreeSet<String>,
    pub log_bucket: String,
    /// ARN of the key of its records, under which logs outlive a tenant's key; none where it keeps none.
    pub audit_key: Option<String>,
    /// In the audit account.
    pub audit_bucket: String,
    pub upload_principal: String,
    pub workload_issuer: String,
    pub endpoint_cidrs: Vec<String>,
    pub nodes: Option<NodeSource>,
}

impl Account {
    #[must_use]
    pub fn new(name: &str, spec: &EnvironmentSpec) -> Self {
        Self {
            environment: name.to_owned(),
            id: spec.account_id.clone(),
            operator_role: spec.role_arn.clone(),
            region: spec.region.clone(),
            recovery_region: spec.recovery_region.clone(),
            has_warehouse: spec.warehouse.is_some(),
            shared_cluster: None,
            subnets: spec.network.subnet_ids.iter().cloned().collect(),
            security_groups: spec.network.security_group_ids.iter().cloned().collect(),
            log_bucket: log_bucket(spec),
            audit_key: spec.audit.role_arn.as_ref().map(|_| KEY_NOT_KNOWN_YET.to_owned()),
            audit_bucket: spec.audit.bucket.clone(),
            upload_principal: spec.upload_principal.clone(),
            workload_issuer: spec.workload_issuer.trim_start_matches("https://").to_owned(),
            endpoint_cidrs: spec.network.endpoint_cidrs.clone(),
            nodes: spec.nodes.clone(),
        }
    }

    #[must_use]
    pub fn partition(&self) -> &'static str {
        partition(&self.region)
    }

    #[must_use]
    pub fn iam_arn(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition(), self.id)
    }

    /// As what the operator calls there.
    #[must_use]
    pub fn operator_session(&self) -> String {
        let role = self.operator_role.rsplit('/').next().unwrap_or_default();
        format!("arn:{}:sts::{}:assumed-role/{role}/{SESSION}", self.partition(), self.id)
    }

    #[must_use]
    pub fn root(&self) -> String {
        self.iam_arn("root")
    }

    #[must_use]
    pub fn role_arn(&self, name: &str) -> String {
        self.iam_arn(&format!("role/cloister/{name}"))
    }

    #[must_use]
    pub fn policy_arn(&self, name: &str) -> String {
        self.iam_arn(&format!("policy/cloister/{name}"))
    }

    #[must_use]
    pub fn bucket_arn(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.partition())
    }

    #[must_use]
    pub fn queue_arn(&self, name: &str) -> String {
        format!("arn:{}:sqs:{}:{}:{name}", self.partition(), self.region, self.id)
    }

    #[must_use]
    pub fn table_arn(&self, name: &str) -> String {
        format!("arn:{}:dynamodb:{}:{}:table/{name}", self.partition(), self.region, self.id)
    }

    #[must_use]
    pub fn redshift_arn(&self, resource: &str) -> String {
        format!("arn:{}:redshift:{}:{}:{resource}", self.partition(), self.region, self.id)
    }

    #[must_use]
    pub fn log_group_arn(&self, name: &str) -> String {
        format!("arn:{}:logs:{}:{}:log-group:{name}", self.partition(), self.region, self.id)
    }

    /// Of whatever delivers logs for this account.
    #[must_use]
    pub fn logs_arn(&self) -> String {
        format!("arn:{}:logs:{}:{}:*", self.partition(), self.region, self.id)
    }

    /// Of the trail that records what is asked of the account.
    #[must_use]
    pub fn trail_arn(&self) -> String {
        let name = crate::name::trail(&self.environment);
        format!("arn:{}:cloudtrail:{}:{}:trail/{name}", self.partition(), self.region, self.id)
    }

    #[must_use]
    pub fn event_rule_arn(&self, name: &str) -> String {
        self.event_arn_in(&self.region, &format!("rule/{name}"))
    }

    #[must_use]
    pub fn event_arn_in(&self, region: &str, resource: &str) -> String {
        format!("arn:{}:events:{region}:{}:{resource}", self.partition(), self.id)
    }

    /// Pods of a ServiceAccount, by a token that is for this audience. No key is ever handed out.
    #[must_use]
    pub fn trust_pods(&self, namespace: &str, service_account: &str, audience: &str) -> Statement {
        let issuer = &self.workload_issuer;
        Statement::allow(["sts:AssumeRoleWithWebIdentity"])
            .principal("Federated", self.iam_arn(&format!("oidc-provider/{issuer}")))
            .when("StringEquals", &format!("{issuer}:aud"), [audience])
            .when(
                "StringEquals",
                &format!("{issuer}:sub"),
                [format!("system:serviceaccount:{namespace}:{service_account}")],
            )
    }

    /// The use of a key by way of services.
    #[must_use]
    pub fn key_through<const N: usize>(&self, key: &str, uses: [&str; N], services: &[&str]) -> Statement {
        let hosts = services.iter().map(|service| self.service_host(service));
        Statement::allow(uses).on([key]).when("StringEquals", "kms:ViaService", hosts)
    }

    /// The host name that `kms:ViaService` holds for a service.
    #[must_use]
    pub fn service_host(&self, service: &str) -> String {
        self.service_host_in(service, &self.region)
    }

    #[must_use]
    pub fn service_host_in(&self, service: &str, region: &str) -> String {
        let domain = if self.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("{service}.{region}.{domain}")
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[must_use]
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

/// S3 delivers access logs only within an account and region, so each has one bucket for them.
#[must_use]
pub fn log_bucket(spec: &EnvironmentSpec) -> String {
    format!("cloister-logs-{}-{}", spec.account_id, spec.region)
}

/// What an environment is made from.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    pub name: &'a str,
    pub spec: &'a EnvironmentSpec,
    pub owner: &'a Owner,
    pub keys: &'a KeyArns,
    /// Names of the IAM roles of the tenants that share its warehouse.
    pub roles: &'a BTreeSet<String>,
    pub deleting: bool,
    /// Whether a feed of events is there, asked for or not.
    pub had_events: bool,
    /// Whether roles for people are there, asked for or not.
    pub had_people: bool,
    /// Minutes since Monday, 00:00 UTC.
    pub minute: i32,
}

/// What CEL cannot say.
#[must_use]
pub fn validate(spec: &EnvironmentSpec) -> Vec<Violation> {
    spec.warehouse.iter().flat_map(crate::warehouse::validate).collect()
}

/// Everything that the environment itself needs in its account.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let mut account = Account::new(inputs.name, inputs.spec);
    if let (Some(known), Some(arn)) = (&mut account.audit_key, &inputs.keys.audit) {
        known.clone_from(arn);
    }
    let id = ResourceId::Bucket(account.log_bucket.clone());
    let adopt = inputs.spec.adopt.contains(&id.to_string());
    // Access logs are audit data: they outlive the declaration (45 CFR 164.316(b)(2)(i)).
    let fate = if inputs.deleting { Fate::Retain } else { Fate::Exist };
    let bucket = log_bucket::settings(&account, inputs.spec.log_retention_days, inputs.owner);
    let resource = Resource::Bucket(Box::new(bucket));
    let mut set = DesiredSet::from([(id, Desired { resource, fate, needs: BTreeSet::new(), adopt })]);
    set.extend(events::desire(inputs, &account));
    set.extend(audit::desire(inputs, &account));
    set.extend(guardrails::desire(inputs, &account));
    set.extend(people::desire(inputs, &account));
    set.extend(warehouse::desire(inputs, &account));
    set
}

#[must_use]
pub fn deny_insecure_transport(on: [String; 2]) -> Statement {
    Statement::deny(["s3:*"]).anyone().on(on).when("Bool", "aws:SecureTransport", ["false"])
}

#[must_use]
pub fn deny_old_tls(on: [String; 2]) -> Statement {
    Statement::deny(["s3:*"]).anyone().on(on).when("NumericLessThan", "s3:TlsVersion", ["1.2"])
}
