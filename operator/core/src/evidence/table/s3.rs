//! S1-S12: buckets. The Environment's log bucket is judged with the tenant's wherever S3 lets it be so.

use super::super::demand::Test::{
    AtLeastDeclared, AtMostDeclared, Declared, DeclaredOrNone, Is, OneOf, Rule, True,
};
use super::super::demand::{any, home, own};
use super::super::rules::NO_FOREIGN_ACCOUNT;
use super::super::{Part, Safeguard, managed};

const BUCKETS: &str = "s3-bucket/*";
const REPLICAS: &str = "replica-bucket/*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "S1",
        title: "No public access to buckets",
        cfr: &["164.308(a)(3)(i)", "164.312(a)(1)"],
        prowler: &[
            "s3_bucket_public_access",
            "s3_bucket_policy_public_write_access",
            "s3_bucket_level_public_access_block",
        ],
        config: &["s3-bucket-public-read-prohibited", "s3-bucket-public-write-prohibited"],
        fsbp: &["S3.2", "S3.3", "S3.8"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "publicAccessBlock.blockPublicAcls", True),
                any(BUCKETS, "publicAccessBlock.ignorePublicAcls", True),
                any(BUCKETS, "publicAccessBlock.blockPublicPolicy", True),
                any(BUCKETS, "publicAccessBlock.restrictPublicBuckets", True),
                own(REPLICAS, "publicAccessBlock.blockPublicAcls", True).with(Part::Copies),
                own(REPLICAS, "publicAccessBlock.ignorePublicAcls", True).with(Part::Copies),
                own(REPLICAS, "publicAccessBlock.blockPublicPolicy", True).with(Part::Copies),
                own(REPLICAS, "publicAccessBlock.restrictPublicBuckets", True).with(Part::Copies),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S2",
        title: "No public access, for the whole account",
        cfr: &["164.308(a)(1)(ii)(B)"],
        prowler: &["s3_account_level_public_access_blocks"],
        config: &["s3-account-level-public-access-blocks-periodic"],
        fsbp: &["S3.1"],
        basis: managed(Part::PublicAccessBlock, &[home("account-public-access-block/*", "*", True)]),
        beyond: None,
    },
    Safeguard {
        id: "S3",
        title: "Objects encrypted at rest with the tenant's key",
        cfr: &["164.312(a)(2)(iv)", "164.312(e)(2)(ii)", "164.312(c)(1)"],
        prowler: &["s3_bucket_default_encryption", "s3_bucket_kms_encryption"],
        config: &["s3-default-encryption-kms", "s3-bucket-server-side-encryption-enabled"],
        fsbp: &["S3.17"],
        basis: managed(
            Part::Buckets,
            &[
                own(BUCKETS, "encryption.algorithm", Is("aws:kms")),
                own(BUCKETS, "encryption.kmsKey", Declared),
                own(BUCKETS, "encryption.bucketKey", True),
                own(REPLICAS, "encryption.algorithm", Is("aws:kms")).with(Part::Copies),
                own(REPLICAS, "encryption.kmsKey", Declared).with(Part::Copies),
                own(BUCKETS, "policy.DenyOtherEncryption", Declared),
                own(BUCKETS, "policy.DenyOtherKeys", Declared),
                own(BUCKETS, "policy.DenyKmsWithoutKey", Declared),
            ],
        ),
        beyond: Some(
            "The log bucket is encrypted by S3's own keys: S3 delivers no access logs into a bucket with a KMS key",
        ),
    },
    Safeguard {
        id: "S4",
        title: "TLS 1.2 and up only",
        cfr: &["164.312(e)(1)", "164.312(e)(2)(i)"],
        prowler: &["s3_bucket_secure_transport_policy"],
        config: &["s3-bucket-ssl-requests-only"],
        fsbp: &["S3.5"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "policy.DenyInsecureTransport", Declared),
                any(BUCKETS, "policy.DenyOldTls", Declared),
                own(REPLICAS, "policy.DenyInsecureTransport", Declared).with(Part::Copies),
                own(REPLICAS, "policy.DenyOldTls", Declared).with(Part::Copies),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S5",
        title: "Versions of objects kept",
        cfr: &[
            "164.308(a)(7)(ii)(A)",
            "164.308(a)(7)(ii)(B)",
            "164.308(a)(7)(ii)(C)",
            "164.312(c)(1)",
            "164.310(d)(2)(iv)",
        ],
        prowler: &["s3_bucket_object_versioning"],
        config: &["s3-bucket-versioning-enabled"],
        fsbp: &["S3.14"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "versioning", Is("Enabled")),
                own(REPLICAS, "versioning", Is("Enabled")).with(Part::Copies),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S6",
        title: "Access to objects logged",
        cfr: &["164.308(a)(1)(ii)(D)", "164.312(b)"],
        prowler: &["s3_bucket_server_access_logging_enabled"],
        config: &["s3-bucket-logging-enabled"],
        fsbp: &["S3.9"],
        basis: managed(
            Part::Buckets,
            &[own(BUCKETS, "logging.bucket", Declared), own(BUCKETS, "logging.prefix", Declared)],
        ),
        beyond: Some(
            "The log bucket does not log access to itself, which would grow for ever; S3 logs no access to copies into another region: \
             the trail's data events tell of it (T3)",
        ),
    },
    Safeguard {
        id: "S7",
        title: "Access control lists off",
        cfr: &[],
        prowler: &["s3_bucket_acl_prohibited"],
        config: &["s3-bucket-acl-prohibited"],
        fsbp: &["S3.12"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "ownership", Is("BucketOwnerEnforced")),
                own(REPLICAS, "ownership", Is("BucketOwnerEnforced")).with(Part::Copies),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S8",
        title: "Objects held against change and deletion",
        cfr: &["164.308(a)(1)(ii)(B)"],
        prowler: &["s3_bucket_object_lock"],
        config: &["s3-bucket-default-lock-enabled"],
        fsbp: &["S3.15"],
        basis: managed(
            Part::Buckets,
            &[
                own(BUCKETS, "objectLock.mode", OneOf(&["GOVERNANCE", "COMPLIANCE"])),
                own(BUCKETS, "objectLock.days", AtLeastDeclared(1)),
                own(REPLICAS, "objectLock.mode", OneOf(&["GOVERNANCE", "COMPLIANCE"])).with(Part::Copies),
                own(REPLICAS, "objectLock.days", AtLeastDeclared(1)).with(Part::Copies),
            ],
        ),
        beyond: Some(
            "The log bucket has no Object Lock, into which S3 delivers no access logs; its policy denies deletion",
        ),
    },
    Safeguard {
        id: "S9",
        title: "Old versions and unfinished uploads removed in time",
        cfr: &[],
        prowler: &["s3_bucket_lifecycle_enabled"],
        config: &["s3-version-lifecycle-policy-check"],
        fsbp: &["S3.10", "S3.13"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "lifecycle.*.enabled", True),
                any(BUCKETS, "lifecycle.*.noncurrentDays", AtMostDeclared),
                any(BUCKETS, "lifecycle.*.abortMultipartDays", AtMostDeclared),
                own(REPLICAS, "lifecycle.*.enabled", True).with(Part::Copies),
                own(REPLICAS, "lifecycle.*.noncurrentDays", AtMostDeclared).with(Part::Copies),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S10",
        title: "A second copy in another region",
        cfr: &["164.308(a)(7)(i)", "164.310(d)(2)(iv)", "164.312(a)(2)(ii)"],
        prowler: &["s3_bucket_cross_region_replication"],
        config: &["s3-bucket-replication-enabled"],
        fsbp: &["S3.7"],
        basis: managed(
            Part::Copies,
            &[
                own(BUCKETS, "replication.role", DeclaredOrNone),
                own(BUCKETS, "replication.rules", DeclaredOrNone),
                own(REPLICAS, "policy.DenyWrites", Declared),
                own(REPLICAS, "policy.DenyOtherReplicas", Declared),
            ],
        ),
        beyond: Some(
            "Objects from before copies were declared, or from while the rule was off, are not copied: cloister drill counts them, S3 Batch Replication copies them",
        ),
    },
    Safeguard {
        id: "S11",
        title: "Arrivals announced",
        cfr: &[],
        prowler: &["s3_bucket_event_notifications_enabled"],
        config: &["s3-event-notifications-enabled"],
        fsbp: &["S3.11"],
        basis: managed(
            Part::Buckets,
            &[
                own(BUCKETS, "notifications.*.queue", Declared),
                own(BUCKETS, "notifications.*.events", Declared),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "S12",
        title: "No access from other accounts",
        cfr: &[],
        prowler: &["s3_bucket_cross_account_access", "s3_bucket_no_mfa_delete"],
        config: &[],
        fsbp: &["S3.6", "S3.20"],
        basis: managed(
            Part::Always,
            &[
                any(BUCKETS, "policy", Rule(NO_FOREIGN_ACCOUNT)),
                own(BUCKETS, "policy.DenyOtherAccounts", Declared),
                // A rule that nobody declared is a way out.
                own(BUCKETS, "replication.role", DeclaredOrNone),
                own(REPLICAS, "policy", Rule(NO_FOREIGN_ACCOUNT)).with(Part::Copies),
                own(REPLICAS, "policy.DenyOtherAccounts", Declared).with(Part::Copies),
            ],
        ),
        beyond: Some("MFA delete: only the root user of the account could set it"),
    },
];
