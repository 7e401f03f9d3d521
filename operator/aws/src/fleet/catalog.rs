use std::collections::HashMap;

use aws_sdk_ec2::types::{Filter, InstanceTypeInfo, MemoryInfo, NetworkInfo, VCpuInfo};
use cloister_core::fault::Fault;
use cloister_core::pool::Figures;

use crate::account::Account;
use crate::limit::Lane;

/// What an instance type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFigures {
    pub figures: Figures,
    /// Whether there are Dedicated Hosts for it.
    pub hosts: bool,
}

impl Account {
    /// The figures of types; None for those that the region does not have. Each is asked for once.
    pub async fn types(&self, names: &[String]) -> Result<HashMap<String, Option<TypeFigures>>, Fault> {
        let mut known = self.fleets.types.lock().await;
        let lacking: Vec<String> = names.iter().filter(|name| !known.contains_key(*name)).cloned().collect();
        if !lacking.is_empty() {
            // A filter rather than names: with names one unknown fails the whole call.
            let filter = Filter::builder().name("instance-type").set_values(Some(lacking.clone())).build();
            let send = |ec2: &aws_sdk_ec2::Client| ec2.describe_instance_types().filters(filter).send();
            let answer = self.ec2.call(Lane::User, send).await?;
            known.extend(lacking.into_iter().map(|name| (name, None)));
            for info in answer.instance_types.unwrap_or_default() {
                let name = info.instance_type().map(|name| name.as_str().to_owned()).unwrap_or_default();
                known.insert(name, Some(figures(&info)));
            }
        }
        Ok(names.iter().map(|name| (name.clone(), known.get(name).copied().flatten())).collect())
    }

    /// The availability zones of subnets. Each is asked for once.
    pub async fn zones(&self, subnets: &[String]) -> Result<HashMap<String, String>, Fault> {
        let mut known = self.fleets.zones.lock().await;
        let lacking: Vec<String> = subnets.iter().filter(|id| !known.contains_key(*id)).cloned().collect();
        if !lacking.is_empty() {
            let filter = Filter::builder().name("subnet-id").set_values(Some(lacking)).build();
            let send = |ec2: &aws_sdk_ec2::Client| ec2.describe_subnets().filters(filter).send();
            for subnet in self.ec2.call(Lane::User, send).await?.subnets.unwrap_or_default() {
                if let (Some(id), Some(zone)) = (subnet.subnet_id, subnet.availability_zone) {
                    known.insert(id, zone);
                }
            }
        }
        Ok(subnets.iter().filter_map(|id| Some((id.clone(), known.get(id)?.clone()))).collect())
    }
}

fn figures(info: &InstanceTypeInfo) -> TypeFigures {
    let network = info.network_info();
    let count = |value: Option<i32>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
    let mebibytes = info.memory_info().and_then(MemoryInfo::size_in_mib).unwrap_or_default();
    TypeFigures {
        figures: Figures {
            vcpus: count(info.v_cpu_info().and_then(VCpuInfo::default_v_cpus)),
            mebibytes: u64::try_from(mebibytes).unwrap_or_default(),
            interfaces: count(network.and_then(NetworkInfo::maximum_network_interfaces)),
            addresses: count(network.and_then(NetworkInfo::ipv4_addresses_per_interface)),
        },
        hosts: info.dedicated_hosts_supported().unwrap_or_default(),
    }
}
