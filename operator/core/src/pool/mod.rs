//! The pool of a tenant's worker nodes. From pods, nodes, instances and hosts, as they were seen, to what is done
//! next: which launches are sent, which nodes are proven, drained and ended. Pure, as everything here.

mod decide;
mod estimate;
mod failure;
mod launch;
mod model;
mod pack;
mod prove;
mod retire;
mod tally;
mod versions;

pub use decide::{Decision, decide};
pub use estimate::{Figures, allocatable};
pub use model::{
    Host, Instance, InstanceState, InstanceType, Memory, Node, Pod, Refusal, Resources, Subnet, VolumeSeen,
    Wanted, World,
};
pub use prove::Verdict;
pub use retire::{Ending, Eviction};
pub use tally::condition;

/// Tag of an instance and its volumes: the pool that it belongs to, which has the tenant's name.
pub const POOL: &str = "cloister.dev/pool";
/// Taint with which a node registers, and which is lifted once its instance is proven.
pub const UNPROVEN: &str = "cloister.dev/unproven";
/// Taint of a node that takes no more pods; its value says why.
pub const DRAINING: &str = "cloister.dev/draining";
/// Label that pods select. A kubelet cannot set it on itself (NodeRestriction); only the operator does, by proof.
pub const PROVEN: &str = "node-restriction.kubernetes.io/cloister-tenant";

/// How long a type counts as short in a subnet after AWS had none of it, in seconds.
pub const SHORT_SECONDS: i64 = 180;
/// An instance that has not become a node after so many seconds is replaced.
pub const REGISTRATION_SECONDS: i64 = 900;
/// So long an unseen launch is sent again; EC2 shows one within seconds, a minute at times.
const INTENT_SECONDS: i64 = 3600;
/// Listings may lag: a Node whose instance is not listed is older than this before it is taken for lost.
const UNLISTED_SECONDS: i64 = 300;
