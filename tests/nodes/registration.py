"""How a node joins and stays: Node object, Lease, heartbeats, all in its own name.

As in kubelet, the object is made when the node starts and at no other time: one that is deleted stays away until then.
"""

import time

import requests

from nodes.api import MERGE, Api, ApiError, Object
from nodes.context import log
from nodes.instances import Instance
from nodes.kubelet import Kubelet
from nodes.machine import default_labels, node_object, node_status
from nodes.times import now_micro

_LEASE_SECONDS = 40
# kubelet's nodeStatusReportFrequency: how often it says that nothing has changed.
_REPORT_SECONDS = 300.0
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_NODES = "/api/v1/nodes"


class Registration:
    def __init__(self, api: Api, instance: Instance, kubelet: Kubelet) -> None:
        self._api = api
        self._instance = instance
        self._kubelet = kubelet
        self._name = instance.private_dns_name
        self._lease: Object | None = None
        self._reported_at = 0.0
        self._missed = False

    def register(self) -> None:
        try:
            node = self._api.post(_NODES, node_object(self._instance, self._kubelet))
        except ApiError as error:
            if error.code != requests.codes.conflict:
                raise
            self._adopt(self._api.get(f"{_NODES}/{self._name}"))
        else:
            log.info("%s: registered as %s", self._name, node["spec"]["providerID"])
        self._reported_at = time.time()

    def _adopt(self, node: Object) -> None:
        """Of an object that is there already kubelet corrects its default labels and the status, no more."""
        labels = default_labels(self._instance)
        if not labels.items() <= node["metadata"].get("labels", {}).items():
            self._api.patch(f"{_NODES}/{self._name}", {"metadata": {"labels": labels}}, MERGE)
        self._report()
        log.info("%s: had been registered before", self._name)

    def beat(self) -> None:
        """Every ten seconds."""
        self._renew()
        node = self._api.find(f"{_NODES}/{self._name}", resourceVersion="0")
        if node is None:
            if not self._missed:
                log.warning("%s: the Node object is gone; it comes back only when the node starts anew", self._name)
            self._missed = True
            return
        self._missed = False
        ready = [one["status"] for one in node["status"].get("conditions", []) if one["type"] == "Ready"]
        if ready != ["True"] or time.time() - self._reported_at > _REPORT_SECONDS:
            self._report()

    def _report(self) -> None:
        self._api.patch(f"{_NODES}/{self._name}/status", {"status": node_status(self._instance, self._kubelet)})
        self._reported_at = time.time()

    def _renew(self) -> None:
        lease = self._lease or self._api.find(f"{_LEASES}/{self._name}")
        spec = {
            "holderIdentity": self._name,
            "leaseDurationSeconds": _LEASE_SECONDS,
            "renewTime": now_micro(),
        }
        if lease is None:
            meta = {"name": self._name, "namespace": "kube-node-lease", "ownerReferences": self._owner()}
            fresh = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec}
            self._lease = self._api.post(_LEASES, fresh)
            return
        # Asked for anew after any failure: somebody may have touched it.
        self._lease = None
        self._lease = self._api.put(f"{_LEASES}/{self._name}", lease | {"spec": lease["spec"] | spec})

    def _owner(self) -> list[Object]:
        node = self._api.find(f"{_NODES}/{self._name}")
        if node is None:
            return []
        return [{"apiVersion": "v1", "kind": "Node", "name": self._name, "uid": node["metadata"]["uid"]}]
