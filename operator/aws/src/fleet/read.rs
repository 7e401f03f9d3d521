use std::collections::HashMap;

use aws_sdk_ec2::types::{
    AvailableCapacity, Filter, HttpTokensState, Instance as Listed, InstanceMetadataEndpointState,
    InstanceMetadataOptionsResponse, InstanceStateName, Volume,
};
use cloister_core::fault::Fault;
use cloister_core::ownership::{MANAGED_BY, OWNER_UID};
use cloister_core::pool::{Host, Instance, InstanceState, VolumeSeen};
use cloister_core::resource::{MetadataOptions, Tags};

use super::{Fleet, Hosts};
use crate::account::Account;
use crate::launch_template::tags_of;
use crate::limit::Lane;

/// Every page of a listing. People may be waiting for it, whoever came first.
macro_rules! pages {
    ($account:expr, $list:ident, $request:expr) => {{
        let mut all = Vec::new();
        let mut token = None;
        loop {
            let page = $account.ec2.call(Lane::User, |ec2| {
                let request = $request(ec2);
                request.set_next_token(token.take()).send()
            });
            let page = page.await?;
            all.extend(page.$list.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break all;
            }
        }
    }};
}

fn ours() -> Filter {
    Filter::builder().name(format!("tag:{MANAGED_BY}")).values("cloister").build()
}

/// What AWS calls events that end or stop an instance.
const EVENTS: [&str; 5] =
    ["instance-reboot", "instance-retirement", "instance-stop", "system-maintenance", "system-reboot"];

/// DescribeInstances does not say whether volumes are encrypted, nor what is scheduled.
pub(super) async fn fleet(account: &Account) -> Result<Fleet, Fault> {
    let (instances, volumes, events) =
        futures::try_join!(instances(account), volumes(account), events(account))?;
    let mut fleet = Fleet::new();
    for listed in instances {
        let tags = tags_of(listed.tags.clone());
        let Some(owner) = tags.get(OWNER_UID).cloned() else { continue };
        fleet.entry(owner).or_default().push(instance(account, &listed, &tags, &volumes, &events));
    }
    Ok(fleet)
}

async fn instances(account: &Account) -> Result<Vec<Listed>, Fault> {
    let reservations = pages!(account, reservations, |ec2: &aws_sdk_ec2::Client| {
        ec2.describe_instances().filters(ours()).max_results(1000)
    });
    Ok(reservations.into_iter().flat_map(|each| each.instances.unwrap_or_default()).collect())
}

async fn volumes(account: &Account) -> Result<HashMap<String, Volume>, Fault> {
    let volumes = pages!(account, volumes, |ec2: &aws_sdk_ec2::Client| {
        ec2.describe_volumes().filters(ours()).max_results(500)
    });
    Ok(volumes.into_iter().map(|volume| (volume.volume_id.clone().unwrap_or_default(), volume)).collect())
}

/// Code of what is scheduled, by instance.
async fn events(account: &Account) -> Result<HashMap<String, String>, Fault> {
    let codes =
        Filter::builder().name("event.code").set_values(Some(EVENTS.map(str::to_owned).to_vec())).build();
    let statuses = pages!(account, instance_statuses, |ec2: &aws_sdk_ec2::Client| {
        ec2.describe_instance_status().filters(codes.clone()).max_results(1000)
    });
    let pair = |status: aws_sdk_ec2::types::InstanceStatus| {
        // What is over stays listed for a week, with "[Completed]" or "[Canceled]" before its description.
        let events = status.events.unwrap_or_default();
        let open = events.iter().find(|event| !event.description().unwrap_or_default().starts_with('['))?;
        Some((status.instance_id?, open.code()?.as_str().to_owned()))
    };
    Ok(statuses.into_iter().filter_map(pair).collect())
}

fn instance(
    account: &Account,
    listed: &Listed,
    tags: &Tags,
    volumes: &HashMap<String, Volume>,
    events: &HashMap<String, String>,
) -> Instance {
    let placement = listed.placement();
    let metadata = listed.metadata_options();
    let id = listed.instance_id().unwrap_or_default().to_owned();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Instance {
        token: text(listed.client_token()),
        type_: text(listed.instance_type().map(aws_sdk_ec2::types::InstanceType::as_str)),
        subnet: text(listed.subnet_id()),
        zone: text(placement.and_then(|p| p.availability_zone())),
        state: state(listed),
        launched: listed.launch_time().map_or(0, aws_smithy_types::DateTime::secs),
        tenancy: text(placement.and_then(|p| p.tenancy()).map(aws_sdk_ec2::types::Tenancy::as_str)),
        host: placement.and_then(|p| p.host_id()).filter(|id| !id.is_empty()).map(str::to_owned),
        metadata: MetadataOptions {
            tokens: text(metadata.and_then(|m| m.http_tokens()).map(HttpTokensState::as_str)),
            hop_limit: metadata
                .and_then(InstanceMetadataOptionsResponse::http_put_response_hop_limit)
                .unwrap_or_default(),
            endpoint: text(
                metadata.and_then(|m| m.http_endpoint()).map(InstanceMetadataEndpointState::as_str),
            ),
        },
        public: listed.public_ip_address().is_some_and(|address| !address.is_empty()),
        profile: text(listed.iam_instance_profile().and_then(|profile| profile.arn())),
        image: text(listed.image_id()),
        karpenter: tags.contains_key("karpenter.sh/nodepool"),
        template: tags.get("aws:ec2launchtemplate:version").cloned().unwrap_or_default(),
        volumes: seen(account, listed, volumes),
        reason: listed.state_reason().and_then(|reason| reason.code()).map(str::to_owned),
        maintenance: events.get(&id).cloned(),
        id,
    }
}

fn state(listed: &Listed) -> InstanceState {
    match listed.state().and_then(|state| state.name()) {
        Some(InstanceStateName::Pending) => InstanceState::Pending,
        Some(InstanceStateName::Running) => InstanceState::Running,
        Some(InstanceStateName::ShuttingDown) => InstanceState::ShuttingDown,
        Some(InstanceStateName::Terminated) => InstanceState::Ended,
        _ => InstanceState::Stopped,
    }
}

/// None while one of its volumes is not listed: a volume of others, without our tags, never is.
fn seen(account: &Account, listed: &Listed, volumes: &HashMap<String, Volume>) -> Option<Vec<VolumeSeen>> {
    let attached = listed.block_device_mappings().iter().filter_map(|mapping| mapping.ebs()?.volume_id());
    let look = |id: &str| {
        let volume = volumes.get(id)?;
        Some(VolumeSeen {
            id: id.to_owned(),
            encrypted: volume.encrypted().unwrap_or_default(),
            kms_key: volume.kms_key_id().map(|key| account.home.key_arn(key)).unwrap_or_default(),
        })
    };
    attached.map(look).collect()
}

pub(super) async fn hosts(account: &Account) -> Result<Hosts, Fault> {
    let listed = pages!(account, hosts, |ec2: &aws_sdk_ec2::Client| {
        ec2.describe_hosts().filter(ours()).max_results(500)
    });
    let mut hosts = Hosts::new();
    for host in listed {
        let usable = host.state().is_some_and(|state| matches!(state.as_str(), "available" | "pending"));
        let owner = tags_of(host.tags.clone()).remove(OWNER_UID);
        let (true, Some(owner)) = (usable, owner) else { continue };
        let capacity =
            host.available_capacity().map(AvailableCapacity::available_instance_capacity).unwrap_or_default();
        let free = capacity
            .iter()
            .filter_map(|each| Some((each.instance_type()?.to_owned(), each.available_capacity()?)));
        let on_it = host.instances().iter().filter_map(|each| each.instance_id()).map(str::to_owned);
        hosts.entry(owner).or_default().push(Host {
            id: host.host_id().unwrap_or_default().to_owned(),
            token: host.client_token().unwrap_or_default().to_owned(),
            zone: host.availability_zone().unwrap_or_default().to_owned(),
            allocated: host.allocation_time().map_or(0, aws_smithy_types::DateTime::secs),
            instances: on_it.collect(),
            free: free.collect(),
        });
    }
    Ok(hosts)
}
