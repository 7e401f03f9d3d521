import json
import subprocess
from pathlib import Path

import pytest

from local import binaries
from local.controlplane import ControlPlane
from local.errors import PlatformError
from local.waiting import wait_for

_QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: one, namespace: counted}
spec: {hard: {secrets: 1}}
"""
_READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: limited}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: reader, namespace: limited}]
"""


def test_it_is_the_version_that_the_module_pins(control_plane: ControlPlane) -> None:
    versions = json.loads(control_plane.kubectl("version", "--output=json"))
    pinned = binaries.kubernetes_version()
    assert versions["serverVersion"]["gitVersion"] == pinned
    assert versions["clientVersion"]["gitVersion"] == pinned


def test_a_namespace_gets_its_default_account_and_goes_again(
    control_plane: ControlPlane,
) -> None:
    control_plane.kubectl("create", "namespace", "fleeting")
    find = ["get", "serviceaccounts", "--namespace=fleeting", "--output=name"]
    wait_for("the account", lambda: "/default" in control_plane.kubectl(*find))
    control_plane.kubectl("delete", "namespace", "fleeting", "--timeout=20s")


def test_a_quota_is_enforced(control_plane: ControlPlane) -> None:
    kubectl = control_plane.kubectl
    kubectl("create", "namespace", "counted")
    kubectl("apply", "--filename=-", stdin=_QUOTA)
    counted = ["--namespace=counted", "--output=jsonpath={.status.hard.secrets}"]
    wait_for("the count", lambda: kubectl("get", "quota", "one", *counted) == "1")
    secret = ["create", "secret", "generic", "--namespace=counted"]
    kubectl(*secret, "first")
    with pytest.raises(PlatformError, match="exceeded quota: one"):
        kubectl(*secret, "second")


def test_a_service_account_has_only_its_own_rights(control_plane: ControlPlane, tmp_path: Path) -> None:
    control_plane.kubectl("create", "namespace", "limited")
    control_plane.kubectl("create", "serviceaccount", "reader", "--namespace=limited")
    control_plane.kubectl("apply", "--filename=-", stdin=_READER)
    limited = control_plane.service_account_kubeconfig("limited", "reader", tmp_path / "kubeconfig")

    def may(*question: str) -> bool:
        tool = str(control_plane.layout.binaries / "kubectl")
        command = [tool, f"--kubeconfig={limited}", "auth", "can-i", "--quiet", *question]
        return subprocess.run(command).returncode == 0

    assert may("get", "configmaps", "--namespace=limited")
    assert not may("create", "configmaps", "--namespace=limited")
    assert not may("get", "configmaps", "--namespace=default")


def test_the_audit_log_tells_who_wrote_what(control_plane: ControlPlane) -> None:
    control_plane.kubectl("create", "configmap", "seen", "--from-literal=key=value")
    (event,) = [
        event
        for event in control_plane.audit()
        if event["verb"] == "create" and event["objectRef"].get("name") == "seen"
    ]
    assert event["user"]["username"] == "admin"
    assert event["requestObject"]["data"] == {"key": "value"}


def test_a_killed_api_server_comes_back_with_its_data(control_plane: ControlPlane) -> None:
    control_plane.kubectl("create", "configmap", "kept")
    control_plane.restart("kube-apiserver")
    assert "kept" in control_plane.kubectl("get", "configmaps", "--output=name")


def test_two_run_side_by_side_and_stop_without_a_trace(control_plane: ControlPlane, tmp_path: Path) -> None:
    other = ControlPlane(tmp_path)
    other.start()
    processes = list(other.processes)
    assert len(processes) == 4
    assert other.url != control_plane.url
    assert all(process.alive() for process in processes)
    other.stop()
    assert not any(process.alive() for process in processes)
    assert control_plane.ready()
