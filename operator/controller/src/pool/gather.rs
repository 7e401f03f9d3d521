//! All that a pool is decided from, as it is seen now.

use std::sync::Arc;

use cloister_aws::{Account, Launching};
use cloister_core::environment;
use cloister_core::fault::Fault;
use cloister_core::name::Names;
use cloister_core::ownership::{ENVIRONMENT, TENANT};
use cloister_core::pool::{
    Host, Instance, InstanceState, InstanceType, Memory, Node, POOL, Pod, Subnet, Wanted, World, allocatable,
};
use cloister_crds::nodes::{LaunchIntent, Nodes, Tenancy};
use cloister_crds::{ClientTenant, Environment};
use kube::ResourceExt as _;
use tokio::time::Instant;

use crate::api::Object;
use crate::context::Context;
use crate::kinds::{Kind, home, leaves, target};

/// What one pass sees.
pub struct Scene {
    pub account: Arc<Account>,
    pub home: Arc<Environment>,
    pub now: i64,
    pub pods: Vec<Pod>,
    pub nodes: Vec<Node>,
    pub instances: Vec<Instance>,
    pub template: String,
    tenant: String,
    wanted: Wanted,
    leaving: bool,
    paused: bool,
    hosts: Vec<Host>,
    intents: Vec<LaunchIntent>,
}

pub enum Gathered {
    Scene(Box<Scene>),
    /// There is nothing to launch from, and nothing that could have been launched.
    Waiting(String),
    Fault(Fault),
}

impl Scene {
    pub fn world<'a>(&'a self, uid: &'a str, memory: &'a Memory) -> World<'a> {
        World {
            tenant: &self.tenant,
            uid,
            wanted: &self.wanted,
            leaving: self.leaving,
            paused: self.paused,
            pods: &self.pods,
            nodes: &self.nodes,
            instances: &self.instances,
            hosts: &self.hosts,
            intents: &self.intents,
            memory,
            now: self.now,
        }
    }

    pub fn intents(&self) -> &[LaunchIntent] {
        &self.intents
    }

    /// Something is on its way in EC2.
    pub fn is_watched_closely(&self) -> bool {
        let joined = |instance: &&Instance| self.nodes.iter().any(|node| node.instance == instance.id);
        let living = self.instances.iter().filter(|instance| instance.lives());
        let mut unjoined = living.filter(|instance| !joined(instance));
        unjoined.any(|instance| self.now < instance.launched + CLOSELY)
            || self.nodes.iter().any(|n| !n.proven)
    }

    /// They are tried again elsewhere once it is terminated.
    pub fn has_runs_on_what_ends(&self) -> bool {
        let ends = |node: &&Node| {
            let mut all = self.instances.iter();
            all.any(|i| i.id == node.instance && i.state == InstanceState::ShuttingDown)
        };
        let busy = |node: &Node| self.pods.iter().any(|pod| pod.node.as_ref() == Some(&node.name));
        self.nodes.iter().filter(ends).any(busy)
    }

    /// The default one of the launch template, where that is as declared.
    pub fn version(&self) -> Option<&str> {
        self.wanted.template.as_deref()
    }

    pub fn launching(&self, tenant: &ClientTenant) -> Launching<'_> {
        let mut tags = tenant.owner().tags("node-host");
        tags.insert(TENANT.into(), self.tenant.clone());
        tags.insert(ENVIRONMENT.into(), self.home.name_any());
        tags.insert(POOL.into(), self.tenant.clone());
        let mut security_groups = self.home.spec.network.security_group_ids.clone();
        security_groups.sort();
        Launching { template: &self.template, security_groups, tags }
    }
}

/// An instance that AWS ends at launch is ended within this; nodes register a little later.
const CLOSELY: i64 = 120;

/// The states of what nodes are launched from, as the tenant's passes last reported them.
pub fn standing(tenant: &ClientTenant) -> Option<Vec<(String, String)>> {
    let resources = tenant.common().map(|common| common.resources.as_slice()).unwrap_or_default();
    let name = tenant.name_any();
    let concerns = |id: &str| {
        id.starts_with("ec2-launch-template/")
            || id.starts_with("iam-instance-profile/")
            || id == format!("iam-role/cloister-{name}-node")
            || id == format!("iam-policy/cloister-{name}-node")
            || id == format!("kms-key/alias/cloister/{name}")
    };
    let found: Vec<_> =
        resources.iter().filter(|r| concerns(&r.id)).map(|r| (r.id.clone(), r.state.clone())).collect();
    (!found.is_empty()).then_some(found)
}

/// All of it is as this generation declares.
fn stands(tenant: &ClientTenant) -> bool {
    let current = tenant.common().is_some_and(|c| c.observed_generation == Object::generation(tenant));
    let parts = standing(tenant).unwrap_or_default();
    current && parts.len() == 5 && parts.iter().all(|(_, state)| state == "Ready")
}

pub async fn scene(tenant: &ClientTenant, context: &Context) -> Gathered {
    let Some(nodes) = &tenant.spec.nodes else { return Gathered::Waiting("it has no nodes".into()) };
    let home = match home(&tenant.spec.environment, context) {
        Ok(home) => home,
        Err(why) => return Gathered::Waiting(why),
    };
    let account = context.aws.account(&target(&home.spec));
    match look(tenant, nodes, account, home, context).await {
        Ok(scene) => Gathered::Scene(Box::new(scene)),
        Err(fault) => Gathered::Fault(fault),
    }
}

async fn look(
    tenant: &ClientTenant,
    nodes: &Nodes,
    account: Arc<Account>,
    home: Arc<Environment>,
    context: &Context,
) -> Result<Scene, Fault> {
    let (uid, name) = (Object::uid(tenant), tenant.name_any());
    let written = context.pools.with(&uid, |kept| kept.last_write);
    let tolerated = Instant::now().checked_sub(TOLERANCE).unwrap_or_else(Instant::now);
    let since = written.map_or(tolerated, |written| written.max(tolerated));
    let template = Names::new(&name, &uid).launch_template();
    let on_hosts = nodes.tenancy == Tenancy::DedicatedHost
        || tenant.status.as_ref().and_then(|s| s.nodes.as_ref()).is_some_and(|n| !n.hosts.is_empty());
    let subnets = &home.spec.network.subnet_ids;
    let hosts = async { if on_hosts { account.hosts(since).await.map(Some) } else { Ok(None) } };
    let (fleet, hosts, version, types, zones) = futures::try_join!(
        account.fleet(since),
        hosts,
        account.template_version(&template, since.min(template_since())),
        account.types(&nodes.instance_types),
        account.zones(subnets),
    )?;
    let known = |name: &String| Some((name.clone(), (*types.get(name)?)?));
    let types = nodes.instance_types.iter().filter_map(known).map(|(name, found)| InstanceType {
        name,
        resources: allocatable(found.figures),
        hosts: found.hosts,
    });
    let place = |id: &String| Some(Subnet { id: id.clone(), zone: zones.get(id)?.clone() });
    let place_of = environment::Account::new(&home.name_any(), &home.spec);
    let profile = format!("instance-profile/cloister/{}", Names::new(&name, &uid).role("node"));
    let wanted = Wanted {
        max: usize::try_from(nodes.max).unwrap_or_default(),
        idle: i64::from(nodes.idle_seconds),
        expiry: i64::from(nodes.expire_after_hours) * 3600,
        tenancy: nodes.tenancy,
        types: types.collect(),
        subnets: subnets.iter().filter_map(place).collect(),
        key: tenant.status.as_ref().and_then(|status| status.key_arn.clone()).unwrap_or_default(),
        profile: place_of.iam_arn(&profile),
        launcher: home.spec.role_arn.clone(),
        through: place_of.service_host("ec2"),
        karpenter: home.spec.nodes.as_ref().is_some_and(|nodes| nodes.karpenter.is_some()),
        template: version.filter(|_| stands(tenant)),
    };
    let status = tenant.status.as_ref().and_then(|status| status.nodes.as_ref());
    Ok(Scene {
        now: jiff::Timestamp::now().as_second(),
        pods: context.watched.pods_of(&name),
        nodes: context.watched.nodes_of(&name),
        instances: fleet.get(&uid).cloned().unwrap_or_default(),
        hosts: hosts.and_then(|hosts| hosts.get(&uid).cloned()).unwrap_or_default(),
        intents: status.map(|status| status.launches.clone()).unwrap_or_default(),
        leaving: tenant.is_leaving() || leaves(tenant),
        paused: tenant.spec.paused,
        tenant: name,
        account,
        home,
        template,
        wanted,
    })
}

/// How old a listing of EC2 may be: others' looks serve as well.
const TOLERANCE: std::time::Duration = std::time::Duration::from_millis(1500);

/// The version of a template changes with the tenant's own passes, whose look is as good.
fn template_since() -> Instant {
    Instant::now().checked_sub(std::time::Duration::from_secs(5)).unwrap_or_else(Instant::now)
}
