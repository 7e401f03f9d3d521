"""What a container finds around it, as under kubelet."""

import base64
import json
import time

from e2e.kinds import Object
from nodes.podspecs import over, pod, terminated
from nodes.site import PYTHON_IMAGE, Site

_ASK = """
import json, os, ssl, urllib.request
folder = "/var/run/secrets/kubernetes.io/serviceaccount"
token = open(f"{folder}/token").read()
address = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
request = urllib.request.Request(
    f"{address}/apis/authentication.k8s.io/v1/selfsubjectreviews",
    json.dumps(review).encode(),
    {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
)
trust = ssl.create_default_context(cafile=f"{folder}/ca.crt")
print(json.load(urllib.request.urlopen(request, context=trust))["status"]["userInfo"]["username"])
print(open(f"{folder}/namespace").read())
print(open("/aws/token").read())
"""
_RESTRICTED = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def test_a_projected_token_speaks_to_the_api_server_from_inside_the_pod(site: Site, node: str) -> None:
    token = {"audience": "sts.amazonaws.com", "expirationSeconds": 3600, "path": "token"}
    manifest = pod(
        "speaks",
        "",
        node=node,
        container={
            "image": PYTHON_IMAGE,
            "command": None,
            "args": ["-c", _ASK],
            "securityContext": _RESTRICTED,
            "volumeMounts": [{"name": "aws", "mountPath": "/aws"}],
        },
        volumes=[{"name": "aws", "projected": {"sources": [{"serviceAccountToken": token}]}}],
    )
    found = over(site, manifest)
    lines = site.log(found).splitlines()
    assert terminated(found)["exitCode"] == 0, lines
    assert lines[:2] == ["system:serviceaccount:default:default", "default"]
    claims = json.loads(base64.urlsafe_b64decode(lines[2].split(".")[1] + "=="))
    assert claims["aud"] == ["sts.amazonaws.com"]
    assert claims["kubernetes.io"]["pod"]["uid"] == found["metadata"]["uid"]
    assert 3500 < claims["exp"] - time.time() <= 3600


def test_the_environment_comes_from_all_its_sources(site: Site, node: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "env"}, "stringData": {"user": "loader"}}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "env"}, "data": {"SIZE": "3"}}
    site.cluster.create(secret, "default")
    site.cluster.create(settings, "default")
    container = {
        "command": ["sh", "-c", "env; echo $(GREETING); pwd"],
        "workingDir": "/work-here",
        "envFrom": [{"prefix": "MAP_", "configMapRef": {"name": "env"}}],
        "env": [
            {"name": "WHO", "valueFrom": {"secretKeyRef": {"name": "env", "key": "user"}}},
            {"name": "GREETING", "value": "hello-$(WHO)-$(MAP_SIZE)-$(NOBODY)"},
            {"name": "NOT_THERE", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "y", "optional": True}}},
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "TEAM", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['team']"}}},
            {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
        ],
        "resources": {"limits": {"memory": "64Mi"}},
    }
    labels = {"labels": {"team": "data"}}
    lines = site.log(over(site, pod("environment", "", node=node, container=container, metadata=labels))).splitlines()
    # As after an expansion by kubelet: the shell gets the value, and then the unknown as it was.
    for line in ("FROM_IMAGE=yes", "MAP_SIZE=3", "WHO=loader", f"NODE={node}", "TEAM=data", "MEMORY=64"):
        assert line in lines
    assert "GREETING=hello-loader-3-$(NOBODY)" in lines
    assert not any(line.startswith("NOT_THERE") for line in lines)
    assert "/work-here" in lines


def test_volumes_of_all_kinds_are_mounted(site: Site, node: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "files"}, "stringData": {"key": "s3cret"}}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "files"}, "data": {"a": "A", "b": "B"}}
    site.cluster.create(secret, "default")
    site.cluster.create(settings, "default")
    volumes: list[Object] = [
        {"name": "disk", "emptyDir": {}},
        {"name": "memory", "emptyDir": {"medium": "Memory"}},
        {"name": "map", "configMap": {"name": "files", "items": [{"key": "a", "path": "deep/a"}]}},
        {"name": "secret", "secret": {"secretName": "files", "defaultMode": 0o400}},
        {
            "name": "self",
            "downwardAPI": {"items": [{"path": "team", "fieldRef": {"fieldPath": "metadata.labels['team']"}}]},
        },
    ]
    mounts = [{"name": one["name"], "mountPath": f"/v/{one['name']}"} for one in volumes]
    mounts.append({"name": "disk", "mountPath": "/etc/part", "subPath": "below"})
    script = """
        cat /v/map/deep/a /v/secret/key /v/self/team; echo
        stat -L -c %a /v/secret/key; echo x > /etc/part/file; cat /v/disk/below/file
        df --output=fstype /v/memory | tail -1; touch /v/map/new"""
    container = {"volumeMounts": mounts, "securityContext": {"readOnlyRootFilesystem": True}}
    labels = {"labels": {"team": "data"}}
    manifest = pod("volumes", script, node=node, volumes=volumes, container=container, metadata=labels)
    log = site.log(over(site, manifest))
    assert log.splitlines()[:4] == ["As3cretdata", "400", "x", "tmpfs"]
    assert "'/v/map/new': Read-only file system" in log


def test_init_containers_run_one_by_one_before_the_others(site: Site, node: str) -> None:
    mount = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}
    base = pod("order", "cat /shared/steps", node=node, container=mount, volumes=[{"name": "shared", "emptyDir": {}}])
    first = {
        **base["spec"]["containers"][0],
        "name": "one",
        "command": ["sh", "-c", "sleep 0.3; echo 1 >> /shared/steps"],
    }
    second = {**first, "name": "two", "command": ["sh", "-c", "echo 2 >> /shared/steps"]}
    base["spec"]["initContainers"] = [first, second]
    found = over(site, base)
    assert site.log(found) == "1\n2\n"
    assert [one["ready"] for one in found["status"]["initContainerStatuses"]] == [True, True]


def test_a_pod_fails_with_its_init_container(site: Site, node: str) -> None:
    manifest = pod("bad-start", "true", node=node)
    manifest["spec"]["initContainers"] = [{**manifest["spec"]["containers"][0], "name": "first", "command": ["false"]}]
    found = over(site, manifest)
    assert found["status"]["phase"] == "Failed"
    assert found["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "PodInitializing"


def test_the_termination_message_is_what_the_container_wrote(site: Site, node: str) -> None:
    script = "echo noise; echo 12 rows are bad > /dev/termination-log; exit 3"
    ended = terminated(over(site, pod("message", script, node=node, container={"securityContext": _RESTRICTED})))
    assert (ended["exitCode"], ended["reason"], ended["message"]) == (3, "Error", "12 rows are bad\n")
    assert ended["startedAt"] <= ended["finishedAt"]


def test_the_termination_message_falls_back_to_the_log_on_error_alone(site: Site, node: str) -> None:
    fallback = {"terminationMessagePolicy": "FallbackToLogsOnError", "terminationMessagePath": "/end"}
    ended = terminated(over(site, pod("falls-back", "echo last words; exit 1", node=node, container=fallback)))
    assert ended["message"] == "last words\n"
    ended = terminated(over(site, pod("no-need", "echo last words", node=node, container=fallback)))
    assert (ended["reason"], "message" in ended) == ("Completed", False)
