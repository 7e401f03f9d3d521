//! Who wakes a pool.

use cloister_core::ownership::TENANT;
use cloister_crds::ClientTenant;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use kube::{Api, Client, ResourceExt as _};
use tokio::task::JoinSet;

use super::cache::Kept;
use super::{Watched, gather, view};
use crate::api::Object;
use crate::queues::{Wake, send};
use crate::watch::{FirstSight, Route, fingerprint, watch};

/// One watch for the pods of all tenants and one for their nodes: both carry the tenant's label.
pub fn watch_pods_and_nodes(client: &Client, to: &Wake<ClientTenant>, tasks: &mut JoinSet<()>) -> Watched {
    let (pods, keep_pods) = Kept::new(view::pod);
    let (nodes, keep_nodes) = Kept::new(view::labelled_node);
    let watched = Watched::new(pods, nodes);
    let labelled = || watcher::Config::default().labels(TENANT);
    let living = labelled().fields("status.phase!=Succeeded,status.phase!=Failed");
    let pods: Api<Pod> = Api::all(client.clone());
    tasks.spawn(watch(pods, living, keep_pods, vec![wake_pool_of_pod(to)]));
    let nodes: Api<Node> = Api::all(client.clone());
    tasks.spawn(watch(nodes, labelled(), keep_nodes, vec![wake_pool_of_node(to)]));
    watched
}

fn wake_pool_of_pod(to: &Wake<ClientTenant>) -> Route<Pod> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|pod| {
            let digest = view::pod(pod);
            fingerprint(digest.map(|pod| (pod.uid, pod.node, pod.unschedulable, pod.leaving)))
        }),
        wake: Box::new(move |pod| send(&to, ObjectRef::new(&pod.namespace().unwrap_or_default()))),
        first_sight: FirstSight::WakesLater,
    }
}

fn wake_pool_of_node(to: &Wake<ClientTenant>) -> Route<Node> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|node| {
            let seen = view::node(node);
            let marks = (seen.proven, seen.unproven_taint, seen.tenant_taint, seen.draining, seen.ready);
            fingerprint((seen.instance, marks))
        }),
        wake: Box::new(move |node| {
            if let Some(tenant) = node.labels().get(TENANT) {
                send(&to, ObjectRef::new(tenant));
            }
        }),
        first_sight: FirstSight::WakesLater,
    }
}

/// Its declaration, its end, and what nodes are launched from.
pub fn wake_pool_of_tenant(to: &Wake<ClientTenant>) -> Route<ClientTenant> {
    let to = to.clone();
    Route {
        fingerprint: Box::new(|tenant| {
            let basis = (Object::uid(tenant), Object::generation(tenant), tenant.is_leaving());
            fingerprint((basis, gather::standing(tenant)))
        }),
        wake: Box::new(move |tenant| {
            if tenant.spec.nodes.is_some() {
                send(&to, ObjectRef::from_obj(tenant));
            }
        }),
        first_sight: FirstSight::Wakes,
    }
}
