//! The settings of the account that the environment keeps safe.

use std::collections::BTreeSet;

use cloister_crds::Guardrail as Upkeep;

use super::{Account, Inputs};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{
    EbsEncryption, Guardrail, GuardrailId, GuardrailKind, PasswordPolicy, PublicAccessBlock, Resource,
    ResourceId, SnapshotBlock,
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
    ];
    let managed = all.into_iter().filter(|(upkeep, ..)| *upkeep == Upkeep::Manage);
    managed
        .map(|(_, id, guardrail)| {
            let resource = Resource::Guardrail(guardrail);
            let want = Desired { resource, fate: Fate::Exist, needs: BTreeSet::new(), adopt: false };
            (ResourceId::Guardrail(id), want)
        })
        .collect()
}
