//! KMS keys, found by alias, and by their tags where the alias is lost.

mod find;
mod sign;
mod write;

use aws_sdk_kms::primitives::DateTimeFormat as Format;
use aws_sdk_kms::types::{KeyMetadata, KeySpec, KeyState as State};
use cloister_core::document::Document;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::resource::{Key, KeyState, Resource, Rotation, Tags};

use crate::look::Look;
use crate::place::Place;
use find::{Found, Search};
pub(crate) use write::perform;

pub(crate) async fn observe(
    place: &Place,
    look: &Look<'_>,
    alias: &str,
    want: &Key,
) -> Result<Observed, Fault> {
    let search = Search { place, look, want };
    let aliased = search.key(alias).await?;
    if let Some(found) = &aliased
        && search.is_ours(&found.tags)
    {
        return observe_found(place, look, found, true).await;
    }
    if let Some(own) = search.own().await? {
        return observe_found(place, look, &own, false).await;
    }
    match aliased {
        None => Ok(Observed::Absent),
        // Its name among our resources is lost. Where that key is another of ours, its alias is what was moved here.
        Some(found) if look.owner.owns(&found.tags) => observe_found(place, look, &found, true).await,
        Some(stranger) if look.adopt => observe_found(place, look, &stranger, true).await,
        Some(stranger) => Ok(look.foreign(&stranger.tags, None)),
    }
}

async fn observe_found(
    place: &Place,
    look: &Look<'_>,
    found: &Found,
    alias: bool,
) -> Result<Observed, Fault> {
    let state = match state(&found.metadata) {
        Ok(state) => state,
        Err(what) => return Ok(Observed::Changing { what }),
    };
    let key = read(place, look, found, state, alias).await?;
    Ok(look.claim(&found.tags, Actual { resource: Resource::Key(key), arn: found.arn.clone() }))
}

/// What KMS will bring to an end by itself is no state to act on.
fn state(metadata: &KeyMetadata) -> Result<KeyState, String> {
    match metadata.key_state() {
        Some(State::Enabled) => Ok(KeyState::Enabled),
        Some(State::Disabled) => Ok(KeyState::Disabled),
        Some(State::PendingDeletion) => Ok(KeyState::PendingDeletion),
        Some(state @ (State::Creating | State::Updating | State::Unavailable)) => {
            Err(format!("the key is {}", state.as_str()))
        }
        _ => Ok(KeyState::Other),
    }
}

async fn read(
    place: &Place,
    look: &Look<'_>,
    found: &Found,
    state: KeyState,
    alias: bool,
) -> Result<Key, Fault> {
    let kms = &place.kms;
    let spec = found.metadata.key_spec().filter(|spec| **spec != KeySpec::SymmetricDefault);
    let spec = spec.map(|spec| spec.as_str().to_owned());
    let (policy, rotation) = futures::join!(
        kms.call(look.lane, |kms| kms.get_key_policy().key_id(&found.arn).policy_name("default").send()),
        rotation(place, look, &found.arn, state, spec.as_deref()),
    );
    let (policy, rotation) = (policy?.policy.as_deref().and_then(Document::parse), rotation?);
    let deletion_date = found.metadata.deletion_date().and_then(|date| date.fmt(Format::DateTime).ok());
    Ok(Key { state, spec, alias, policy, rotation, tags: found.tags.clone(), deletion_date })
}

async fn rotation(
    place: &Place,
    look: &Look<'_>,
    arn: &str,
    state: KeyState,
    spec: Option<&str>,
) -> Result<Rotation, Fault> {
    let off = Rotation { enabled: false, period_days: 0 };
    // Only keys that encrypt ever rotate.
    if spec.is_some() {
        return Ok(off);
    }
    match place.kms.call(look.lane, |kms| kms.get_key_rotation_status().key_id(arn).send()).await {
        Ok(answer) if answer.key_rotation_enabled => {
            Ok(Rotation { enabled: true, period_days: answer.rotation_period_in_days.unwrap_or(YEAR) })
        }
        Ok(_) => Ok(off),
        Err(fault) if cannot_rotate(&fault, state) => Ok(off),
        Err(fault) => Err(fault),
    }
}

/// KMS's default.
const YEAR: i32 = 365;

/// A key that is not enabled, or of a kind that never rotates, has no rotation to tell of.
fn cannot_rotate(fault: &Fault, state: KeyState) -> bool {
    let refused = matches!(fault.class, FaultClass::Conflict | FaultClass::Invalid);
    refused && (state != KeyState::Enabled || fault.code == "UnsupportedOperationException")
}

fn tags_of(tags: Option<Vec<aws_sdk_kms::types::Tag>>) -> Tags {
    tags.unwrap_or_default().into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(state: &str) -> KeyMetadata {
        let metadata = KeyMetadata::builder().key_id("k").key_state(State::from(state));
        metadata.build().unwrap_or_else(|_| unreachable!("complete"))
    }

    #[test]
    fn a_state_that_passes_by_itself_is_waited_for() {
        assert_eq!(state(&metadata("Disabled")), Ok(KeyState::Disabled));
        assert_eq!(state(&metadata("PendingImport")), Ok(KeyState::Other));
        assert!(state(&metadata("Creating")).is_err());
    }

    #[test]
    fn rotation_is_off_only_where_kms_says_why() {
        let fault = |code: &str, class| Fault {
            service: "kms",
            operation: "GetKeyRotationStatus",
            code: code.into(),
            class,
        };
        let state = fault("KMSInvalidStateException", FaultClass::Conflict);
        assert!(
            cannot_rotate(&state, KeyState::PendingDeletion) && !cannot_rotate(&state, KeyState::Enabled)
        );
        assert!(!cannot_rotate(&fault("Timeout", FaultClass::Ambiguous), KeyState::Disabled));
    }
}
