//! Between a launch template as declared and as EC2 has it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMapping, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDevice,
    LaunchTemplateEbsBlockDeviceRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptions, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateInstanceNetworkInterfaceSpecification,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest, LaunchTemplatePlacementRequest,
    LaunchTemplateTagSpecificationRequest, RequestLaunchTemplateData, ResourceType,
    ResponseLaunchTemplateData, ShutdownBehavior, Tenancy, VolumeType,
};
use aws_smithy_types::base64;
use cloister_core::resource::{LaunchTemplate, MetadataOptions, Tags, Volume};

use super::{tag_list, tags_of};
use crate::place::Place;

pub(super) fn request(want: &LaunchTemplate) -> RequestLaunchTemplateData {
    let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder().arn(&want.profile).build();
    let placement = LaunchTemplatePlacementRequest::builder().tenancy(Tenancy::from(&*want.tenancy)).build();
    let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_tokens(LaunchTemplateHttpTokensState::from(&*want.metadata.tokens))
        .http_put_response_hop_limit(want.metadata.hop_limit)
        .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::from(&*want.metadata.endpoint))
        .build();
    let card = LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .device_index(0)
        .set_associate_public_ip_address(want.public_address)
        .delete_on_termination(true)
        .set_groups(Some(want.security_groups.iter().cloned().collect()))
        .build();
    let tags = |kind, tags: &Tags| {
        LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(kind)
            .set_tags(Some(tag_list(tags)))
            .build()
    };
    RequestLaunchTemplateData::builder()
        .image_id(&want.image)
        .iam_instance_profile(profile)
        .placement(placement)
        .metadata_options(metadata)
        .network_interfaces(card)
        .set_block_device_mappings(Some(
            want.volumes.iter().map(|(at, volume)| mapping(at, volume)).collect(),
        ))
        .instance_initiated_shutdown_behavior(ShutdownBehavior::from(&*want.shutdown))
        .user_data(base64::encode(&want.user_data))
        .tag_specifications(tags(ResourceType::Instance, &want.instance_tags))
        .tag_specifications(tags(ResourceType::Volume, &want.volume_tags))
        .tag_specifications(tags(ResourceType::NetworkInterface, &want.interface_tags))
        .build()
}

fn mapping(device: &str, volume: &Volume) -> LaunchTemplateBlockDeviceMappingRequest {
    let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
        .encrypted(volume.encrypted)
        .set_kms_key_id(volume.kms_key.clone())
        .set_volume_size(volume.gib)
        .volume_type(VolumeType::from(&*volume.type_))
        .delete_on_termination(volume.deleted_with_instance)
        .build();
    LaunchTemplateBlockDeviceMappingRequest::builder().device_name(device).ebs(ebs).build()
}

pub(super) fn read(data: &ResponseLaunchTemplateData, place: &Place, tags: Tags) -> LaunchTemplate {
    let placement = data.placement();
    let cards = data.network_interfaces();
    let metadata = data.metadata_options();
    let tagged = |kind: &ResourceType| {
        let found = data.tag_specifications().iter().find(|each| each.resource_type() == Some(kind));
        tags_of(found.and_then(|each| each.tags.clone()))
    };
    let profile = data.iam_instance_profile().and_then(|profile| profile.arn().or(profile.name()));
    LaunchTemplate {
        image: data.image_id().unwrap_or_default().to_owned(),
        tenancy: placement.and_then(|p| p.tenancy()).map(|t| t.as_str().to_owned()).unwrap_or_default(),
        profile: profile.unwrap_or_default().to_owned(),
        security_groups: cards.iter().flat_map(|card| card.groups().iter().cloned()).collect(),
        public_address: cards
            .first()
            .and_then(LaunchTemplateInstanceNetworkInterfaceSpecification::associate_public_ip_address),
        metadata: MetadataOptions {
            tokens: metadata.and_then(|m| m.http_tokens()).map(|t| t.as_str().to_owned()).unwrap_or_default(),
            hop_limit: metadata
                .and_then(LaunchTemplateInstanceMetadataOptions::http_put_response_hop_limit)
                .unwrap_or_default(),
            endpoint: metadata
                .and_then(|m| m.http_endpoint())
                .map(|e| e.as_str().to_owned())
                .unwrap_or_default(),
        },
        volumes: data
            .block_device_mappings()
            .iter()
            .map(|each| volume(each, place))
            .collect::<BTreeMap<_, _>>(),
        user_data: decoded(data.user_data().unwrap_or_default()),
        shutdown: data
            .instance_initiated_shutdown_behavior()
            .map(|s| s.as_str().to_owned())
            .unwrap_or_default(),
        instance_tags: tagged(&ResourceType::Instance),
        volume_tags: tagged(&ResourceType::Volume),
        interface_tags: tagged(&ResourceType::NetworkInterface),
        others: others(data),
        tags,
    }
}

fn volume(mapping: &LaunchTemplateBlockDeviceMapping, place: &Place) -> (String, Volume) {
    let ebs = mapping.ebs();
    let read = Volume {
        encrypted: ebs.and_then(LaunchTemplateEbsBlockDevice::encrypted).unwrap_or_default(),
        kms_key: ebs.and_then(|ebs| ebs.kms_key_id()).map(|key| place.key_arn(key)),
        gib: ebs.and_then(LaunchTemplateEbsBlockDevice::volume_size),
        type_: ebs.and_then(|ebs| ebs.volume_type()).map(|t| t.as_str().to_owned()).unwrap_or_default(),
        deleted_with_instance: ebs
            .and_then(LaunchTemplateEbsBlockDevice::delete_on_termination)
            .unwrap_or_default(),
    };
    (mapping.device_name().unwrap_or_default().to_owned(), read)
}

fn decoded(text: &str) -> String {
    let bytes = base64::decode(text).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// What Cloister never sets: by each of these a node could be reached, or become another than declared.
fn others(data: &ResponseLaunchTemplateData) -> BTreeSet<String> {
    let cards = data.network_interfaces();
    let found = [
        ("KeyName", data.key_name().is_some()),
        ("InstanceType", data.instance_type().is_some()),
        ("InstanceMarketOptions", data.instance_market_options().is_some()),
        ("SecurityGroupIds", !data.security_group_ids().is_empty()),
        ("SecurityGroups", !data.security_groups().is_empty()),
        ("InstanceRequirements", data.instance_requirements().is_some()),
        ("KernelId", data.kernel_id().is_some()),
        ("RamDiskId", data.ram_disk_id().is_some()),
        ("HostId", data.placement().and_then(|placement| placement.host_id()).is_some()),
        ("NetworkInterfaces", cards.len() != 1 || cards.iter().any(|card| card.subnet_id().is_some())),
        ("DisableApiTermination", data.disable_api_termination() == Some(true)),
    ];
    found.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
}
