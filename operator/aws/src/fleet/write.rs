use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::types::{
    AutoPlacement, HostRecovery, InstanceNetworkInterfaceSpecification, InstanceType,
    LaunchTemplateSpecification, Placement, ResourceType, Tenancy,
};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::resource::Tags;
use cloister_crds::nodes::LaunchIntent;

use crate::account::Account;
use crate::fault::{gone, refused};
use crate::launch_template::specification;
use crate::limit::Lane;

/// What all launches of a tenant have in common.
pub struct Launching<'a> {
    /// Name of the launch template.
    pub template: &'a str,
    pub security_groups: Vec<String>,
    /// Of Dedicated Hosts; instances have theirs from the template.
    pub tags: Tags,
}

impl Account {
    /// Sends a launch. Sent again as it was, it makes nothing more.
    pub async fn launch(&self, intent: &LaunchIntent, common: &Launching<'_>) -> Result<(), Fault> {
        let sent = if intent.subnet.is_empty() {
            self.allocate_host(intent, common).await
        } else {
            self.run_instance(intent, common).await
        };
        match sent {
            // The token is known, of this very launch: it is shown before long.
            Err(fault) if fault.class == FaultClass::Exists => Ok(()),
            sent => sent,
        }
    }

    async fn run_instance(&self, intent: &LaunchIntent, common: &Launching<'_>) -> Result<(), Fault> {
        let template = LaunchTemplateSpecification::builder()
            .launch_template_name(common.template)
            .version(&intent.template)
            .build();
        // A subnet can only be given together with all that the template says of the interface.
        let card = InstanceNetworkInterfaceSpecification::builder()
            .device_index(0)
            .subnet_id(&intent.subnet)
            .associate_public_ip_address(false)
            .delete_on_termination(true)
            .set_groups(Some(common.security_groups.clone()))
            .build();
        let host = (!intent.host.is_empty())
            .then(|| Placement::builder().tenancy(Tenancy::Host).host_id(&intent.host).build());
        let send = |ec2: &Client| {
            let request = ec2.run_instances().launch_template(template).network_interfaces(card);
            let request = request.instance_type(InstanceType::from(&*intent.type_)).set_placement(host);
            request
                .min_count(1)
                .max_count(1)
                .client_token(&intent.token)
                .customize()
                .config_override(once())
                .send()
        };
        self.ec2.call(Lane::User, send).await.map(drop)
    }

    /// For all sizes of the type's family. Nothing is placed on it by itself.
    async fn allocate_host(&self, intent: &LaunchIntent, common: &Launching<'_>) -> Result<(), Fault> {
        let family = intent.type_.split('.').next().unwrap_or_default();
        let tags = specification(ResourceType::DedicatedHost, &common.tags);
        let send = |ec2: &Client| {
            let request = ec2.allocate_hosts().instance_family(family).availability_zone(&intent.zone);
            let request = request.auto_placement(AutoPlacement::Off).host_recovery(HostRecovery::On);
            let request = request.quantity(1).client_token(&intent.token).tag_specifications(tags);
            request.customize().config_override(once()).send()
        };
        self.ec2.call(Lane::User, send).await.map(drop)
    }

    pub async fn terminate(&self, instance: &str) -> Result<(), Fault> {
        gone(self.ec2.call(Lane::User, |ec2| ec2.terminate_instances().instance_ids(instance).send()).await)
    }

    pub async fn release_host(&self, host: &str) -> Result<(), Fault> {
        let answer = self.ec2.call(Lane::User, |ec2| ec2.release_hosts().host_ids(host).send()).await?;
        // What is refused is told within an answer that went well.
        match answer.unsuccessful.unwrap_or_default().first() {
            None => Ok(()),
            Some(item) => {
                let code = item.error().and_then(|error| error.code()).unwrap_or("NotReleased");
                Err(refused("ec2", "ReleaseHosts", code))
            }
        }
    }
}

/// Want of capacity is told with a status that the SDK would try again at once.
fn once() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Builder::new().retry_config(RetryConfig::disabled())
}
