//! The settings of the account that the environment keeps safe.

use std::collections::BTreeSet;

use cloister_crds::Guardrail as Upkeep;

use super::{Account, Inputs};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    Detector, EbsEncryption, Guardrail, GuardrailId, GuardrailKind, PasswordPolicy, PublicAccessBlock,
    Recorder, Resource, ResourceId, SnapshotBlock,
};

/// One that leaves looks at none of them: they stay as they are.
pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    if inputs.deleting {
        return DesiredSet::new();
    }
    let upkeep = inputs.spec.guardrails;
    let state = "block-all-sharing".into();
    let of_account = |kind| GuardrailId { kind, of: account.id.clone() };
    let of_region = |kind| GuardrailId { kind, of: account.region.clone() };
    let all = [
        (
            upkeep.account_public_access_block,
            of_account(GuardrailKind::AccountPublicAccessBlock),
            Guardrail::AccountPublicAccessBlock(PublicAccessBlock::ALL),
        ),
        (
            upkeep.ebs_encryption,
            of_region(GuardrailKind::EbsEncryption),
            Guardrail::EbsEncryption(EbsEncryption { by_default: true }),
        ),
        (
            upkeep.snapshot_block_public_access,
            of_region(GuardrailKind::SnapshotBlock),
            Guardrail::SnapshotBlock(SnapshotBlock { state }),
        ),
        (
            upkeep.password_policy,
            of_account(GuardrailKind::PasswordPolicy),
            Guardrail::PasswordPolicy(PasswordPolicy::required()),
        ),
        (upkeep.guard_duty, of_region(GuardrailKind::GuardDuty), Guardrail::Detector(Detector::required())),
        (
            upkeep.config_recorder,
            of_region(GuardrailKind::ConfigRecorder),
            Guardrail::Recorder(recorder(account)),
        ),
    ];
    let managed = all.into_iter().filter(|(upkeep, ..)| *upkeep == Upkeep::Manage);
    managed
        .map(|(_, id, guardrail)| {
            let resource = Resource::Guardrail(guardrail);
            let needs = needs(id.kind, account);
            let want = Desired { resource, fate: Fate::Exist, needs, adopt: false };
            (ResourceId::Guardrail(id), want)
        })
        .collect()
}

/// Delivered beside the access logs, since AWS Config takes no bucket with Object Lock, as that of the audit account has:
/// <https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html>
fn recorder(account: &Account) -> Recorder {
    let role = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
    Recorder::required(account.iam_arn(role), account.log_bucket.clone())
}

fn needs(kind: GuardrailKind, account: &Account) -> BTreeSet<ResourceId> {
    let bucket =
        (kind == GuardrailKind::ConfigRecorder).then(|| ResourceId::Bucket(account.log_bucket.clone()));
    bucket.into_iter().collect()
}
