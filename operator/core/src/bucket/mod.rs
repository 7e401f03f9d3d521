//! `IngestBucket`: the bucket in which files arrive, and the queues that announce them.

mod copy;
mod policy;

pub(crate) use copy::no_second_region;
pub use copy::{is_copied, validate_home};

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::IngestBucketSpec;
use cloister_crds::bucket::{Intake, Lifecycle, LockMode, StorageClass};

use crate::document::{Document, Statement};
use crate::environment::Account;
use crate::name::Names;
use crate::ownership::{ENVIRONMENT, Owner, TENANT};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    Bucket, Encryption, LifecycleRule, Logging, ObjectLock, Ownership, PublicAccessBlock, Queue,
    QueueNotification, Redrive, Resource, ResourceId, Tags, Transition, Versioning,
};
use crate::violation::Violation;

/// What an IngestBucket is made from.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// The object's own name.
    pub name: &'a str,
    pub spec: &'a IngestBucketSpec,
    /// The tenant's, for a bucket without one of its own.
    pub retention: &'a Lifecycle,
    /// The tenant owns the AWS resources, so that they survive a namespace that is made anew.
    pub tenant: &'a Owner,
    pub names: &'a Names,
    pub account: &'a Account,
    pub key_arn: &'a str,
    /// ARN of the tenant's key in the recovery region, where it has a copy there, or had one.
    pub copy_key: Option<&'a str>,
    /// What arrives is copied there.
    pub copied: bool,
    pub fate: Fate,
    /// What may still be put into it, where the tenant leaves for good.
    pub intake: Option<Intake>,
}

impl Inputs<'_> {
    #[must_use]
    pub fn bucket_name(&self) -> String {
        self.spec.bucket_name.clone().unwrap_or_else(|| self.names.bucket(self.name))
    }

    #[must_use]
    pub fn queue_name(&self) -> String {
        self.names.queue(self.name)
    }

    #[must_use]
    pub fn replica_name(&self) -> String {
        self.names.replica(self.name)
    }

    fn tags(&self, what: &str) -> Tags {
        let mut tags = self.tenant.tags(&format!("{what}/{}", self.name));
        tags.insert(TENANT.into(), self.names.tenant.clone());
        tags.insert(ENVIRONMENT.into(), self.account.environment.clone());
        tags
    }
}

/// What CEL cannot say, since the tenant's retention is another object's.
#[must_use]
pub fn validate(path: &str, spec: &IngestBucketSpec, retention: &Lifecycle) -> Vec<Violation> {
    let days = spec.lifecycle.as_ref().unwrap_or(retention).noncurrent_days;
    let lock = spec.object_lock.as_ref().filter(|lock| days < lock.days);
    let hint = |lock: &cloister_crds::bucket::ObjectLock| {
        format!(
            "{days} days of the tenant's retention are shorter than objectLock.days {}: S3 would not expire a locked version; \
             set lifecycle.noncurrentDays here or raise spec.retention.noncurrentDays of the ClientTenant",
            lock.days
        )
    };
    lock.map(|lock| Violation::new(format!("{path}.objectLock.days"), hint(lock))).into_iter().collect()
}

/// The bucket, its queue and its dead-letter queue; its copy, where there is to be one.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let bucket = ResourceId::Bucket(inputs.bucket_name());
    let queue = ResourceId::Queue(inputs.queue_name());
    let dead_letters = ResourceId::Queue(inputs.names.dead_letter_queue(inputs.name));
    let want = |resource, needs: &[&ResourceId], adopt| Desired {
        resource,
        fate: inputs.fate,
        needs: needs.iter().map(|id| (*id).clone()).collect(),
        adopt,
    };
    let settings = Resource::Bucket(Box::new(bucket_settings(inputs)));
    let replica = ResourceId::ReplicaBucket(inputs.replica_name());
    // What was copied once is kept as it was, although nothing more is.
    let copy = inputs.copy_key.map(|key| Resource::Bucket(Box::new(copy::replica(inputs, key))));
    let mut needs = vec![&queue];
    needs.extend(copy.as_ref().map(|_| &replica));
    let mut set = DesiredSet::from([
        (dead_letters.clone(), want(Resource::Queue(dead_letter_queue(inputs)), &[], false)),
        (queue.clone(), want(Resource::Queue(arrival_queue(inputs)), &[&dead_letters], false)),
        (bucket, want(settings, &needs, inputs.spec.adopt)),
    ]);
    set.extend(copy.map(|copy| (replica.clone(), want(copy, &[], false))));
    set
}

fn bucket_settings(inputs: &Inputs<'_>) -> Bucket {
    let spec = inputs.spec;
    let name = inputs.bucket_name();
    Bucket {
        policy: Some(policy::bucket_policy(inputs)),
        public_access_block: PublicAccessBlock::ALL,
        ownership: Ownership::BucketOwnerEnforced,
        encryption: Encryption {
            algorithm: "aws:kms".into(),
            kms_key: Some(inputs.key_arn.to_owned()),
            bucket_key: true,
        },
        versioning: Versioning::Enabled,
        object_lock: spec.object_lock.as_ref().map(|lock| ObjectLock {
            mode: match lock.mode {
                LockMode::Governance => "GOVERNANCE".into(),
                LockMode::Compliance => "COMPLIANCE".into(),
            },
            days: lock.days,
        }),
        logging: Some(Logging {
            bucket: inputs.account.log_bucket.clone(),
            prefix: format!("s3/{}/{name}/", inputs.names.tenant),
        }),
        lifecycle: lifecycle(spec.lifecycle.as_ref().unwrap_or(inputs.retention)),
        notifications: notifications(inputs),
        replication: inputs.copy_key.filter(|_| inputs.copied).map(|key| copy::rule(inputs, key)),
        tags: inputs.tags("bucket"),
    }
}

fn lifecycle(days: &Lifecycle) -> BTreeMap<String, LifecycleRule> {
    let class = match days.storage_class {
        StorageClass::GlacierIr => "GLACIER_IR",
        StorageClass::Glacier => "GLACIER",
        StorageClass::DeepArchive => "DEEP_ARCHIVE",
    };
    let rule = LifecycleRule {
        enabled: true,
        prefix: String::new(),
        transitions: vec![Transition { days: days.glacier_after_days, storage_class: class.into() }],
        expire_days: days.expire_after_days,
        noncurrent_days: Some(days.noncurrent_days),
        abort_multipart_days: Some(days.abort_multipart_days),
    };
    BTreeMap::from([("archive-and-clean".into(), rule)])
}

fn notifications(inputs: &Inputs<'_>) -> BTreeMap<String, QueueNotification> {
    let arrivals = &inputs.spec.arrivals;
    let announce = QueueNotification {
        queue: inputs.account.queue_arn(&inputs.queue_name()),
        events: BTreeSet::from(["s3:ObjectCreated:*".to_owned()]),
        prefix: arrivals.prefix.clone(),
        suffix: arrivals.suffix.clone(),
    };
    BTreeMap::from([("arrivals".into(), announce)])
}

/// SQS keeps a message for 14 days at most; five failed receipts set it aside for people to look at.
fn arrival_queue(inputs: &Inputs<'_>) -> Queue {
    let dead_letters = inputs.names.dead_letter_queue(inputs.name);
    Queue {
        redrive: Some(Redrive { dead_letter_arn: inputs.account.queue_arn(&dead_letters), max_receives: 5 }),
        ..queue(inputs, &inputs.queue_name(), true)
    }
}

fn dead_letter_queue(inputs: &Inputs<'_>) -> Queue {
    queue(inputs, &inputs.names.dead_letter_queue(inputs.name), false)
}

fn queue(inputs: &Inputs<'_>, name: &str, from_s3: bool) -> Queue {
    let arn = inputs.account.queue_arn(name);
    let insecure =
        Statement::deny(["sqs:*"]).anyone().on([arn.clone()]).when("Bool", "aws:SecureTransport", ["false"]);
    let mut policy = Document::new([("DenyInsecureTransport", insecure)]);
    if from_s3 {
        let send = Statement::allow(["sqs:SendMessage"])
            .principal("Service", "s3.amazonaws.com")
            .on([arn])
            .when("StringEquals", "aws:SourceAccount", [inputs.account.id.clone()])
            .when("ArnEquals", "aws:SourceArn", [inputs.account.bucket_arn(&inputs.bucket_name())]);
        policy.0.insert("AllowArrivals".into(), send);
    }
    Queue {
        kms_key: inputs.key_arn.to_owned(),
        data_key_reuse_seconds: 300,
        retention_seconds: 14 * 24 * 3600,
        visibility_seconds: 300,
        policy: Some(policy),
        redrive: None,
        tags: inputs.tags(if from_s3 { "queue" } else { "dead-letter-queue" }),
    }
}
