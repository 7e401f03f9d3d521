//! What an `Environment` keeps safe of its account's own settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the AWS account and region. They belong to nobody: Cloister tightens what is looser than it should be,
/// never loosens what is stricter, and leaves them as they are when the Environment is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Guardrails {
    /// S3 Block Public Access of the account: all four settings on (45 CFR 164.308(a)(1)(ii)(B)). Default `Manage`.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html>
    #[serde(default)]
    pub account_public_access_block: Guardrail,
    /// EBS encryption by default in the region: on (45 CFR 164.312(a)(2)(iv)). Default `Manage`.
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html>
    #[serde(default)]
    pub ebs_encryption: Guardrail,
    /// Block public access for EBS snapshots in the region: `block-all-sharing`, which also hides what is public
    /// already (45 CFR 164.312(a)(1)). Default `Manage`.
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html>
    #[serde(default)]
    pub snapshot_block_public_access: Guardrail,
    /// The password policy of the account's IAM users: at least 14 characters with upper and lower case, digits and
    /// symbols, none of the last 24 passwords, changed within 90 days, by the users themselves
    /// (45 CFR 164.308(a)(5)(ii)(D)). Default `Manage`.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html>
    #[serde(default)]
    pub password_policy: Guardrail,
    /// Amazon GuardDuty in the region: on, watching reads and writes of objects and the audit logs of EKS, too
    /// (45 CFR 164.308(a)(6)(ii)). A detector that the organisation's administrator manages counts as it is. AWS charges by
    /// what is watched. Default `Manage`.
    /// <https://docs.aws.amazon.com/guardduty/latest/ug/what-is-guardduty.html>
    #[serde(default)]
    pub guard_duty: Guardrail,
    /// AWS Config's recorder in the region: on, for all types of resources, delivering into the bucket of access logs
    /// (45 CFR 164.308(a)(8)). One that is there already, as Control Tower makes it, counts. AWS charges for each change
    /// that is recorded, those of worker nodes included. Default `Manage`.
    /// <https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html>
    #[serde(default)]
    pub config_recorder: Guardrail,
}

/// Who keeps a setting of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Guardrail {
    /// Cloister looks at it with each sweep and puts it right.
    #[default]
    Manage,
    /// The organisation keeps it, by Control Tower or a declarative policy: Cloister neither looks at it nor changes it.
    Leave,
}
