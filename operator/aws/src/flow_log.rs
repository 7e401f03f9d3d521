//! Flow logs of a VPC that are delivered to a bucket.

use aws_sdk_ec2::types::{
    Filter, FlowLog as Held, FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType,
};
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::observed::{Actual, Observed};
use cloister_core::ownership::Owner;
use cloister_core::resource::{FlowLog, FlowLogStep, Resource};

use crate::account::Account;
use crate::launch_template::specification;
use crate::limit::Lane;
use crate::look::Look;

/// One that records something else, or elsewhere, is another's, and is let be.
pub(crate) async fn observe(
    account: &Account,
    look: &Look<'_>,
    vpc: &str,
    want: &FlowLog,
) -> Result<Observed, Fault> {
    let of_vpc = Filter::builder().name("resource-id").values(vpc).build();
    let mut token = None;
    loop {
        let page = account.ec2.call(look.lane, |ec2| {
            ec2.describe_flow_logs().filter(of_vpc.clone()).set_next_token(token.take()).send()
        });
        let page = page.await?;
        let found = page.flow_logs.unwrap_or_default().into_iter().find_map(|held| read(account, want, held));
        if let Some(actual) = found {
            return Ok(Observed::Present(actual));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(Observed::Absent);
        }
    }
}

fn read(account: &Account, want: &FlowLog, held: Held) -> Option<Actual> {
    let flow_log = FlowLog {
        traffic: held.traffic_type?.as_str().to_owned(),
        // With or without a folder's slash.
        destination: held.log_destination?.trim_end_matches('/').to_owned(),
    };
    let arn = arn(account, &held.flow_log_id?);
    (flow_log == *want).then_some(Actual { resource: Resource::FlowLog(flow_log), arn })
}

pub(crate) async fn perform(
    account: &Account,
    vpc: &str,
    (want, owner): (&FlowLog, &Owner),
    step: &FlowLogStep,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    match step {
        FlowLogStep::Create => create(account, vpc, want, owner, lane).await,
    }
}

/// What went wrong with the VPC is told in an answer that is otherwise good.
async fn create(
    account: &Account,
    vpc: &str,
    want: &FlowLog,
    owner: &Owner,
    lane: Lane,
) -> Result<Option<String>, Fault> {
    let answer = account.ec2.call(lane, |ec2| {
        ec2.create_flow_logs()
            .resource_type(FlowLogsResourceType::Vpc)
            .resource_ids(vpc)
            .traffic_type(TrafficType::from(want.traffic.as_str()))
            .log_destination_type(LogDestinationType::S3)
            .log_destination(&want.destination)
            .tag_specifications(specification(ResourceType::VpcFlowLog, &owner.tags("flow-log")))
            .send()
    });
    let answer = answer.await?;
    let refused = answer.unsuccessful.unwrap_or_default().into_iter().find_map(|one| one.error);
    if let Some(error) = refused {
        let code = error.code.unwrap_or_default();
        let class = FaultClass::of(&code, code.parse().ok());
        return Err(Fault { service: "ec2", operation: "CreateFlowLogs", code, class });
    }
    let made = answer.flow_log_ids.unwrap_or_default();
    Ok(made.first().map(|id| arn(account, id)))
}

fn arn(account: &Account, id: &str) -> String {
    account.home.arn("ec2", &format!("vpc-flow-log/{id}"))
}
