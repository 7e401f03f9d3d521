//! AWS Config's recorder and delivery channel: a region has one of each at most that people may change.

use aws_sdk_config::Client;
use aws_sdk_config::types::{
    ConfigurationRecorder, DeliveryChannel, RecordingGroup, RecordingStrategy, RecordingStrategyType,
};
use cloister_core::fault::Fault;
use cloister_core::resource::{Channel, RECORDER, Recorder};

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;

pub(super) async fn read(account: &Account, lane: Lane) -> Result<Option<Recorder>, Fault> {
    let config = &account.config;
    let (held, status, channels) = futures::join!(
        held(account, lane),
        config.call(lane, |config| config.describe_configuration_recorder_status().send()),
        config.call(lane, |config| config.describe_delivery_channels().send()),
    );
    let channel = channels?.delivery_channels.unwrap_or_default().into_iter().next().map(|channel| Channel {
        name: channel.name.unwrap_or_default(),
        bucket: channel.s3_bucket_name.unwrap_or_default(),
    });
    let held = held?;
    if held.is_none() && channel.is_none() {
        return Ok(None);
    }
    let of_recorder = status?.configuration_recorders_status.unwrap_or_default().into_iter().next();
    // A channel outlives its recorder; then there is all to do but that.
    let held = held.unwrap_or_else(|| ConfigurationRecorder::builder().name(RECORDER).build());
    Ok(Some(Recorder {
        name: held.name.unwrap_or_default(),
        role: held.role_arn.unwrap_or_default(),
        all_types: held.recording_group.is_some_and(|group| group.all_supported),
        recording: of_recorder.is_some_and(|status| status.recording),
        channel,
    }))
}

async fn held(account: &Account, lane: Lane) -> Result<Option<ConfigurationRecorder>, Fault> {
    let answer = account.config.call(lane, |config| config.describe_configuration_recorders().send()).await?;
    Ok(answer.configuration_recorders.unwrap_or_default().into_iter().next())
}

/// IAM says of a role that is there already that its name is taken.
pub(super) async fn create_role(account: &Account, lane: Lane) -> Result<(), Fault> {
    let send = |iam: &aws_sdk_iam::Client| {
        iam.create_service_linked_role().aws_service_name("config.amazonaws.com").send()
    };
    match account.iam.call(lane, send).await {
        Err(fault) if fault.code == "InvalidInput" => Ok(()),
        answer => answer.map(drop),
    }
}

/// What of it is not ours to say stays: how often it records, and whether it records what belongs to no region, which one
/// region of an account should do. One that records less than all cannot say that, and then does.
pub(super) async fn put(account: &Account, want: &Recorder, lane: Lane) -> Result<(), Fault> {
    let before = held(account, lane).await?;
    let group = before.as_ref().and_then(|held| held.recording_group.as_ref());
    let global =
        group.filter(|group| group.all_supported).is_none_or(|group| group.include_global_resource_types);
    let strategy =
        RecordingStrategy::builder().use_only(RecordingStrategyType::AllSupportedResourceTypes).build();
    let group = RecordingGroup::builder()
        .all_supported(want.all_types)
        .include_global_resource_types(global)
        .recording_strategy(strategy)
        .build();
    let recorder = ConfigurationRecorder::builder()
        .name(&want.name)
        .role_arn(&want.role)
        .recording_group(group)
        .set_recording_mode(before.and_then(|held| held.recording_mode))
        .build();
    let send = |config: &Client| config.put_configuration_recorder().configuration_recorder(recorder).send();
    account.config.call(lane, send).await.map(drop)
}

pub(super) async fn put_channel(account: &Account, want: &Recorder, lane: Lane) -> Result<(), Fault> {
    let channel = want.channel.as_ref();
    let channel = channel.ok_or_else(|| refused("config", "PutDeliveryChannel", "NoChannel"))?;
    let channel = DeliveryChannel::builder().name(&channel.name).s3_bucket_name(&channel.bucket).build();
    let send = |config: &Client| config.put_delivery_channel().delivery_channel(channel).send();
    account.config.call(lane, send).await.map(drop)
}

pub(super) async fn start(account: &Account, name: &str, lane: Lane) -> Result<(), Fault> {
    let send =
        |config: &Client| config.start_configuration_recorder().configuration_recorder_name(name).send();
    account.config.call(lane, send).await.map(drop)
}
