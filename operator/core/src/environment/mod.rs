//! `Environment`: the account's own resources, and what its tenants need to know of it.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::EnvironmentSpec;

use crate::document::{Document, Statement};
use crate::ownership::{ENVIRONMENT, Owner, ROLE};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    Bucket, Encryption, LifecycleRule, Ownership, PublicAccessBlock, Resource, ResourceId, Transition,
    Versioning,
};

/// The account as its tenants see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    pub environment: String,
    pub id: String,
    pub region: String,
    /// Where second copies lie; without one there are none.
    pub recovery_region: Option<String>,
    pub subnets: BTreeSet<String>,
    pub security_groups: BTreeSet<String>,
    pub log_bucket: String,
    pub upload_principal: String,
    pub workload_issuer: String,
    pub endpoint_cidrs: Vec<String>,
}

impl Account {
    #[must_use]
    pub fn new(name: &str, spec: &EnvironmentSpec) -> Self {
        Self {
            environment: name.to_owned(),
            id: spec.account_id.clone(),
            region: spec.region.clone(),
            recovery_region: spec.recovery_region.clone(),
            subnets: spec.network.subnet_ids.iter().cloned().collect(),
            security_groups: spec.network.security_group_ids.iter().cloned().collect(),
            log_bucket: log_bucket(spec),
            upload_principal: spec.upload_principal.clone(),
            workload_issuer: spec.workload_issuer.trim_start_matches("https://").to_owned(),
            endpoint_cidrs: spec.network.endpoint_cidrs.clone(),
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
    pub fn log_group_arn(&self, name: &str) -> String {
        format!("arn:{}:logs:{}:{}:log-group:{name}", self.partition(), self.region, self.id)
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

/// Everything that the environment itself needs in its account.
#[must_use]
pub fn desire(name: &str, spec: &EnvironmentSpec, owner: &Owner, deleting: bool) -> DesiredSet {
    let account = Account::new(name, spec);
    let id = ResourceId::Bucket(account.log_bucket.clone());
    let adopt = spec.adopt.contains(&id.to_string());
    // Access logs are audit data: they outlive the declaration (45 CFR 164.316(b)(2)(i)).
    let fate = if deleting { Fate::Retain } else { Fate::Exist };
    let bucket = log_bucket_settings(&account, spec.log_retention_days, owner);
    let resource = Resource::Bucket(Box::new(bucket));
    DesiredSet::from([(id, Desired { resource, fate, needs: BTreeSet::new(), adopt })])
}

/// SSE-S3, since log delivery cannot write to a bucket whose default is a KMS key:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>
fn log_bucket_settings(account: &Account, retention_days: i32, owner: &Owner) -> Bucket {
    let mut tags = owner.tags("access-logs");
    tags.insert(ENVIRONMENT.into(), account.environment.clone());
    tags.insert(ROLE.into(), "log-bucket".into());
    let rule = LifecycleRule {
        enabled: true,
        transitions: vec![Transition { days: 90, storage_class: "GLACIER_IR".into() }],
        expire_days: Some(retention_days),
        noncurrent_days: Some(30),
        abort_multipart_days: Some(7),
        ..LifecycleRule::default()
    };
    Bucket {
        policy: Some(log_bucket_policy(account)),
        public_access_block: PublicAccessBlock::ALL,
        ownership: Ownership::BucketOwnerEnforced,
        encryption: Encryption { algorithm: "AES256".into(), kms_key: None, bucket_key: false },
        versioning: Versioning::Enabled,
        object_lock: None,
        logging: None,
        lifecycle: BTreeMap::from([("retain-then-expire".into(), rule)]),
        notifications: BTreeMap::new(),
        tags,
    }
}

/// Only the logging service of this account writes, and nobody deletes before the time.
fn log_bucket_policy(account: &Account) -> Document {
    let bucket = account.bucket_arn(&account.log_bucket);
    let objects = format!("{bucket}/*");
    let any_bucket = account.bucket_arn("*");
    Document::new([
        (
            "AllowLogDelivery",
            Statement::allow(["s3:PutObject"])
                .principal("Service", "logging.s3.amazonaws.com")
                .on([objects.clone()])
                .when("StringEquals", "aws:SourceAccount", [account.id.clone()])
                .when("ArnLike", "aws:SourceArn", [any_bucket]),
        ),
        (
            "DenyDeletion",
            Statement::deny(["s3:DeleteObject", "s3:DeleteObjectVersion"]).anyone().on([objects.clone()]),
        ),
        ("DenyInsecureTransport", deny_insecure_transport([bucket.clone(), objects.clone()])),
        ("DenyOldTls", deny_old_tls([bucket, objects])),
    ])
}

#[must_use]
pub fn deny_insecure_transport(on: [String; 2]) -> Statement {
    Statement::deny(["s3:*"]).anyone().on(on).when("Bool", "aws:SecureTransport", ["false"])
}

#[must_use]
pub fn deny_old_tls(on: [String; 2]) -> Statement {
    Statement::deny(["s3:*"]).anyone().on(on).when("NumericLessThan", "s3:TlsVersion", ["1.2"])
}
