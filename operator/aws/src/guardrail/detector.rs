//! GuardDuty's detector: a region has one at most.

use std::collections::BTreeMap;

use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::{
    DetectorFeature, DetectorFeatureConfiguration, DetectorStatus, FeatureStatus, FindingPublishingFrequency,
};
use cloister_core::fault::Fault;
use cloister_core::resource::Detector;

use crate::account::Account;
use crate::fault::{found, refused};
use crate::limit::Lane;

/// With its ARN, as it is named by nothing else.
pub(super) async fn read(account: &Account, lane: Lane) -> Result<Option<(Detector, String)>, Fault> {
    let guardduty = &account.guardduty;
    let listed = guardduty.call(lane, |guardduty| guardduty.list_detectors().send()).await?;
    let Some(id) = listed.detector_ids.unwrap_or_default().into_iter().next() else { return Ok(None) };
    let (held, administrator) = futures::join!(
        guardduty.call(lane, |guardduty| guardduty.get_detector().detector_id(&id).send()),
        guardduty.call(lane, |guardduty| guardduty.get_administrator_account().detector_id(&id).send()),
    );
    let Some(held) = found(held)? else { return Ok(None) };
    let administrator = administrator?.administrator.and_then(|administrator| administrator.account_id);
    let features = held.features.unwrap_or_default().into_iter().filter_map(|feature| {
        Some((feature.name?.as_str().to_owned(), feature.status? == FeatureStatus::Enabled))
    });
    let detector = Detector {
        enabled: held.status == Some(DetectorStatus::Enabled),
        publishing: held
            .finding_publishing_frequency
            .map(|often| often.as_str().to_owned())
            .unwrap_or_default(),
        features: features.collect(),
        administrator,
    };
    Ok(Some((detector, account.home.arn("guardduty", &format!("detector/{id}")))))
}

pub(super) async fn create(account: &Account, want: &Detector, lane: Lane) -> Result<(), Fault> {
    let (often, features) = settings(want);
    let send = |guardduty: &Client| {
        let request = guardduty.create_detector().enable(want.enabled);
        request.finding_publishing_frequency(often).set_features(features).send()
    };
    account.guardduty.call(lane, send).await.map(drop)
}

pub(super) async fn update(
    account: &Account,
    arn: Option<&str>,
    want: &Detector,
    lane: Lane,
) -> Result<(), Fault> {
    let id = arn.and_then(|arn| arn.rsplit_once('/')).map(|(_, id)| id);
    let id = id.ok_or_else(|| refused("guardduty", "UpdateDetector", "NoDetector"))?;
    let (often, features) = settings(want);
    let send = |guardduty: &Client| {
        let request = guardduty.update_detector().detector_id(id).enable(want.enabled);
        request.finding_publishing_frequency(often).set_features(features).send()
    };
    account.guardduty.call(lane, send).await.map(drop)
}

fn settings(want: &Detector) -> (FindingPublishingFrequency, Option<Vec<DetectorFeatureConfiguration>>) {
    let often = FindingPublishingFrequency::from(want.publishing.as_str());
    (often, (!want.features.is_empty()).then(|| features(&want.features)))
}

fn features(all: &BTreeMap<String, bool>) -> Vec<DetectorFeatureConfiguration> {
    let one = |(name, is_on): (&String, &bool)| {
        let status = if *is_on { FeatureStatus::Enabled } else { FeatureStatus::Disabled };
        let name = DetectorFeature::from(name.as_str());
        DetectorFeatureConfiguration::builder().name(name).status(status).build()
    };
    all.iter().map(one).collect()
}
