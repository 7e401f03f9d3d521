//! What the pool is decided from: no more of each thing than that takes.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::nodes::{LaunchIntent, Tenancy};

use crate::resource::MetadataOptions;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
    pub pods: u64,
}

impl Resources {
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        other.cpu <= self.cpu && other.memory <= self.memory && other.pods <= self.pods
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_add(other.cpu),
            memory: self.memory.saturating_add(other.memory),
            pods: self.pods.saturating_add(other.pods),
        }
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(other.cpu),
            memory: self.memory.saturating_sub(other.memory),
            pods: self.pods.saturating_sub(other.pods),
        }
    }

    /// The lesser of each.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
            pods: self.pods.min(other.pods),
        }
    }
}

/// A pod of the tenant that has not ended, and is of no DaemonSet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pod {
    pub uid: String,
    pub name: String,
    /// Where it is bound to.
    pub node: Option<String>,
    pub requests: Resources,
    /// The scheduler has looked for a node and found none.
    pub unschedulable: bool,
    /// Something other than a Job makes it anew where it is evicted.
    pub replaceable: bool,
    pub leaving: bool,
    /// What it selects besides the tenant.
    pub zone: Option<String>,
    pub type_: Option<String>,
    /// A label that it selects and no node of a pool has.
    pub odd: Option<String>,
    /// What the scheduler must keep to and the pool does not know: `podAffinity`.
    pub demands: Option<&'static str>,
}

impl Pod {
    #[must_use]
    pub fn waits(&self) -> bool {
        self.node.is_none() && self.unschedulable && !self.leaving
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is one mark of a Node
pub struct Node {
    pub name: String,
    /// From its provider id, which the API server lets nobody change.
    pub instance: String,
    pub proven: bool,
    pub unproven_taint: bool,
    pub tenant_taint: bool,
    /// Why it takes no more pods.
    pub draining: Option<String>,
    pub ready: bool,
    pub allocatable: Resources,
    /// Seconds since 1970, as all times here.
    pub created: i64,
}

impl Node {
    #[must_use]
    pub fn takes_pods(&self) -> bool {
        self.proven && !self.unproven_taint && self.draining.is_none()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InstanceState {
    #[default]
    Pending,
    Running,
    /// Stopping or stopped: a node is never stopped by the pool.
    Stopped,
    /// It can end in no other way, but what is on it may still work.
    ShuttingDown,
    /// Terminated.
    Ended,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    pub id: String,
    pub token: String,
    pub type_: String,
    pub subnet: String,
    pub zone: String,
    pub state: InstanceState,
    pub launched: i64,
    pub tenancy: String,
    pub host: Option<String>,
    pub metadata: MetadataOptions,
    pub public: bool,
    /// ARN of its instance profile.
    pub profile: String,
    pub image: String,
    /// Version of the launch template, as AWS tags it.
    pub template: String,
    /// Karpenter launched it, and ends it.
    pub karpenter: bool,
    /// None while the listing of volumes does not have all of them.
    pub volumes: Option<Vec<VolumeSeen>>,
    /// Why AWS ended it, as a code.
    pub reason: Option<String>,
    /// Code of an event that AWS has scheduled, such as instance-retirement.
    pub maintenance: Option<String>,
}

impl Instance {
    #[must_use]
    pub fn lives(&self) -> bool {
        !matches!(self.state, InstanceState::ShuttingDown | InstanceState::Ended)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeSeen {
    pub id: String,
    pub encrypted: bool,
    pub kms_key: String,
}

/// A Dedicated Host of the tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    pub id: String,
    pub token: String,
    pub zone: String,
    pub allocated: i64,
    /// All that are on it, whoever's.
    pub instances: BTreeSet<String>,
    /// How many more instances of each type go on it.
    pub free: BTreeMap<String, i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceType {
    pub name: String,
    /// What is left for pods, as estimated.
    pub resources: Resources,
    /// Whether there are Dedicated Hosts for it.
    pub hosts: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnet {
    pub id: String,
    pub zone: String,
}

/// What the nodes are to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub max: usize,
    pub idle: i64,
    pub expiry: i64,
    pub tenancy: Tenancy,
    /// The preferred ones first.
    pub types: Vec<InstanceType>,
    pub subnets: Vec<Subnet>,
    /// ARN of the tenant's key.
    pub key: String,
    pub profile: String,
    /// ARN of the role that launches, and the host name of EC2 in the region: for what people are told.
    pub launcher: String,
    pub through: String,
    /// Karpenter launches what pods wait for.
    pub karpenter: bool,
    /// The version of the launch template that counts; None where the template is not as declared, so that nothing
    /// may be launched from it.
    pub template: Option<String>,
}

/// What the process remembers. Losing it costs time, never correctness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Type and subnet (or zone, of hosts), and until when AWS is not asked for it.
    pub shortages: BTreeMap<(String, String), i64>,
    /// Since when nodes and hosts have had nothing on them.
    pub idle: BTreeMap<String, i64>,
    /// Tokens of launches that AWS has clearly refused.
    pub refused: BTreeSet<String>,
    /// Why the last launch failed.
    pub refusal: Option<Refusal>,
    /// Versions of the launch template that were deleted.
    pub pruned: BTreeSet<i64>,
    /// No launch before this, after one that failed for what time may mend.
    pub patience: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One word, for a condition.
    pub reason: String,
    pub message: String,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct World<'a> {
    pub tenant: &'a str,
    pub uid: &'a str,
    pub wanted: &'a Wanted,
    /// The tenant leaves: nothing is launched, and all goes.
    pub leaving: bool,
    /// Nothing at all is changed.
    pub paused: bool,
    pub pods: &'a [Pod],
    pub nodes: &'a [Node],
    pub instances: &'a [Instance],
    pub hosts: &'a [Host],
    pub intents: &'a [LaunchIntent],
    pub memory: &'a Memory,
    pub now: i64,
}
