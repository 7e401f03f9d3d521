//! T1-T5: the trail, its key, the bucket in the audit account that it writes into, and the cluster's own audit log.

use super::super::demand::Test::{AtLeast, Declared, Is, Rule, True, Within};
use super::super::demand::home;
use super::super::rules::{ANY_KMS_KEY, KEPT_SIX_YEARS};
use super::super::{Part, Safeguard, managed};

const TRAIL: &str = "trail/*";
const KEY: &str = "audit-key/*";
const LOGS: &str = "log-group//cloister/environment/*";
const BUCKET: &str = "audit-bucket/*";
const SIGNING: &str = "signing-key/*";
const CLUSTER_LOG: &str = "kubernetes-audit-log/*";
/// An hour, and the one that CloudWatch Logs takes at most, typically, to tell when a stream last took something in:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>
const SILENT_MINUTES: i64 = 120;

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "T1",
        title: "Calls to AWS recorded in every region",
        cfr: &["164.308(a)(1)(ii)(D)", "164.312(b)"],
        prowler: &["cloudtrail_multi_region_enabled"],
        config: &["multi-region-cloudtrail-enabled", "cloudtrail-enabled"],
        fsbp: &["CloudTrail.1", "CloudTrail.3"],
        basis: managed(
            Part::Audit,
            &[
                home(TRAIL, "logging", True),
                home(TRAIL, "multiRegion", True),
                home(TRAIL, "globalEvents", True),
                home(TRAIL, "selectors.management", Declared),
                home(TRAIL, "bucket", Declared),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "T2",
        title: "Records of calls encrypted and proven whole",
        cfr: &["164.312(c)(1)", "164.312(c)(2)"],
        prowler: &["cloudtrail_kms_encryption_enabled", "cloudtrail_log_file_validation_enabled"],
        config: &["cloud-trail-encryption-enabled", "cloud-trail-log-file-validation-enabled"],
        fsbp: &["CloudTrail.2", "CloudTrail.4"],
        basis: managed(
            Part::Audit,
            &[
                home(TRAIL, "kmsKey", Declared),
                home(TRAIL, "validation", True),
                home(KEY, "state", Is("Enabled")),
                home(KEY, "rotation.enabled", True),
                home(KEY, "policy.GuardedAgainstLoss", Declared),
                home(BUCKET, "objectLock.mode", Is("COMPLIANCE")),
                home(BUCKET, "objectLock.days", AtLeast(2192)),
                home(BUCKET, "policy.DenyDeletion", Declared),
                home(BUCKET, "policy.DenyForgery", Declared),
                home(BUCKET, "policy.DenyStrangers", Declared),
                home(BUCKET, "policy.DenyLowering", Declared),
                home(SIGNING, "state", Is("Enabled")).with(Part::Evidence),
                home(SIGNING, "spec", Is("ECC_NIST_P256")).with(Part::Evidence),
                home(SIGNING, "policy.GuardedAgainstLoss", Declared).with(Part::Evidence),
                home(SIGNING, "policy.SignedByOperator", Declared).with(Part::Evidence),
            ],
        ),
        beyond: Some(
            "That digests and signatures fit the files is for `aws cloudtrail validate-logs` and `cloister evidence verify` to say",
        ),
    },
    Safeguard {
        id: "T3",
        title: "Reads and writes of objects recorded",
        cfr: &["164.312(a)(2)(i)", "164.312(b)"],
        prowler: &["cloudtrail_s3_dataevents_read_enabled", "cloudtrail_s3_dataevents_write_enabled"],
        config: &["cloudtrail-s3-dataevents-enabled"],
        fsbp: &[],
        basis: managed(Part::Audit, &[home(TRAIL, "selectors.objects", Declared)]),
        beyond: Some("But of the bucket of access logs, into which S3 itself writes all the time"),
    },
    Safeguard {
        id: "T4",
        title: "Records of calls watched and kept safe",
        cfr: &[],
        prowler: &[
            "cloudtrail_cloudwatch_logging_enabled",
            "cloudtrail_logs_s3_bucket_access_logging_enabled",
            "cloudtrail_logs_s3_bucket_is_not_publicly_accessible",
        ],
        config: &["cloud-trail-cloud-watch-logs-enabled"],
        fsbp: &["CloudTrail.5", "CloudTrail.6", "CloudTrail.7"],
        basis: managed(
            Part::Audit,
            &[
                home(TRAIL, "logs.group", Declared),
                home(TRAIL, "logs.role", Declared),
                home(LOGS, "kmsKey", Declared),
                home(LOGS, "retentionDays", AtLeast(2192)),
                home(BUCKET, "publicAccessBlock.blockPublicAcls", True),
                home(BUCKET, "publicAccessBlock.ignorePublicAcls", True),
                home(BUCKET, "publicAccessBlock.blockPublicPolicy", True),
                home(BUCKET, "publicAccessBlock.restrictPublicBuckets", True),
                home(BUCKET, "policy.DenyInsecureTransport", Declared),
            ],
        ),
        beyond: Some(
            "Access to the bucket is not logged by S3, which delivers no access logs across accounts; alarms: see W2",
        ),
    },
    Safeguard {
        id: "T5",
        title: "Calls to Kubernetes recorded and kept",
        cfr: &["164.312(b)", "164.316(b)(2)(i)"],
        prowler: &["eks_control_plane_logging_all_types_enabled"],
        config: &["eks-cluster-logging-enabled"],
        fsbp: &["EKS.8"],
        basis: managed(
            Part::ClusterLog,
            &[
                home(CLUSTER_LOG, "kmsKey", Rule(ANY_KMS_KEY)),
                home(CLUSTER_LOG, "retentionDays", Rule(KEPT_SIX_YEARS)),
                home(CLUSTER_LOG, "silentMinutes", Within(0, SILENT_MINUTES)),
            ],
        ),
        beyond: Some(
            "Events are not read, so the cluster's audit policy, and who may read or delete the log, are up to who runs it",
        ),
    },
];
