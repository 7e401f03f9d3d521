//! What copies of objects in the recovery region need: a role that S3 takes on, and a key there.

use std::collections::BTreeSet;

use cloister_crds::ClientTenantSpec;
use cloister_crds::bucket::Copies;

use super::{Inputs, want};
use crate::bucket::no_second_region;
use crate::document::{Document, Statement};
use crate::environment::Account;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{KEY_NOT_KNOWN_YET, Policy, Resource, ResourceId, Role};
use crate::violation::Violation;
use crate::warehouse::key;

/// Purpose of that role.
pub const COPIES: &str = "copies";

const REPLICATE: [&str; 3] = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"];

/// Whether anything is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copying {
    On,
    /// It was once, and the role for it stands.
    Ended,
    Off,
}

impl Copying {
    #[must_use]
    pub fn of(is_on: bool, has_role: bool) -> Self {
        match (is_on, has_role) {
            (true, _) => Self::On,
            (false, true) => Self::Ended,
            (false, false) => Self::Off,
        }
    }
}

/// The field by which the tenant's own declaration has anything copied.
fn declared(spec: &ClientTenantSpec) -> Option<String> {
    if spec.copies == Copies::CrossRegion {
        return Some("spec.copies".to_owned());
    }
    let inline = spec.ingest_buckets.iter().position(|b| b.spec.copies == Some(Copies::CrossRegion));
    inline.map(|i| format!("spec.ingestBuckets[{i}].copies"))
}

/// Whether anything of the tenant is copied, as far as its own declaration says.
#[must_use]
pub fn copies(spec: &ClientTenantSpec) -> bool {
    declared(spec).is_some()
}

pub(super) fn lacks(spec: &ClientTenantSpec, account: &Account) -> Option<Violation> {
    let path = declared(spec).filter(|_| account.recovery_region.is_none())?;
    Some(no_second_region(&path, account))
}

/// After the warehouse, which may have the same key.
pub(super) fn desire(inputs: &Inputs<'_>, set: &mut DesiredSet) {
    let Some(region) = inputs.account.recovery_region.as_deref() else { return };
    let id = ResourceId::RecoveryKey(inputs.names.key_alias());
    let fresh = || {
        let policy = key::administered(inputs.account, inputs.is_going());
        want(key::key(policy, inputs.tags("recovery-key")), [])
    };
    if inputs.copying == Copying::On {
        let wanted = set.entry(id.clone()).or_insert_with(fresh);
        if let Resource::Key(key) = &mut wanted.resource
            && let Some(policy) = &mut key.policy
        {
            policy.0.insert("UsedForCopies".into(), used_for_copies(inputs, region));
        }
    } else if inputs.keys.recovery.is_some() {
        // What was copied once is under it.
        set.entry(id.clone()).or_insert_with(fresh);
    }
    if inputs.copying != Copying::Off {
        set.extend(role(inputs, region, id));
    }
}

/// It goes when nothing is copied any more.
fn role(inputs: &Inputs<'_>, region: &str, key: ResourceId) -> DesiredSet {
    let fate = if inputs.copying == Copying::On { Fate::Exist } else { Fate::Vanish };
    let (name, boundary) = (inputs.names.role(COPIES), inputs.names.role("boundary"));
    let policy = Resource::Policy(Policy { document: Some(document(inputs, region)) });
    let policy = want(policy, [inputs.key_id(), key]);
    let role = Role {
        trust: Some(trust()),
        boundary: inputs.account.policy_arn(&boundary),
        attached: BTreeSet::from([inputs.account.policy_arn(&name)]),
        inline: BTreeSet::new(),
        tags: inputs.tags("role/copies"),
    };
    let needs = [ResourceId::Policy(boundary), ResourceId::Policy(name.clone())];
    let role = want(Resource::Role(role), needs);
    DesiredSet::from([
        (ResourceId::Policy(name.clone()), Desired { fate, ..policy }),
        (ResourceId::Role(name), Desired { fate, ..role }),
    ])
}

/// What the boundary leaves the role beside the tenant's own buckets and key.
pub(super) fn boundary(inputs: &Inputs<'_>) -> Vec<(String, Statement)> {
    if inputs.copying != Copying::On || inputs.account.recovery_region.is_none() {
        return Vec::new();
    }
    vec![
        ("OwnCopies".into(), Statement::allow(REPLICATE).on([replicas(inputs)])),
        ("CopiesKey".into(), Statement::allow(["kms:Encrypt"]).on([recovery_key(inputs)])),
    ]
}

fn recovery_key<'a>(inputs: &'a Inputs<'_>) -> &'a str {
    inputs.keys.recovery.as_deref().unwrap_or(KEY_NOT_KNOWN_YET)
}

fn replicas(inputs: &Inputs<'_>) -> String {
    format!("{}/*", inputs.account.bucket_arn(&inputs.names.replica("*")))
}

/// S3 takes it on for this account's buckets only, since it takes no rule with a role of another one. AWS documents no
/// condition such as `aws:SourceAccount` for it, and where that is not sent nothing would be copied, and nobody told.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html>
fn trust() -> Document {
    let trust = Statement::allow(["sts:AssumeRole"]).principal("Service", "s3.amazonaws.com");
    Document::new([("Replication", trust)])
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html>
fn document(inputs: &Inputs<'_>, region: &str) -> Document {
    let read = [
        "s3:GetObjectLegalHold",
        "s3:GetObjectRetention",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTagging",
    ];
    let through = |key: &str, action: &str, region: &str| {
        let host = inputs.account.service_host_in("s3", region);
        Statement::allow([action]).on([key]).when("StringEquals", "kms:ViaService", [host])
    };
    let objects = inputs.bucket_arns().into_iter().map(|arn| format!("{arn}/*"));
    Document::new([
        (
            "ReadTheRule",
            Statement::allow(["s3:GetReplicationConfiguration", "s3:ListBucket"]).on(inputs.bucket_arns()),
        ),
        ("ReadVersions", Statement::allow(read).on(objects)),
        ("WriteCopies", Statement::allow(REPLICATE).on([replicas(inputs)])),
        ("UseKey", through(inputs.key_arn(), "kms:Decrypt", &inputs.account.region)),
        ("UseKeyThere", through(recovery_key(inputs), "kms:Encrypt", region)),
    ])
}

fn used_for_copies(inputs: &Inputs<'_>, region: &str) -> Statement {
    Statement::allow(["kms:Encrypt"])
        .principal("AWS", inputs.account.root())
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", [inputs.account.role_arn(&inputs.names.role(COPIES))])
        .when("StringEquals", "kms:ViaService", [inputs.account.service_host_in("s3", region)])
}

/// What the tenant's own key lets the role do.
pub(super) fn read_for_copies(inputs: &Inputs<'_>, root: &str) -> Statement {
    Statement::allow(["kms:Decrypt"])
        .principal("AWS", root)
        .on(["*"])
        .when("ArnEquals", "aws:PrincipalArn", [inputs.account.role_arn(&inputs.names.role(COPIES))])
        .when("StringEquals", "kms:ViaService", [inputs.account.service_host("s3")])
}
