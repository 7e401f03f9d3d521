"""How pods begin, wait and end, as under kubelet."""

import json

from e2e.kinds import Object, condition
from local.waiting import wait_for
from nodes.podspecs import is_over, over, pod, running, terminated
from nodes.site import PYTHON_IMAGE, Site


def test_sigterm_comes_first_and_sigkill_when_the_grace_isover(site: Site, node: str) -> None:
    for name, trap, code in (("listens", "exit 7", 7), ("deaf", "", 137)):
        script = f"trap '{trap}' TERM; echo ready; while :; do sleep 0.05; done"
        manifest = pod(name, script, node=node, terminationGracePeriodSeconds=2)
        # A finalizer keeps the object, so that the last of it can be read.
        manifest["metadata"]["finalizers"] = ["cloister.dev/test"]
        found = running(site, manifest)
        wait_for("its trap", lambda found=found: "ready" in site.log(found))  # type: ignore[misc]
        site.cluster.delete("Pod", name, "default")
        last = site.cluster.wait("Pod", name, is_over, "default", timeout=30)
        assert terminated(last)["exitCode"] == code
        site.cluster.patch("Pod", name, {"metadata": {"finalizers": None}}, "default")
        site.cluster.wait_gone("Pod", name, "default")


def test_the_hook_runs_in_the_container_before_sigterm(site: Site, node: str) -> None:
    script = "trap 'cat /tmp/hook; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "echo from $(hostname) > /tmp/hook"]}}}
    found = running(site, pod("hooked", script, node=node, container={"lifecycle": hook}))
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
    found = over(site, manifest)
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
    found = over(site, pod("probed", "true", node=node, container=probe))
    assert found["status"]["reason"] == "UnsupportedByLocalNode"
    assert "container main: readinessProbe" in found["status"]["message"]


def test_a_pod_is_ready_when_it_says_so_and_ended_when_it_no_longer_lives(site: Site, node: str) -> None:
    """Two at once, on one port: each has an address of its own."""
    serve = "mkdir /tmp/it && cd /tmp/it && touch lives && exec python -m http.server --bind $POD_IP 8000"
    get = {"periodSeconds": 1, "failureThreshold": 1, "timeoutSeconds": 5}
    container = {
        "image": PYTHON_IMAGE,
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "ports": [{"name": "http", "containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}} | get,
        "livenessProbe": {"httpGet": {"path": "/lives", "port": 8000}, "initialDelaySeconds": 2} | get,
    }
    for name, then in (("quick", "touch /tmp/it/ready"), ("ill", "sleep 4; rm /tmp/it/lives")):
        script = f"({then}) & {serve}" if name == "ill" else serve.replace("touch lives", "touch lives ready")
        manifest = pod(
            name, script, node=node, restartPolicy="Always", terminationGracePeriodSeconds=1, container=container
        )
        site.cluster.create(manifest, "default")

    def told(found: Object | None) -> Object:
        statuses = (found or {}).get("status", {}).get("containerStatuses") or [{}]
        return dict(statuses[0])

    site.cluster.wait("Pod", "quick", lambda found: bool(told(found).get("ready")), "default")
    ended = site.cluster.wait("Pod", "ill", lambda found: told(found).get("restartCount", 0) > 0, "default")
    assert not told(ended)["ready"]
    quick = site.cluster.get("Pod", "quick", "default")
    assert told(quick)["ready"] and told(quick)["restartCount"] == 0
    assert condition(quick, "Ready")["status"] == "True"
    for name in ("quick", "ill"):
        site.cluster.remove("Pod", name, "default")


def test_a_running_pod_is_ready_and_says_since_when(site: Site, node: str) -> None:
    found = running(site, pod("ready", "sleep 600", node=node))
    for name in ("PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready", "PodScheduled"):
        assert condition(found, name)["status"] == "True", name
    assert found["status"]["hostIP"] == "10.0.0.1"
    site.cluster.delete("Pod", "ready", "default")
