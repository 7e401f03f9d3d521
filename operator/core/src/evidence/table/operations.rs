//! W1-W2, D1-D3: logs and alarms, detection.

use super::super::demand::Test::{AtLeast, Declared, True};
use super::super::demand::{any, home, home_of, own};
use super::super::{Part, Safeguard, managed};

const LOGS: &str = "log-group/*";
const ALARM: &str = "cloudwatch-alarm/*";
const DETECTOR: &str = "guardduty-detector/*";
const RECORDER: &str = "config-recorder/*";

pub(super) const TABLE: &[Safeguard] = &[
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
        basis: managed(
            Part::Alarms,
            &[
                home(ALARM, "filter", Declared),
                home(ALARM, "watch", Declared),
                home(ALARM, "actionsEnabled", True),
                home(ALARM, "actions", Declared),
            ],
        ),
        beyond: Some(
            "Who is subscribed to the topic, and whether it lets CloudWatch publish, is not looked at",
        ),
    },
    Safeguard {
        id: "D1",
        title: "Threats and changes detected",
        cfr: &["164.308(a)(6)(i)", "164.308(a)(8)"],
        prowler: &["guardduty_is_enabled", "securityhub_enabled", "config_recorder_all_regions_enabled"],
        config: &["guardduty-enabled-centralized", "securityhub-enabled"],
        fsbp: &[],
        basis: managed(
            Part::Detection,
            &[
                home_of(Part::GuardDuty, DETECTOR, "enabled", True),
                home_of(Part::GuardDuty, DETECTOR, "features.EKS_AUDIT_LOGS", True),
                home_of(Part::GuardDuty, DETECTOR, "features.S3_DATA_EVENTS", True),
                home_of(Part::ConfigRecorder, RECORDER, "allTypes", True),
                home_of(Part::ConfigRecorder, RECORDER, "channel.bucket", Declared),
                home_of(Part::ConfigRecorder, RECORDER, "recording", True),
            ],
        ),
        beyond: Some("Security Hub, which Cloister does not turn on, and the account's other regions"),
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
        fsbp: &["EKS.1", "EKS.2", "EKS.3", "SQS.1"],
        basis: managed(
            Part::Buckets,
            &[
                own("sqs-queue/*", "kmsKey", Declared),
                own("sqs-queue/*", "policy.DenyInsecureTransport", Declared),
            ],
        ),
        beyond: Some(
            "Secrets and endpoint of the Kubernetes cluster are up to who runs it, for its audit log see T5; no SNS topic is made",
        ),
    },
];
