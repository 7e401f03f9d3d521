//! Settings of the account itself.

mod detector;
mod ebs;
mod passwords;
mod public_access;
mod recorder;

use cloister_core::fault::Fault;
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Guardrail, GuardrailKind, GuardrailStep, Resource};

use crate::account::Account;
use crate::limit::Lane;

/// They carry no tags, so there are no strangers' ones.
pub(crate) async fn observe(account: &Account, kind: GuardrailKind, lane: Lane) -> Result<Observed, Fault> {
    let mut arn = String::new();
    let found = match kind {
        GuardrailKind::AccountPublicAccessBlock => {
            public_access::read(account, lane).await?.map(Guardrail::AccountPublicAccessBlock)
        }
        GuardrailKind::EbsEncryption => Some(Guardrail::EbsEncryption(ebs::encryption(account, lane).await?)),
        GuardrailKind::SnapshotBlock => {
            Some(Guardrail::SnapshotBlock(ebs::snapshot_block(account, lane).await?))
        }
        GuardrailKind::PasswordPolicy => passwords::read(account, lane).await?.map(Guardrail::PasswordPolicy),
        GuardrailKind::GuardDuty => detector::read(account, lane).await?.map(|(detector, of)| {
            arn = of;
            Guardrail::Detector(detector)
        }),
        GuardrailKind::ConfigRecorder => recorder::read(account, lane).await?.map(Guardrail::Recorder),
    };
    let actual = |found| Actual { resource: Resource::Guardrail(found), arn };
    Ok(found.map_or(Observed::Absent, |found| Observed::Present(actual(found))))
}

/// `arn` is that of what is there, where it has one.
pub(crate) async fn perform(
    account: &Account,
    arn: Option<&str>,
    step: &GuardrailStep,
    lane: Lane,
) -> Result<(), Fault> {
    match step {
        GuardrailStep::Create(Guardrail::Detector(want)) => detector::create(account, want, lane).await,
        GuardrailStep::Put(want) | GuardrailStep::Create(want) => put(account, arn, want, lane).await,
        GuardrailStep::CreateRole => recorder::create_role(account, lane).await,
        GuardrailStep::PutChannel(want) => recorder::put_channel(account, want, lane).await,
        GuardrailStep::Start(name) => recorder::start(account, name, lane).await,
    }
}

async fn put(account: &Account, arn: Option<&str>, want: &Guardrail, lane: Lane) -> Result<(), Fault> {
    match want {
        Guardrail::AccountPublicAccessBlock(want) => public_access::put(account, *want, lane).await,
        Guardrail::EbsEncryption(_) => ebs::encrypt(account, lane).await,
        Guardrail::SnapshotBlock(want) => ebs::block_snapshots(account, want, lane).await,
        Guardrail::PasswordPolicy(want) => passwords::put(account, want, lane).await,
        Guardrail::Detector(want) => detector::update(account, arn, want, lane).await,
        Guardrail::Recorder(want) => recorder::put(account, want, lane).await,
    }
}
