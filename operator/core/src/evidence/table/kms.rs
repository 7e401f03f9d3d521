//! K1-K4: keys, here and in the recovery region.

use super::super::demand::Test::{Declared, Is, Rule, True, Within};
use super::super::demand::{any, own};
use super::super::rules::{KEYS_BY_ARN, NOT_PUBLIC};
use super::super::{Part, Safeguard, managed};

const KEY: &str = "*kms-key/*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "K1",
        title: "Keys turned yearly",
        cfr: &["164.312(a)(2)(iv)"],
        prowler: &["kms_cmk_rotation_enabled"],
        config: &["cmk-backing-key-rotation-enabled"],
        fsbp: &["KMS.4"],
        basis: managed(
            Part::Always,
            &[any(KEY, "rotation.enabled", True), any(KEY, "rotation.periodDays", Within(90, 365))],
        ),
        beyond: None,
    },
    Safeguard {
        id: "K2",
        title: "Keys guarded against loss",
        cfr: &["164.308(a)(1)(ii)(B)"],
        prowler: &[
            "kms_cmk_not_deleted_unintentionally",
            "cloudwatch_log_metric_filter_disable_or_scheduled_deletion_of_kms_cmk",
        ],
        config: &["kms-cmk-not-scheduled-for-deletion"],
        fsbp: &["KMS.3"],
        basis: managed(
            Part::Always,
            &[any(KEY, "state", Is("Enabled")), any(KEY, "policy.GuardedAgainstLoss", Declared)],
        ),
        beyond: Some("That an alarm tells of an attempt is W2's"),
    },
    Safeguard {
        id: "K3",
        title: "Keys not public",
        cfr: &[],
        prowler: &["kms_key_not_publicly_accessible"],
        config: &[],
        fsbp: &["KMS.5"],
        basis: managed(Part::Always, &[any(KEY, "policy", Rule(NOT_PUBLIC))]),
        beyond: None,
    },
    Safeguard {
        id: "K4",
        title: "No right to decrypt with every key",
        cfr: &["164.312(a)(2)(iv)"],
        prowler: &["iam_policy_no_full_access_to_kms"],
        config: &["iam-customer-policy-blocked-kms-actions", "iam-inline-policy-blocked-kms-actions"],
        fsbp: &["KMS.1", "KMS.2"],
        basis: managed(Part::Always, &[own("iam-policy/*", "document", Rule(KEYS_BY_ARN))]),
        beyond: Some("Only the tenant's own policies are read, not those of others in the account"),
    },
];
