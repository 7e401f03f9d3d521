//! The network that an environment names: it is made elsewhere, and only looked at here.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, Subnet};
use cloister_core::fault::Fault;

use crate::account::Account;
use crate::limit::Lane;

/// Filters rather than ids: with ids, one unknown fails the whole call and the rest stays unknown.
pub(crate) async fn missing(
    account: &Account,
    vpc: &str,
    subnets: &[String],
    groups: &[String],
) -> Result<Vec<String>, Fault> {
    let ec2 = &account.ec2;
    let vpc_is = |ec2: &Client| ec2.describe_vpcs().filters(among("vpc-id", &[vpc.to_owned()])).send();
    let subnets_are = |ec2: &Client| ec2.describe_subnets().filters(among("subnet-id", subnets)).send();
    let groups_are = |ec2: &Client| ec2.describe_security_groups().filters(among("group-id", groups)).send();
    let (vpcs, found_subnets, found_groups) = futures::try_join!(
        ec2.call(Lane::User, vpc_is),
        ec2.call(Lane::User, subnets_are),
        ec2.call(Lane::User, groups_are),
    )?;
    let mut wrong = Vec::new();
    if vpcs.vpcs.unwrap_or_default().is_empty() {
        wrong.push(format!("VPC {vpc} does not exist in {} in account {}.", account.home.region, account.id));
    }
    wrong_subnets(vpc, subnets, &found_subnets.subnets.unwrap_or_default(), &mut wrong);
    let found = found_groups.security_groups.unwrap_or_default();
    let found = found.iter().filter_map(|group| Some((group.group_id()?, group.vpc_id()))).collect();
    wrong_places("Security group", vpc, groups, &found, &mut wrong);
    Ok(wrong)
}

fn among(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

fn wrong_subnets(vpc: &str, wanted: &[String], found: &[Subnet], wrong: &mut Vec<String>) {
    let places = found.iter().filter_map(|subnet| Some((subnet.subnet_id()?, subnet.vpc_id()))).collect();
    wrong_places("Subnet", vpc, wanted, &places, wrong);
    for subnet in found.iter().filter(|subnet| subnet.map_public_ip_on_launch() == Some(true)) {
        let id = subnet.subnet_id().unwrap_or_default();
        wrong.push(format!(
            "Subnet {id} gives public IP addresses; name a private one or turn MapPublicIpOnLaunch off."
        ));
    }
    let zones: BTreeSet<_> = found.iter().filter_map(Subnet::availability_zone).collect();
    if found.len() == wanted.len() && zones.len() == 1 {
        let zone = zones.into_iter().collect::<String>();
        wrong.push(format!("All subnets are in {zone}; name subnets in two availability zones at least."));
    }
}

/// What does not exist, and what is in another VPC.
fn wrong_places(
    what: &str,
    vpc: &str,
    wanted: &[String],
    found: &BTreeMap<&str, Option<&str>>,
    wrong: &mut Vec<String>,
) {
    for id in wanted {
        match found.get(id.as_str()) {
            None => wrong.push(format!("{what} {id} does not exist.")),
            Some(Some(place)) if *place != vpc => {
                wrong.push(format!("{what} {id} is in VPC {place}, not in {vpc}."));
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(id: &str, vpc: &str, zone: &str, public: bool) -> Subnet {
        let subnet = Subnet::builder().subnet_id(id).vpc_id(vpc).availability_zone(zone);
        subnet.map_public_ip_on_launch(public).build()
    }

    fn check(wanted: &[&str], found: &[Subnet]) -> Vec<String> {
        let wanted: Vec<String> = wanted.iter().map(|id| (*id).to_owned()).collect();
        let mut wrong = Vec::new();
        wrong_subnets("vpc-1", &wanted, found, &mut wrong);
        wrong
    }

    #[test]
    fn two_private_subnets_in_two_zones_are_well() {
        let found = [subnet("a", "vpc-1", "us-east-1a", false), subnet("b", "vpc-1", "us-east-1b", false)];
        assert_eq!(check(&["a", "b"], &found), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let found = [subnet("a", "vpc-2", "us-east-1a", true)];
        let wrong = check(&["a", "b"], &found);
        assert_eq!(wrong.len(), 3);
        assert!(wrong[0].contains("vpc-2") && wrong[1].contains("Subnet b") && wrong[2].contains("public"));
        assert!(check(&["a"], &[subnet("a", "vpc-1", "us-east-1a", false)])[0].contains("us-east-1a"));
    }
}
