//! T1-T4, W1-W2, D1-D3: trail, logs and alarms, detection.

use super::super::demand::Test::{AtLeast, Declared};
use super::super::demand::{any, own};
use super::super::{Basis, Part, Safeguard, managed};

const LOGS: &str = "log-group/*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "T1",
        title: "Calls to AWS recorded in every region",
        cfr: &["164.308(a)(1)(ii)(D)", "164.312(b)"],
        prowler: &["cloudtrail_multi_region_enabled"],
        config: &["multi-region-cloudtrail-enabled", "cloudtrail-enabled"],
        fsbp: &["CloudTrail.1", "CloudTrail.3"],
        basis: Basis::NotManaged { needs: "a CloudTrail of all regions into the audit account" },
        beyond: None,
    },
    Safeguard {
        id: "T2",
        title: "Records of calls encrypted and proven whole",
        cfr: &["164.312(c)(1)", "164.312(c)(2)"],
        prowler: &["cloudtrail_kms_encryption_enabled", "cloudtrail_log_file_validation_enabled"],
        config: &["cloud-trail-encryption-enabled", "cloud-trail-log-file-validation-enabled"],
        fsbp: &["CloudTrail.2", "CloudTrail.4"],
        basis: Basis::NotManaged { needs: "a key of the trail's own, and log file validation" },
        beyond: None,
    },
    Safeguard {
        id: "T3",
        title: "Reads and writes of objects recorded",
        cfr: &["164.312(a)(2)(i)", "164.312(b)"],
        prowler: &["cloudtrail_s3_dataevents_read_enabled", "cloudtrail_s3_dataevents_write_enabled"],
        config: &["cloudtrail-s3-dataevents-enabled"],
        fsbp: &[],
        basis: Basis::NotManaged {
            needs: "S3 data events of the trail for every bucket; until then S3's access logs (S6) are the record",
        },
        beyond: None,
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
        basis: Basis::NotManaged {
            needs: "the trail's delivery to CloudWatch Logs, and an audit bucket with Object Lock",
        },
        beyond: None,
    },
    Safeguard {
        id: "W1",
        title: "Logs encrypted and kept",
        cfr: &["164.312(a)(2)(iv)", "164.312(b)"],
        prowler: &[
            "cloudwatch_log_group_kms_encryption_enabled",
            "cloudwatch_log_group_retention_policy_specific_days_enabled",
        ],
        config: &["cloudwatch-log-group-encrypted"],
        fsbp: &[],
        basis: managed(
            Part::Warehouse,
            &[any(LOGS, "kmsKey", Declared), any(LOGS, "retentionDays", AtLeast(365))],
        ),
        beyond: Some("Only the warehouse's log groups are read, not those of others in the account"),
    },
    Safeguard {
        id: "W2",
        title: "Alarms",
        cfr: &["164.308(a)(5)(ii)(C)", "164.308(a)(6)(i)"],
        prowler: &[
            "cloudwatch_changes_to_network_acls_alarm_configured",
            "cloudwatch_changes_to_network_gateways_alarm_configured",
            "cloudwatch_changes_to_network_route_tables_alarm_configured",
            "cloudwatch_changes_to_vpcs_alarm_configured",
            "cloudwatch_log_metric_filter_authentication_failures",
            "cloudwatch_log_metric_filter_root_usage",
        ],
        config: &["cloudwatch-alarm-action-check"],
        fsbp: &[],
        basis: Basis::NotManaged { needs: "metric filters and alarms on the trail's log group" },
        beyond: None,
    },
    Safeguard {
        id: "D1",
        title: "Threats and changes detected",
        cfr: &["164.308(a)(6)(i)", "164.308(a)(8)"],
        prowler: &["guardduty_is_enabled", "securityhub_enabled", "config_recorder_all_regions_enabled"],
        config: &["guardduty-enabled-centralized", "securityhub-enabled"],
        fsbp: &[],
        basis: Basis::NotManaged { needs: "GuardDuty, Security Hub and a Config recorder in every region" },
        beyond: None,
    },
    Safeguard {
        id: "D2",
        title: "Secrets turned and encrypted",
        cfr: &["164.308(a)(4)(ii)(C)"],
        prowler: &["secretsmanager_automatic_rotation_enabled"],
        config: &["secretsmanager-rotation-enabled-check", "secretsmanager-using-cmk"],
        fsbp: &[],
        basis: managed(Part::Warehouse, &[any("redshift-cluster/*", "adminSecretKey", Declared)]),
        beyond: Some(
            "Redshift itself turns the administrator's password every 30 days; there is no other secret",
        ),
    },
    Safeguard {
        id: "D3",
        title: "Messages and the cluster's secrets encrypted",
        cfr: &[],
        prowler: &[
            "eks_cluster_kms_cmk_encryption_in_secrets_enabled",
            "sns_topics_kms_encryption_at_rest_enabled",
        ],
        config: &["sns-encrypted-kms"],
        fsbp: &["EKS.1", "EKS.2", "EKS.3", "EKS.8", "SQS.1"],
        basis: managed(
            Part::Buckets,
            &[
                own("sqs-queue/*", "kmsKey", Declared),
                own("sqs-queue/*", "policy.DenyInsecureTransport", Declared),
            ],
        ),
        beyond: Some(
            "Secrets, endpoint and audit log of the Kubernetes cluster are up to who runs it; no SNS topic is made",
        ),
    },
];
