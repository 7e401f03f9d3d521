"""The real Job controller, the real scheduler, real exit codes."""

from e2e.cluster import Cluster
from e2e.kinds import Object, condition
from nodes.podspecs import pod
from nodes.site import Site


def _job(name: str, node: str, script: str, **spec: object) -> Object:
    template = pod(name, script, node=node)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"template": {"spec": template["spec"]}, **spec},
    }


def _is_done(job: Object | None) -> bool:
    return job is not None and any(condition(job, end).get("status") == "True" for end in ("Complete", "Failed"))


def _done(cluster: Cluster, name: str) -> Object:
    found = cluster.wait("Job", name, _is_done, "default", timeout=90)
    assert found is not None
    return found


def test_a_job_of_two_attempts_completes_at_the_second(site: Site, node: str) -> None:
    script = 'exit "$(cat /config/code)"'
    cluster = site.cluster
    cluster.create(
        {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "exit"}, "data": {"code": "9"}}, "default"
    )
    job = _job("second-try", node, script, backoffLimit=3)
    spec = job["spec"]["template"]["spec"]
    spec["volumes"] = [{"name": "config", "configMap": {"name": "exit"}}]
    spec["containers"][0]["volumeMounts"] = [{"name": "config", "mountPath": "/config"}]
    cluster.create(job, "default")
    cluster.wait(
        "Job", "second-try", lambda one: (one or {}).get("status", {}).get("failed") == 1, "default", timeout=60
    )
    cluster.patch("ConfigMap", "exit", {"data": {"code": "0"}}, "default")
    status = _done(cluster, "second-try")["status"]
    assert status["succeeded"] == 1
    assert status["failed"] == 1
    codes = sorted(
        one["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"]
        for one in cluster.every("Pod", "default")
        if one["metadata"].get("labels", {}).get("job-name") == "second-try"
    )
    assert codes == [0, 9]


def test_a_pod_failure_policy_sees_the_exit_code(site: Site, node: str) -> None:
    rule = {"action": "FailJob", "onExitCodes": {"containerName": "main", "operator": "In", "values": [40]}}
    site.cluster.create(
        _job("hopeless", node, "exit 40", backoffLimit=5, podFailurePolicy={"rules": [rule]}), "default"
    )
    failed = condition(_done(site.cluster, "hopeless"), "Failed")
    assert failed["reason"] == "PodFailurePolicy"
    assert "exit code 40" in failed["message"]


def test_a_job_past_its_deadline_is_ended(site: Site, node: str) -> None:
    site.cluster.create(_job("slow", node, "sleep 600", activeDeadlineSeconds=3), "default")
    assert condition(_done(site.cluster, "slow"), "Failed")["reason"] == "DeadlineExceeded"
