//! A cluster and an account in memory: a scheduler that binds, an EC2 that keeps its tokens, a process that dies.

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::pool::{
    Decision, Host, Instance, InstanceState, InstanceType, Memory, Node, Pod, Resources, Subnet, VolumeSeen,
    Wanted, World, decide,
};
use cloister_core::resource::MetadataOptions;
use cloister_crds::NodesStatus;
use cloister_crds::nodes::{LaunchIntent, Tenancy};
use proptest::sample::Index;

#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// A pod with so many thousandths of a core.
    Submit(u64),
    Finish(Index),
    /// The process dies in its next pass, after so many calls.
    CrashAfter(usize),
    /// One of the pairs of type and subnet runs out, or has some again.
    Shortage(usize),
    NewTemplate,
    Maintenance(Index),
    /// Somebody else ends an instance: at once, or it takes its time.
    Terminate(Index, bool),
    /// The next instance comes up on shared hardware.
    Misplace,
    Wait(i64),
}

pub struct Fleet {
    pub pods: BTreeMap<String, Pod>,
    pub nodes: Vec<Node>,
    pub instances: Vec<Instance>,
    pub hosts: Vec<Host>,
    pub status: NodesStatus,
    pub shortages: BTreeSet<(String, String)>,
    pub refused: usize,
    pub registers: bool,
    pub tenancy_of_the_next: Option<String>,
    /// Of the launch template.
    pub versions: BTreeSet<i64>,
    wanted: Wanted,
    memory: Memory,
    now: i64,
    calls_left: Option<usize>,
    submitted: usize,
    /// The launch that each token made.
    tokens: BTreeMap<String, LaunchIntent>,
}

const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/1";
const MAX: usize = 3;

fn type_(name: &str, cores: u64) -> InstanceType {
    let resources = Resources { cpu: cores * 1000 - 220, memory: cores << 32, pods: 29 };
    InstanceType { name: name.into(), resources, hosts: true }
}

impl Fleet {
    pub fn new(hosts: bool) -> Self {
        let subnet = |zone: &str| Subnet { id: format!("subnet-{zone}"), zone: zone.into() };
        let wanted = Wanted {
            max: MAX,
            idle: 60,
            expiry: 100_000,
            tenancy: if hosts { Tenancy::DedicatedHost } else { Tenancy::DedicatedInstance },
            types: vec![type_("m6i.large", 2), type_("m6i.xlarge", 4)],
            subnets: vec![subnet("a"), subnet("b")],
            key: KEY.into(),
            profile: "profile".into(),
            launcher: "role".into(),
            through: "ec2".into(),
            karpenter: false,
            template: Some("1".into()),
        };
        Self {
            pods: BTreeMap::new(),
            nodes: Vec::new(),
            instances: Vec::new(),
            hosts: Vec::new(),
            status: NodesStatus::default(),
            shortages: BTreeSet::new(),
            refused: 0,
            registers: true,
            tenancy_of_the_next: None,
            versions: BTreeSet::from([1]),
            wanted,
            memory: Memory::default(),
            now: 1_000_000,
            calls_left: None,
            submitted: 0,
            tokens: BTreeMap::new(),
        }
    }

    pub fn living(&self) -> usize {
        self.instances.iter().filter(|instance| instance.lives()).count()
    }

    pub fn act(&mut self, act: Act) {
        match act {
            Act::Submit(cpu) => {
                self.submitted += 1;
                let uid = format!("pod-{}", self.submitted);
                let requests = Resources { cpu, memory: 1 << 28, pods: 1 };
                let pod = Pod {
                    name: uid.clone(),
                    uid: uid.clone(),
                    requests,
                    unschedulable: true,
                    ..Pod::default()
                };
                self.pods.insert(uid, pod);
            }
            Act::Finish(which) if !self.pods.is_empty() => {
                let uids: Vec<String> = self.pods.keys().cloned().collect();
                self.pods.remove(which.get(&uids));
            }
            Act::CrashAfter(calls) => self.calls_left = Some(calls),
            Act::Shortage(n) => {
                let types = ["m6i.large", "m6i.xlarge"];
                let pair = (types[n % 2].to_owned(), ["subnet-a", "subnet-b"][n / 2].to_owned());
                if !self.shortages.remove(&pair) {
                    self.shortages.insert(pair);
                }
            }
            Act::NewTemplate => {
                let old: u32 = self.wanted.template.as_deref().unwrap_or("0").parse().expect("a number");
                self.wanted.template = Some((old + 1).to_string());
                self.versions.insert(i64::from(old) + 1);
            }
            Act::Maintenance(which) if !self.instances.is_empty() => {
                let at = which.index(self.instances.len());
                self.instances[at].maintenance = Some("instance-retirement".into());
            }
            Act::Terminate(which, at_once) if !self.instances.is_empty() => {
                let at = which.index(self.instances.len());
                let instance = &mut self.instances[at];
                if instance.lives() {
                    instance.state = if at_once { InstanceState::Ended } else { InstanceState::ShuttingDown };
                }
            }
            Act::Misplace => self.tenancy_of_the_next = Some("default".into()),
            Act::Wait(seconds) => {
                self.now += seconds;
                for instance in self.instances.iter_mut().filter(|i| i.state == InstanceState::ShuttingDown) {
                    instance.state = InstanceState::Ended;
                }
            }
            Act::Finish(_) | Act::Maintenance(_) | Act::Terminate(..) => {}
        }
        self.schedule();
    }

    /// Instances come up and register; pods are bound where they fit.
    fn schedule(&mut self) {
        for instance in self.instances.iter_mut().filter(|i| i.state == InstanceState::Pending) {
            instance.state = InstanceState::Running;
        }
        let fresh: Vec<&Instance> = self.instances.iter().filter(|i| i.lives()).collect();
        for instance in fresh {
            if self.registers && !self.nodes.iter().any(|node| node.instance == instance.id) {
                let of = self.wanted.types.iter().find(|t| t.name == instance.type_).expect("a known type");
                self.nodes.push(Node {
                    name: instance.id.replace("i-", "node-"),
                    instance: instance.id.clone(),
                    unproven_taint: true,
                    tenant_taint: true,
                    ready: true,
                    allocatable: of.resources,
                    created: self.now,
                    ..Node::default()
                });
            }
        }
        for uid in self.pods.keys().cloned().collect::<Vec<_>>() {
            if self.pods[&uid].node.is_some() {
                continue;
            }
            let open = self.nodes.iter().filter(|node| node.takes_pods()).find(|node| {
                let used = self.on(&node.name).fold(Resources::default(), |sum, pod| sum.plus(pod.requests));
                node.allocatable.minus(used).holds(self.pods[&uid].requests)
            });
            let name = open.map(|node| node.name.clone());
            self.pods.get_mut(&uid).expect("it is there").node = name;
        }
    }

    fn on<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Pod> {
        self.pods.values().filter(move |pod| pod.node.as_deref() == Some(node))
    }

    pub fn settle(&mut self) {
        for _ in 0..20 {
            self.pass();
            self.act(Act::Wait(1));
        }
    }

    pub fn capacity_comes_back(&mut self) {
        self.shortages.clear();
    }

    pub fn finish_everything(&mut self) {
        self.pods.clear();
    }

    /// One pass of the pool, cut off where the process dies. What it had remembered is lost then.
    pub fn pass(&mut self) {
        let decision = self.decide();
        if self.carry_out(&decision).is_none() {
            self.memory = Memory::default();
            self.calls_left = None;
        }
        self.check();
        self.schedule();
    }

    fn decide(&mut self) -> Decision {
        self.memory.tidy(self.now, &self.status.launches);
        self.memory.forget_versions(self.wanted.template.as_deref());
        let pods: Vec<Pod> = self.pods.values().cloned().collect();
        for host in &mut self.hosts {
            let (instances, id) = (&self.instances, &host.id);
            let gone = |i: &Instance| i.host.as_ref() == Some(id) && !i.lives();
            host.instances.retain(|one| !instances.iter().any(|i| i.id == *one && gone(i)));
            let used = i32::try_from(host.instances.len()).expect("few");
            host.free = ["m6i.large", "m6i.xlarge"].map(|name| (name.to_owned(), 2 - used)).into();
        }
        decide(&World {
            tenant: "acme",
            uid: "uid",
            wanted: &self.wanted,
            leaving: false,
            paused: false,
            pods: &pods,
            nodes: &self.nodes,
            instances: &self.instances,
            hosts: &self.hosts,
            intents: &self.status.launches,
            memory: &self.memory,
            now: self.now,
        })
    }

    /// None where the process died on the way.
    fn call(&mut self) -> Option<()> {
        match &mut self.calls_left {
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(())
            }
            None => Some(()),
        }
    }

    fn carry_out(&mut self, decision: &Decision) -> Option<()> {
        self.memory.idle.clone_from(&decision.idle);
        self.call()?;
        self.status = decision.status.clone();
        for intent in &decision.sends {
            self.call()?;
            self.send(intent);
        }
        for name in &decision.proofs {
            self.call()?;
            let node = self.nodes.iter_mut().find(|node| node.name == *name).expect("a known node");
            (node.proven, node.unproven_taint) = (true, false);
        }
        for (name, why) in &decision.drains {
            self.call()?;
            let node = self.nodes.iter_mut().find(|node| node.name == *name).expect("a known node");
            node.draining = Some((*why).to_owned());
        }
        for ending in &decision.endings {
            self.call()?;
            if let Some(node) = &ending.node {
                assert_eq!(self.on(node).count(), 0, "a run was killed: {ending:?}");
            }
            let instance = self.instances.iter_mut().find(|i| i.id == ending.instance).expect("it is known");
            instance.state = InstanceState::Ended;
        }
        for name in &decision.lost_nodes {
            self.call()?;
            let node = self.nodes.iter().find(|node| node.name == *name).expect("a known node");
            let instance = self.instances.iter().find(|i| i.id == node.instance).expect("it is known");
            let ended = instance.state == InstanceState::Ended;
            assert!(ended || self.on(name).count() == 0, "a node was taken from under a pod");
            let told = |pod: &Pod| decision.lost_pods.contains(&pod.uid);
            assert!(self.on(name).all(told), "a pod is left without a node");
            self.nodes.retain(|node| node.name != *name);
            // The cluster does so by itself, later.
            for pod in self.pods.values_mut().filter(|pod| pod.node.as_ref() == Some(name)) {
                pod.node = None;
            }
        }
        if !decision.prunes.is_empty() {
            self.call()?;
            let used = |n: &i64| self.instances.iter().any(|i| i.lives() && i.template == n.to_string());
            assert!(!decision.prunes.iter().any(used), "a version was deleted that an instance uses");
            for version in &decision.prunes {
                self.memory.pruned.insert(*version);
                self.versions.remove(version);
            }
        }
        for id in &decision.releases {
            self.call()?;
            let host = self.hosts.iter().find(|host| host.id == *id).expect("a known host");
            assert!(host.instances.is_empty());
            self.hosts.retain(|host| host.id != *id);
        }
        Some(())
    }

    fn send(&mut self, intent: &LaunchIntent) {
        assert!(self.status.launches.contains(intent), "sent before it was written down");
        if let Some(known) = self.tokens.get(&intent.token) {
            assert_eq!(known, intent, "the same token for another launch");
            return;
        }
        let place =
            if intent.subnet.is_empty() { format!("subnet-{}", intent.zone) } else { intent.subnet.clone() };
        if self.shortages.contains(&(intent.type_.clone(), place)) {
            self.refused += 1;
            let place = if intent.subnet.is_empty() { intent.zone.clone() } else { intent.subnet.clone() };
            self.memory.shortages.insert((intent.type_.clone(), place), self.now + 180);
            self.memory.refused.insert(intent.token.clone());
            return;
        }
        self.tokens.insert(intent.token.clone(), intent.clone());
        if intent.subnet.is_empty() { self.allocate(intent) } else { self.run(intent) }
    }

    fn allocate(&mut self, intent: &LaunchIntent) {
        self.hosts.push(Host {
            id: format!("h-{}", self.tokens.len()),
            token: intent.token.clone(),
            zone: intent.zone.clone(),
            allocated: self.now,
            ..Host::default()
        });
    }

    fn run(&mut self, intent: &LaunchIntent) {
        let id = format!("i-{}", self.instances.len());
        let host = (!intent.host.is_empty()).then(|| intent.host.clone());
        if let Some(host) = self.hosts.iter_mut().find(|h| Some(&h.id) == host.as_ref()) {
            host.instances.insert(id.clone());
        }
        let tenancy = self.tenancy_of_the_next.take();
        self.instances.push(Instance {
            id,
            token: intent.token.clone(),
            type_: intent.type_.clone(),
            subnet: intent.subnet.clone(),
            zone: intent.subnet.replace("subnet-", ""),
            launched: self.now,
            tenancy: tenancy.unwrap_or_else(|| self.wanted.tenancy.ec2().to_owned()),
            host,
            metadata: MetadataOptions { tokens: "required".into(), hop_limit: 1, endpoint: "enabled".into() },
            profile: "profile".into(),
            template: intent.template.clone(),
            volumes: Some(vec![VolumeSeen { id: "vol-1".into(), encrypted: true, kms_key: KEY.into() }]),
            ..Instance::default()
        });
    }

    fn check(&self) {
        assert!(self.living() <= MAX, "{} instances", self.living());
        for instance in self.instances.iter().filter(|i| i.lives() && i.tenancy == "default") {
            let node = self.nodes.iter().find(|node| node.instance == instance.id);
            assert!(node.is_none_or(|node| !node.takes_pods()), "a node of shared hardware takes pods");
        }
    }
}
