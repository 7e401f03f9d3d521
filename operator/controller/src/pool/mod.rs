//! The pool of worker nodes of each tenant that has one: a loop of its own beside the tenant's passes, woken by pods,
//! nodes and time. It writes `status.nodes` and nothing else of the tenant.

mod act;
mod cache;
mod gather;
mod lost;
mod marks;
mod report;
mod view;
mod wake;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloister_core::pool::{Decision, Memory, decide};
use cloister_crds::ClientTenant;
use kube::ResourceExt as _;
use kube::runtime::controller::Action;
use tokio::time::Instant;

use crate::api::Object;
use crate::context::Context;
use crate::driver::Unreported;
use crate::kinds::environment_is_current;
pub use cache::Watched;
use gather::{Gathered, Scene};
pub use wake::{wake_pool_of_tenant, watch_pods_and_nodes};

pub const KIND: &str = "NodePool";

/// What the process remembers of all pools.
#[derive(Default)]
pub struct Pools(Mutex<HashMap<String, Remembered>>);

#[derive(Clone, Debug, Default)]
struct Remembered {
    memory: Memory,
    /// Older listings of EC2 do not count.
    last_write: Option<Instant>,
    /// Passes in a row that ended in a fault.
    faults: u32,
}

impl Pools {
    fn with<T>(&self, uid: &str, f: impl FnOnce(&mut Remembered) -> T) -> T {
        f(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(uid.to_owned()).or_default())
    }

    pub fn forget(&self, uid: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

/// When the pool is looked at again.
enum Next {
    AtOnce,
    /// AWS changes something that no watch tells.
    Soon,
    At(i64),
    Sweep,
    BackOff,
}

pub async fn reconcile(tenant: Arc<ClientTenant>, context: Arc<Context>) -> Result<Action, Unreported> {
    if tenant.spec.nodes.is_none() {
        return Ok(Action::await_change());
    }
    let began = std::time::Instant::now();
    context.metrics.begun(KIND);
    let next = pass(&tenant, &context).await;
    context.metrics.looked(KIND, next.is_ok(), began.elapsed());
    next.map(|next| action(&Object::uid(&*tenant), &next, &context))
}

#[allow(clippy::needless_pass_by_value)] // the signature is kube's
pub fn on_error(tenant: Arc<ClientTenant>, error: &Unreported, context: Arc<Context>) -> Action {
    tracing::warn!(object = tenant.label(), %error, "the pass over the pool could not be reported");
    action(&Object::uid(&*tenant), &Next::BackOff, &context)
}

/// Gather, decide, confirm, write the launches down, act, report.
async fn pass(tenant: &ClientTenant, context: &Context) -> Result<Next, Unreported> {
    let uid = Object::uid(tenant);
    let mut tenant = tenant.clone();
    loop {
        let scene = match gather::scene(&tenant, context).await {
            Gathered::Scene(scene) => *scene,
            Gathered::Waiting(why) => {
                tracing::debug!(object = tenant.label(), why, "the pool waits");
                return Ok(Next::Sweep);
            }
            Gathered::Fault(fault) => {
                context.pools.with(&uid, |kept| kept.faults = kept.faults.saturating_add(1));
                tracing::warn!(object = tenant.label(), %fault, "the pool cannot be looked at");
                return Ok(Next::BackOff);
            }
        };
        let decision = settle(&uid, &scene, context);
        if !decision.has_effect() {
            let version = tenant.resource_version().unwrap_or_default();
            let written = report::write(&tenant, &decision, &version, context).await?;
            context.pools.with(&uid, |kept| kept.faults = 0);
            return Ok(if written { rest(&scene, &decision) } else { Next::AtOnce });
        }
        // A cached view may be old: what is done is decided on what the API server holds now.
        match confirm(&tenant, context).await? {
            Confirmed::Gone => {
                context.pools.forget(&uid);
                return Ok(Next::Sweep);
            }
            Confirmed::Changed(newer) => tenant = *newer,
            Confirmed::Same(version) => {
                if !environment_is_current(&tenant.spec.environment, context).await? {
                    return Ok(Next::BackOff);
                }
                return carry_out(&tenant, &scene, &decision, &version, context).await;
            }
        }
    }
}

fn settle(uid: &str, scene: &Scene, context: &Context) -> Decision {
    let mut memory = context.pools.with(uid, |kept| kept.memory.clone());
    memory.tidy(scene.now, scene.intents());
    memory.forget_versions(scene.version());
    let decision = decide(&scene.world(uid, &memory));
    memory.idle.clone_from(&decision.idle);
    context.pools.with(uid, |kept| kept.memory = memory);
    decision
}

async fn carry_out(
    tenant: &ClientTenant,
    scene: &Scene,
    decision: &Decision,
    version: &str,
    context: &Context,
) -> Result<Next, Unreported> {
    // Before anything is sent, it is written down; who lost a race for that has decided on something old.
    if !report::write(tenant, decision, version, context).await? {
        return Ok(Next::AtOnce);
    }
    let faults = act::act(tenant, scene, decision, context).await;
    let uid = Object::uid(tenant);
    context.pools.with(&uid, |kept| {
        kept.last_write = Some(Instant::now());
        kept.faults = if faults == 0 { 0 } else { kept.faults.saturating_add(1) };
    });
    Ok(if faults == 0 { Next::Soon } else { Next::BackOff })
}

fn rest(scene: &Scene, decision: &Decision) -> Next {
    // An instance comes up, or ends by itself, without a word to anybody.
    if (decision.status.launching > 0 && scene.is_watched_closely()) || scene.has_runs_on_what_ends() {
        return Next::Soon;
    }
    decision.again.map_or(Next::Sweep, Next::At)
}

enum Confirmed {
    Same(String),
    Changed(Box<ClientTenant>),
    Gone,
}

async fn confirm(tenant: &ClientTenant, context: &Context) -> Result<Confirmed, Unreported> {
    let api = tenant.api(&context.client);
    let now = api.get_opt(&tenant.name_any()).await.map_err(Unreported::at("get"))?;
    let Some(now) = now.filter(|now| Object::uid(now) == Object::uid(tenant)) else {
        return Ok(Confirmed::Gone);
    };
    let basis = |t: &ClientTenant| {
        let status = t.status.clone().unwrap_or_default();
        let launches = status.nodes.map(|nodes| nodes.launches).unwrap_or_default();
        (Object::generation(t), t.is_leaving(), launches, gather::standing(t))
    };
    if basis(&now) == basis(tenant) {
        return Ok(Confirmed::Same(now.resource_version().unwrap_or_default()));
    }
    Ok(Confirmed::Changed(Box::new(now)))
}

/// Seconds between looks at what comes up.
const SOON: Duration = Duration::from_secs(2);

fn action(uid: &str, next: &Next, context: &Context) -> Action {
    let faults = context.pools.with(uid, |kept| kept.faults);
    match next {
        Next::AtOnce => Action::requeue(Duration::from_millis(200)),
        Next::Soon => Action::requeue(SOON.mul_f64(rand::random_range(0.8..1.2))),
        Next::At(at) => {
            let left = u64::try_from(at - jiff::Timestamp::now().as_second()).unwrap_or_default();
            Action::requeue(Duration::from_secs(left.max(1)).min(context.next_sweep()))
        }
        Next::Sweep => Action::requeue(context.next_sweep()),
        Next::BackOff => {
            let seconds = f64::from(1_u32 << faults.min(7)) * rand::random_range(0.8..1.2);
            Action::requeue(Duration::from_secs_f64(seconds).min(context.next_sweep()))
        }
    }
}
