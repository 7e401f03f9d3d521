"""What a pod finds in its containers and what is told of it, as under kubelet."""

import base64
import json
import time

from e2e.kinds import Object, condition
from local.waiting import wait_for
from nodes.podspecs import is_over, is_running, pod, terminated
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


def _over(site: Site, manifest: Object) -> Object:
    site.cluster.create(manifest, "default")
    found = site.cluster.wait("Pod", manifest["metadata"]["name"], is_over, "default", timeout=60)
    assert found is not None
    return found


def _running(site: Site, manifest: Object) -> Object:
    site.cluster.create(manifest, "default")
    found = site.cluster.wait("Pod", manifest["metadata"]["name"], is_running, "default", timeout=60)
    assert found is not None
    return found


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
    found = _over(site, manifest)
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
    lines = site.log(_over(site, pod("environment", "", node=node, container=container, metadata=labels))).splitlines()
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
    log = site.log(_over(site, manifest))
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
    found = _over(site, base)
    assert site.log(found) == "1\n2\n"
    assert [one["ready"] for one in found["status"]["initContainerStatuses"]] == [True, True]


def test_a_pod_fails_with_its_init_container(site: Site, node: str) -> None:
    manifest = pod("bad-start", "true", node=node)
    manifest["spec"]["initContainers"] = [{**manifest["spec"]["containers"][0], "name": "first", "command": ["false"]}]
    found = _over(site, manifest)
    assert found["status"]["phase"] == "Failed"
    assert found["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "PodInitializing"


def test_the_termination_message_is_what_the_container_wrote(site: Site, node: str) -> None:
    script = "echo noise; echo 12 rows are bad > /dev/termination-log; exit 3"
    ended = terminated(_over(site, pod("message", script, node=node, container={"securityContext": _RESTRICTED})))
    assert (ended["exitCode"], ended["reason"], ended["message"]) == (3, "Error", "12 rows are bad\n")
    assert ended["startedAt"] <= ended["finishedAt"]


def test_the_termination_message_falls_back_to_the_log_on_error_alone(site: Site, node: str) -> None:
    fallback = {"terminationMessagePolicy": "FallbackToLogsOnError", "terminationMessagePath": "/end"}
    ended = terminated(_over(site, pod("falls-back", "echo last words; exit 1", node=node, container=fallback)))
    assert ended["message"] == "last words\n"
    ended = terminated(_over(site, pod("no-need", "echo last words", node=node, container=fallback)))
    assert (ended["reason"], "message" in ended) == ("Completed", False)


def test_sigterm_comes_first_and_sigkill_when_the_grace_is_over(site: Site, node: str) -> None:
    for name, trap, code in (("listens", "exit 7", 7), ("deaf", "", 137)):
        script = f"trap '{trap}' TERM; echo ready; while :; do sleep 0.05; done"
        manifest = pod(name, script, node=node, terminationGracePeriodSeconds=2)
        # A finalizer keeps the object, so that the last of it can be read.
        manifest["metadata"]["finalizers"] = ["cloister.dev/test"]
        found = _running(site, manifest)
        wait_for("its trap", lambda found=found: "ready" in site.log(found))  # type: ignore[misc]
        site.cluster.delete("Pod", name, "default")
        last = site.cluster.wait("Pod", name, is_over, "default", timeout=30)
        assert terminated(last)["exitCode"] == code
        site.cluster.patch("Pod", name, {"metadata": {"finalizers": None}}, "default")
        site.cluster.wait_gone("Pod", name, "default")


def test_the_hook_runs_in_the_container_before_sigterm(site: Site, node: str) -> None:
    script = "trap 'cat /tmp/hook; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "echo from $(hostname) > /tmp/hook"]}}}
    found = _running(site, pod("hooked", script, node=node, container={"lifecycle": hook}))
    wait_for("its trap", lambda: "ready" in site.log(found))
    site.cluster.delete("Pod", "hooked", "default")
    site.cluster.wait_gone("Pod", "hooked", "default")
    assert site.log(found).splitlines() == ["ready", "from hooked"]


def test_a_failing_container_is_restarted_with_back_off(site: Site, node: str) -> None:
    manifest = pod("again", "echo started; exit 1", node=node, restartPolicy="OnFailure")
    site.cluster.create(manifest, "default")

    def backs_off(found: Object | None) -> bool:
        state = ((found or {}).get("status", {}).get("containerStatuses") or [{}])[0]
        return bool(state.get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff")

    found = site.cluster.wait("Pod", "again", backs_off, "default", timeout=30)
    assert found is not None
    (status,) = found["status"]["containerStatuses"]
    assert found["status"]["phase"] == "Running"
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 1
    assert site.log(found, attempt=1) == "started\n"
    site.cluster.delete("Pod", "again", "default")


def test_a_pod_past_its_own_deadline_fails_with_the_reason(site: Site, node: str) -> None:
    manifest = pod("late", "sleep 600", node=node, activeDeadlineSeconds=2, terminationGracePeriodSeconds=1)
    found = _over(site, manifest)
    assert found["status"]["reason"] == "DeadlineExceeded"
    assert terminated(found)["exitCode"] == 137


def test_an_image_that_nobody_has_backs_off(site: Site, node: str) -> None:
    image = "registry.example/nothing@sha256:" + "0" * 64
    site.cluster.create(pod("no-image", "true", node=node, container={"image": image}), "default")
    seen: set[str] = set()

    def backs_off(found: Object | None) -> bool:
        for status in (found or {}).get("status", {}).get("containerStatuses", []):
            seen.add(status["state"]["waiting"]["reason"])
        return "ImagePullBackOff" in seen

    site.cluster.wait("Pod", "no-image", backs_off, "default")
    assert "ErrImagePull" in seen
    site.cluster.delete("Pod", "no-image", "default")


def test_what_is_missing_is_told_and_waited_for(site: Site, node: str) -> None:
    env = {"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "later", "key": "x"}}}]}
    site.cluster.create(pod("waits", "echo $X", node=node, container=env), "default")

    def says(found: Object | None) -> bool:
        for status in (found or {}).get("status", {}).get("containerStatuses", []):
            waiting = status["state"].get("waiting", {})
            return bool(waiting.get("reason") == "CreateContainerConfigError" and "later" in waiting.get("message", ""))
        return False

    site.cluster.wait("Pod", "waits", says, "default")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "later"}, "stringData": {"x": "here"}}
    site.cluster.create(secret, "default")
    found = site.cluster.wait("Pod", "waits", is_over, "default", timeout=60)
    assert found is not None
    assert site.log(found) == "here\n"


def test_root_is_refused_where_the_pod_forbids_it(site: Site, node: str) -> None:
    site.cluster.create(pod("root", "true", node=node, securityContext={"runAsNonRoot": True}), "default")

    def refused(found: Object | None) -> bool:
        return "image will run as root" in json.dumps((found or {}).get("status", {}))

    site.cluster.wait("Pod", "root", refused, "default")
    site.cluster.delete("Pod", "root", "default")


def test_what_the_local_nodes_cannot_do_fails_the_pod_and_says_what(site: Site, node: str) -> None:
    probe = {"readinessProbe": {"exec": {"command": ["true"]}}}
    found = _over(site, pod("probed", "true", node=node, container=probe))
    assert found["status"]["reason"] == "UnsupportedByLocalNode"
    assert "container main: readinessProbe" in found["status"]["message"]


def test_a_running_pod_is_ready_and_says_since_when(site: Site, node: str) -> None:
    found = _running(site, pod("ready", "sleep 600", node=node))
    for name in ("PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready", "PodScheduled"):
        assert condition(found, name)["status"] == "True", name
    assert found["status"]["hostIP"] == "10.0.0.1"
    site.cluster.delete("Pod", "ready", "default")
