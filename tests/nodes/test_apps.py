"""The pod of an application: two containers that share a socket in memory, each with a token of its own."""

import base64
import json
import os
import signal
import time
from collections.abc import Iterator

import pytest
import requests

from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.waiting import until
from local.workers import application
from nodes.fields import pod_ip
from nodes.site import PYTHON_IMAGE, Site

NAMESPACE = "apps"
APP_IMAGE = "registry.example/claims-dashboard@sha256:" + "a" * 64
# In the door's place: it listens on the pod's address and asks the application by the socket. It shows what it finds.
_DOOR = """
import http.client, http.server, os, pathlib, signal, socket, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/readyz":
            asked = http.client.HTTPConnection("app")
            asked.sock = socket.socket(socket.AF_UNIX)
            try:
                asked.sock.connect("/run/cloister/app/app.sock")
                asked.request("GET", "/healthz")
                self.answer(asked.getresponse().status, b"")
            except OSError:
                self.answer(503, b"")
        else:
            self.answer(200, pathlib.Path(self.path).read_bytes() if "/" in self.path[1:] else os.environ[self.path[1:]].encode())
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *told): pass
server = http.server.ThreadingHTTPServer((os.environ["POD_IP"], 9090), Handler)
def end(*_):
    pathlib.Path("/var/lib/cloister/access/last").write_text("shipped")
    print("ended in order", flush=True)
    threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, end)
server.serve_forever()
"""  # noqa: E501  # a program of its own
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def _token(name: str, audience: str) -> Object:
    source = {"serviceAccountToken": {"audience": audience, "expirationSeconds": 3600, "path": "token"}}
    return {"name": name, "projected": {"sources": [source], "defaultMode": 0o440}}


def _field(name: str, path: str) -> Object:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _door() -> Object:
    probe = {"httpGet": {"path": "/readyz", "port": "metrics"}, "periodSeconds": 1, "failureThreshold": 1}
    mounts = {"socket": "/run/cloister/app", "spool": "/var/lib/cloister/access", "door": "/etc/cloister/door",
              "sign-in": "/etc/cloister/sign-in", "door-token": "/var/run/secrets/cloister.dev/aws"}  # fmt: skip
    return {
        "name": "door",
        "image": PYTHON_IMAGE,
        "command": ["python", "-c", _DOOR],
        "ports": [{"name": "metrics", "containerPort": 9090}],
        "env": [_field("POD_IP", "status.podIP"), _field("POD_NAME", "metadata.name")],
        "readinessProbe": probe,
        "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
        "securityContext": _RESTRICTED,
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }


def _app() -> Object:
    warehouse = {"cluster": "acme", "database": "acme", "schema": "claims"}
    told = {"tenant": "acme-health", "app": "claims", "region": "us-east-1", "warehouse": warehouse}
    mounts = {"tmp": "/tmp", "socket": "/run/cloister/app", "aws-token": "/var/run/secrets/cloister.dev/aws"}
    return {
        "name": "app",
        "image": APP_IMAGE,
        "env": [
            {"name": "CLOISTER_APP", "value": json.dumps(told)},
            {"name": "CLOISTER_APP_SOCKET", "value": "/run/cloister/app/app.sock"},
        ],
        "securityContext": _RESTRICTED,
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }


def _pod(labels: dict[str, str]) -> Object:
    return {
        "serviceAccountName": "app-claims",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 20,
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [{
            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": labels},
        }],
        "nodeSelector": {"cloister.dev/pool": "apps"},
        "containers": [_door(), _app()],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {"name": "socket", "emptyDir": {"medium": "Memory"}},
            {"name": "spool", "emptyDir": {}},
            {"name": "door", "configMap": {"name": "app-claims-door"}},
            {"name": "sign-in", "secret": {"secretName": "claims-sign-in", "defaultMode": 0o440}},
            _token("door-token", "door.cloister.dev"),
            _token("aws-token", "sts.amazonaws.com"),
        ],
    }  # fmt: skip


def _is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


@pytest.fixture(scope="module")
def pods(site: Site) -> Iterator[list[Object]]:
    """Two, of one Deployment, on two nodes."""
    site.add_images({APP_IMAGE: application({})})
    flags = ["--node-labels=cloister.dev/pool=apps"]
    for number in (41, 42):
        site.boot(number, flags=flags)
    meta, labels = {"namespace": NAMESPACE}, {"app": "claims"}
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    site.cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": restricted}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "app-claims", **meta}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app-claims-door", **meta},
         "data": {"door.json": "first"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "claims-sign-in", **meta},
         "stringData": {"client-secret": "first"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app-claims", **meta},
         "spec": {"replicas": 2, "selector": {"matchLabels": labels},
                  "template": {"metadata": {"labels": labels}, "spec": _pod(labels)}}},
    )  # fmt: skip

    def ready() -> list[Object]:
        return [pod for pod in site.cluster.every("Pod", NAMESPACE) if _is_ready(pod)]

    found = until("two pods are ready", ready, lambda found: len(found) == 2, timeout=60)
    yield sorted(found, key=lambda pod: str(pod["metadata"]["name"]))
    site.cluster.delete("Deployment", "app-claims", NAMESPACE)
    for number in (41, 42):
        site.terminate(number)


def _ask(pod: Object, path: str) -> requests.Response:
    return HTTP.get(f"http://{pod_ip(pod)}:9090/{path}", timeout=5)


def test_the_pods_are_on_two_nodes_and_know_their_names(pods: list[Object]) -> None:
    assert len({pod["spec"]["nodeName"] for pod in pods}) == 2
    assert len({pod["status"]["podIP"] for pod in pods}) == 2
    for pod in pods:
        assert _ask(pod, "POD_NAME").text == pod["metadata"]["name"]
        assert _ask(pod, "POD_IP").text == pod["status"]["podIP"]
        assert {one["name"]: one["ready"] for one in pod["status"]["containerStatuses"]} == {"door": True, "app": True}


def test_each_container_has_the_token_of_its_own_audience(site: Site, pods: list[Object]) -> None:
    token = _ask(pods[0], "/var/run/secrets/cloister.dev/aws/token").text
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == ["door.cloister.dev"]
    assert claims["sub"] == f"system:serviceaccount:{NAMESPACE}:app-claims"
    held = site.in_container(pods[0], "app", "cat", "/var/run/secrets/cloister.dev/aws/token")
    assert json.loads(base64.urlsafe_b64decode(held.split(".")[1] + "=="))["aud"] == ["sts.amazonaws.com"]
    for path in ("/etc/cloister", "/var/lib/cloister", "/var/run/secrets/kubernetes.io"):
        assert "No such file" in site.in_container(pods[0], "app", "ls", path), path


def test_what_is_mounted_follows_its_source(site: Site, pods: list[Object]) -> None:
    assert _ask(pods[0], "/etc/cloister/door/door.json").text == "first"
    site.cluster.patch("ConfigMap", "app-claims-door", {"data": {"door.json": "second"}}, NAMESPACE)
    site.cluster.patch("Secret", "claims-sign-in", {"stringData": {"client-secret": "second"}}, NAMESPACE)
    for path in ("/etc/cloister/door/door.json", "/etc/cloister/sign-in/client-secret"):
        until(path, lambda path=path: _ask(pods[0], path).text == "second", timeout=30)  # type: ignore[misc]


def test_an_application_that_died_is_started_again_and_all_ends_in_order(site: Site, pods: list[Object]) -> None:
    gone, name = pods[1], pods[1]["metadata"]["name"]
    os.kill(site.pid(gone, "app"), signal.SIGKILL)
    site.cluster.wait("Pod", name, lambda found: found is not None and _restarts(found) == 1, NAMESPACE, timeout=30)
    until("the application serves again", lambda: _ask(gone, "readyz").status_code == 200, timeout=30)
    since = time.monotonic()
    site.cluster.delete("Pod", name, NAMESPACE)
    site.cluster.wait_gone("Pod", name, NAMESPACE)
    assert 1 <= time.monotonic() - since < 15
    assert site.log(gone, "door").splitlines() == ["ended in order"]
    assert "Shutting down: Master" in site.log(gone, "app", 1)


def _restarts(pod: Object) -> int:
    return max(int(one["restartCount"]) for one in pod["status"]["containerStatuses"])
