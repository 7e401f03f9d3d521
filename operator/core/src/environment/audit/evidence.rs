//! The key that evidence is signed with before it goes to the audit bucket, so that whoever holds the bucket cannot make
//! any up. It stays when evidence is no longer written: auditors ask KMS itself for its public key.

use cloister_crds::EvidenceSchedule;

use super::super::{Account, Inputs};
use super::{kept, tags};
use crate::document::{Document, Statement};
use crate::name;
use crate::plan::DesiredSet;
use crate::resource::{Key, KeyState, Resource, ResourceId, Rotation};
use crate::warehouse;

/// KMS turns no key that signs.
const STILL: Rotation = Rotation { enabled: false, period_days: 0 };

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    if inputs.spec.audit.evidence() == EvidenceSchedule::Never {
        return DesiredSet::new();
    }
    let id = ResourceId::SigningKey(name::signing_key_alias(inputs.name, &inputs.owner.uid));
    let key = Resource::Key(Key {
        state: KeyState::Enabled,
        spec: Some("ECC_NIST_P256".into()),
        alias: true,
        policy: Some(policy(account, &inputs.spec.audit.account_id)),
        rotation: STILL,
        tags: tags(inputs, account, "evidence-key"),
        deletion_date: None,
    });
    DesiredSet::from([(id.clone(), kept(inputs, &id, key, []))])
}

fn policy(account: &Account, audit_account: &str) -> Document {
    let mut policy = warehouse::key::administered(account, false);
    policy.0.insert("SignedByOperator".into(), signed_by_operator(account));
    policy.0.insert("VerifiedByAuditors".into(), verified_by_auditors(account, audit_account));
    policy
}

/// What IAM may delegate does not hold it, so that nobody else signs.
fn signed_by_operator(account: &Account) -> Statement {
    Statement::allow(["kms:GetPublicKey", "kms:Sign"]).principal("AWS", account.root()).on(["*"]).when(
        "ArnEquals",
        "aws:PrincipalArn",
        [account.operator_role.clone()],
    )
}

fn verified_by_auditors(account: &Account, audit_account: &str) -> Statement {
    let auditors = format!("arn:{}:iam::{audit_account}:root", account.partition());
    Statement::allow(["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"])
        .principal("AWS", auditors)
        .on(["*"])
}
