//! I1-I7: who may do what.

use super::super::demand::Test::{AtLeast, Declared, Empty, Rule, True, Within};
use super::super::demand::{home, own};
use super::super::rules::NO_FULL_ACCESS;
use super::super::{Basis, Part, Safeguard, managed};

const PASSWORDS: &str = "password-policy/*";
const ROLES: &str = "iam-role/*";
const PEOPLE: &str = "iam-role/cloister-people-*";
const POLICIES: &str = "iam-policy/*";
const OTHERS: &str = "Only the tenant's own roles and policies are read, not those of others in the account";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "I1",
        title: "Least privilege",
        cfr: &["164.308(a)(3)(i)", "164.308(a)(4)(i)", "164.312(a)(1)"],
        prowler: &[
            "iam_aws_attached_policy_no_administrative_privileges",
            "iam_customer_attached_policy_no_administrative_privileges",
            "iam_inline_policy_no_administrative_privileges",
        ],
        config: &["iam-policy-no-statements-with-admin-access", "iam-policy-no-statements-with-full-access"],
        fsbp: &["IAM.1", "IAM.21"],
        basis: managed(
            Part::Always,
            &[own(POLICIES, "document", Rule(NO_FULL_ACCESS)), own(ROLES, "attached", Declared)],
        ),
        beyond: Some(OTHERS),
    },
    Safeguard {
        id: "I2",
        title: "No inline policies",
        cfr: &[],
        prowler: &[],
        config: &["iam-no-inline-policy-check", "iam-user-no-policies-check"],
        fsbp: &["IAM.2"],
        basis: managed(Part::Always, &[own(ROLES, "inline", Empty)]),
        beyond: Some(OTHERS),
    },
    Safeguard {
        id: "I3",
        title: "Multi-factor authentication",
        cfr: &["164.312(d)", "164.308(a)(3)(ii)(A)"],
        prowler: &[
            "iam_user_mfa_enabled_console_access",
            "iam_root_mfa_enabled",
            "iam_root_hardware_mfa_enabled",
        ],
        config: &[
            "mfa-enabled-for-iam-console-access",
            "iam-user-mfa-enabled",
            "root-account-mfa-enabled",
            "root-account-hardware-mfa-enabled",
        ],
        fsbp: &["IAM.5", "IAM.6", "IAM.9", "IAM.19"],
        basis: managed(
            Part::People,
            &[
                home(PEOPLE, "trust", Declared),
                home(PEOPLE, "boundary", Declared),
                home("iam-policy/cloister-people-*limits", "document", Declared),
            ],
        ),
        beyond: Some(
            "The devices of people are the login account's, the root user's is its holder's; the upload API takes no token without a second factor",
        ),
    },
    Safeguard {
        id: "I4",
        title: "Access keys young, unused ones removed",
        cfr: &["164.308(a)(3)(ii)(B)", "164.308(a)(3)(ii)(C)"],
        prowler: &["iam_rotate_access_key_90_days", "iam_user_accesskey_unused"],
        config: &["access-keys-rotated", "iam-user-unused-credentials-check"],
        fsbp: &["IAM.3", "IAM.8", "IAM.22"],
        basis: Basis::NotOurs {
            whose: "who makes IAM users in the account: Cloister makes none, and gives out no access key that lasts",
        },
        beyond: None,
    },
    Safeguard {
        id: "I5",
        title: "No access keys of the root user",
        cfr: &["164.312(a)(2)(i)"],
        prowler: &["iam_no_root_access_key"],
        config: &["iam-root-access-key-check"],
        fsbp: &["IAM.4"],
        basis: Basis::NotOurs { whose: "who holds the account's root user" },
        beyond: None,
    },
    Safeguard {
        id: "I6",
        title: "Strong passwords",
        cfr: &["164.308(a)(5)(ii)(D)"],
        prowler: &[
            "iam_password_policy_lowercase",
            "iam_password_policy_minimum_length_14",
            "iam_password_policy_number",
            "iam_password_policy_reuse_24",
            "iam_password_policy_symbol",
            "iam_password_policy_uppercase",
        ],
        config: &["iam-password-policy"],
        fsbp: &["IAM.7", "IAM.10"],
        basis: managed(
            Part::PasswordPolicy,
            &[
                home(PASSWORDS, "minimumLength", AtLeast(14)),
                home(PASSWORDS, "requireSymbols", True),
                home(PASSWORDS, "requireNumbers", True),
                home(PASSWORDS, "requireUppercase", True),
                home(PASSWORDS, "requireLowercase", True),
                home(PASSWORDS, "reusePrevention", AtLeast(24)),
                home(PASSWORDS, "maxAgeDays", Within(1, 90)),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "I7",
        title: "No confused deputy, no way to more rights",
        cfr: &[],
        prowler: &[
            "iam_role_cross_service_confused_deputy_prevention",
            "iam_policy_allows_privilege_escalation",
        ],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Always,
            &[
                own(ROLES, "trust", Declared),
                own(ROLES, "boundary", Declared),
                own("iam-policy/*-boundary", "document.NothingThatWidens", Declared),
            ],
        ),
        beyond: None,
    },
];
