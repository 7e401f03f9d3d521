//! Settings of the account itself: one call each to look, one to set.

mod ebs;
mod passwords;
mod public_access;

use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Guardrail, GuardrailKind, GuardrailStep, Resource};

use crate::account::Account;
use crate::limit::Lane;

/// They carry no tags, so there are no strangers' ones.
pub(crate) async fn observe(account: &Account, kind: GuardrailKind, lane: Lane) -> Result<Observed, Fault> {
    let found = match kind {
        GuardrailKind::AccountPublicAccessBlock => {
            public_access::read(account, lane).await?.map(Guardrail::AccountPublicAccessBlock)
        }
        GuardrailKind::EbsEncryption => Some(Guardrail::EbsEncryption(ebs::encryption(account, lane).await?)),
        GuardrailKind::SnapshotBlock => {
            Some(Guardrail::SnapshotBlock(ebs::snapshot_block(account, lane).await?))
        }
        GuardrailKind::PasswordPolicy => passwords::read(account, lane).await?.map(Guardrail::PasswordPolicy),
    };
    let actual = |found| Actual { resource: Resource::Guardrail(found), arn: String::new() };
    Ok(found.map_or(Observed::Absent, |found| Observed::Present(actual(found))))
}

pub(crate) async fn perform(account: &Account, step: &GuardrailStep, lane: Lane) -> Result<(), Fault> {
    let GuardrailStep::Put(want) = step;
    match want {
        Guardrail::AccountPublicAccessBlock(want) => public_access::put(account, *want, lane).await,
        Guardrail::EbsEncryption(_) => ebs::encrypt(account, lane).await,
        Guardrail::SnapshotBlock(want) => ebs::block_snapshots(account, want, lane).await,
        Guardrail::PasswordPolicy(want) => passwords::put(account, want, lane).await,
    }
}
