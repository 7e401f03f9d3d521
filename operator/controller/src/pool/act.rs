//! Carries out a decision: each kind of change side by side, one kind after the other.

use cloister_core::fault::{Fault, FaultClass};
use cloister_core::pool::{Decision, Ending, Instance, Refusal, SHORT_SECONDS};
use cloister_crds::ClientTenant;
use cloister_crds::nodes::LaunchIntent;
use futures::future::join_all;
use kube::ResourceExt as _;

use super::gather::Scene;
use super::{lost, marks, report};
use crate::act::not_leading;
use crate::api::Object;
use crate::context::Context;

/// How many of the changes failed.
pub async fn act(tenant: &ClientTenant, scene: &Scene, decision: &Decision, context: &Context) -> usize {
    let stage = Stage { tenant, scene, context, name: tenant.name_any() };
    let sent = join_all(decision.sends.iter().map(|intent| stage.send(intent))).await;
    let proven = join_all(decision.proofs.iter().map(|node| stage.prove(node))).await;
    let drained = join_all(decision.drains.iter().map(|(node, why)| stage.drain(node, why))).await;
    let evicted = join_all(decision.evictions.iter().map(|pod| stage.evict(&pod.pod))).await;
    let ended = join_all(decision.endings.iter().map(|ending| stage.end(ending))).await;
    let swept = join_all(decision.lost_nodes.iter().map(|node| stage.sweep(node))).await;
    // First their nodes, so that what takes their place is not bound to them.
    let lost = join_all(decision.lost_pods.iter().map(|pod| stage.lose(pod))).await;
    let released = join_all(decision.releases.iter().map(|host| stage.release(host))).await;
    let pruned = vec![stage.prune(&decision.prunes).await];
    let all = [sent, proven, drained, evicted, ended, swept, lost, released, pruned];
    let faults: Vec<&Fault> = all.iter().flatten().filter_map(|result| result.as_ref().err()).collect();
    for fault in &faults {
        tracing::warn!(object = tenant.label(), %fault, "a change of the pool failed");
    }
    faults.len()
}

struct Stage<'a> {
    tenant: &'a ClientTenant,
    scene: &'a Scene,
    context: &'a Context,
    name: String,
}

impl Stage<'_> {
    fn fence(&self) -> Result<(), Fault> {
        if self.context.fence.holds() { Ok(()) } else { Err(not_leading()) }
    }

    fn instance_of(&self, node: &str) -> Option<&Instance> {
        let node = self.scene.nodes.iter().find(|known| known.name == node)?;
        self.scene.instances.iter().find(|instance| instance.id == node.instance)
    }

    async fn send(&self, intent: &LaunchIntent) -> Result<(), Fault> {
        self.fence()?;
        let launching = self.scene.launching(self.tenant);
        match self.scene.account.launch(intent, &launching).await {
            Ok(()) => {
                self.remember(|memory| memory.refusal = None);
                let what = if intent.subnet.is_empty() { "Dedicated Host" } else { "instance" };
                let message = format!("launching {what} of {} for pod {}", intent.type_, intent.pod);
                report::publish(self.tenant, "NodeLaunching", &message, false, self.context).await;
                Ok(())
            }
            Err(fault) => self.refused(intent, fault).await,
        }
    }

    /// What AWS has clearly not done is given up, so that another place or a later time can be tried.
    async fn refused(&self, intent: &LaunchIntent, fault: Fault) -> Result<(), Fault> {
        let now = self.scene.now;
        match fault.class {
            FaultClass::Capacity => {
                self.context.metrics.no_capacity(&intent.type_);
                let place = if intent.subnet.is_empty() { &intent.zone } else { &intent.subnet };
                self.remember(|memory| {
                    memory.shortages.insert((intent.type_.clone(), place.clone()), now + SHORT_SECONDS);
                    memory.refused.insert(intent.token.clone());
                });
                Ok(())
            }
            FaultClass::Denied | FaultClass::Invalid | FaultClass::NotFound | FaultClass::Quota => {
                let refusal = Refusal { reason: "LaunchRefused".into(), message: fault.to_string() };
                self.remember(|memory| {
                    memory.refused.insert(intent.token.clone());
                    memory.refusal = Some(refusal);
                    memory.patience = now + PATIENCE;
                });
                report::publish(self.tenant, "LaunchRefused", &fault.to_string(), true, self.context).await;
                Err(fault)
            }
            // It may have been done: it is sent again as it was.
            _ => Err(fault),
        }
    }

    fn remember(&self, change: impl FnOnce(&mut cloister_core::pool::Memory)) {
        self.context.pools.with(&Object::uid(self.tenant), |kept| change(&mut kept.memory));
    }

    async fn prove(&self, node: &str) -> Result<(), Fault> {
        self.fence()?;
        let Some(instance) = self.instance_of(node) else { return Ok(()) };
        if marks::prove(&self.context.client, node, &instance.id, &self.name).await? {
            let created = self.scene.nodes.iter().find(|known| known.name == node).map_or(0, |n| n.created);
            self.context.metrics.launched(created - instance.launched, self.scene.now - instance.launched);
            let host = instance.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
            let message =
                format!("node {node} is proven: {} of tenancy {}{host}", instance.id, instance.tenancy);
            report::publish(self.tenant, "NodeProven", &message, false, self.context).await;
        }
        Ok(())
    }

    async fn drain(&self, node: &str, why: &str) -> Result<(), Fault> {
        self.fence()?;
        let Some(instance) = self.instance_of(node) else { return Ok(()) };
        if marks::drain(&self.context.client, node, &instance.id, why).await? {
            let message = format!("node {node} takes no more pods: {why}");
            report::publish(self.tenant, "NodeDraining", &message, why == "NotAsDeclared", self.context)
                .await;
        }
        Ok(())
    }

    async fn evict(&self, uid: &str) -> Result<(), Fault> {
        self.fence()?;
        let Some(pod) = self.scene.pods.iter().find(|pod| pod.uid == uid) else { return Ok(()) };
        marks::evict(&self.context.client, &self.name, &pod.name).await
    }

    async fn end(&self, ending: &Ending) -> Result<(), Fault> {
        if let Some(node) = &ending.node
            && marks::is_busy(&self.context.client, node).await?
        {
            return Ok(());
        }
        self.fence()?;
        self.scene.account.terminate(&ending.instance).await?;
        let message = format!("instance {} is terminated: {}", ending.instance, ending.message);
        let warning = ending.reason != "Drained";
        report::publish(self.tenant, "NodeTerminated", &message, warning, self.context).await;
        Ok(())
    }

    async fn sweep(&self, node: &str) -> Result<(), Fault> {
        self.fence()?;
        let known = self.scene.nodes.iter().find(|known| known.name == node);
        let Some(known) = known else { return Ok(()) };
        marks::delete(&self.context.client, node, &known.instance).await
    }

    async fn lose(&self, uid: &str) -> Result<(), Fault> {
        self.fence()?;
        let Some(pod) = self.scene.pods.iter().find(|pod| pod.uid == uid) else { return Ok(()) };
        if !lost::fail(&self.context.client, &self.name, pod).await? {
            return Ok(());
        }
        let node = pod.node.as_deref().unwrap_or_default();
        let message = format!("pod {} is lost: the instance of node {node} was terminated", pod.name);
        report::publish(self.tenant, "PodLost", &message, true, self.context).await;
        Ok(())
    }

    async fn prune(&self, versions: &[i64]) -> Result<(), Fault> {
        if versions.is_empty() {
            return Ok(());
        }
        self.fence()?;
        self.scene.account.delete_template_versions(&self.scene.template, versions).await?;
        self.remember(|memory| memory.pruned.extend(versions));
        Ok(())
    }

    async fn release(&self, host: &str) -> Result<(), Fault> {
        self.fence()?;
        self.scene.account.release_host(host).await
    }
}

/// Seconds until a launch is tried again that was refused as it is.
const PATIENCE: i64 = 60;
