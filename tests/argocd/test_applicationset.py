"""One file in a directory is one client."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from argocd.engine import ARGOCD, Application, Report, program
from e2e import manifests
from e2e.kinds import Object
from e2e.operator import REPOSITORY
from e2e.world import World

SET, PROJECT = ARGOCD / "applicationset.yaml", ARGOCD / "appproject.yaml"
_DEFINITIONS = Path(__file__).with_name("definitions")


def is_established(found: Object | None) -> bool:
    conditions = (found or {}).get("status", {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


def generated(repository: Path) -> list[Any]:
    command = [str(program()), "generate", f"--applicationset={SET}", f"--repository={repository}"]
    found: list[Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def synced(world: World, application: Any, repository: Path) -> Report:
    """As its Application says, and as its project permits."""
    spec = application["spec"]
    assert (spec["project"], spec["syncPolicy"]["syncOptions"]) == ("cloister", ["ServerSideApply=true"])
    assert application["metadata"]["annotations"]["argocd.argoproj.io/compare-options"] == "ServerSideDiff=true"
    options = ("--server-side-apply", "--server-side-diff")
    name, namespace = application["metadata"]["name"], spec["destination"]["namespace"]
    app = Application(world.platform.kubeconfig, name, options, namespace=namespace, project=PROJECT)
    file = repository / spec["source"]["path"] / spec["source"]["directory"]["include"]
    app.commit({"client": file.read_text()})
    return app.sync()


def test_a_second_file_is_a_second_client(world: World, examples: Application, tmp_path: Path) -> None:
    (tmp_path / "clients").mkdir()
    for name in ("first-client", "second-client"):
        text = yaml.safe_dump(manifests.tenant(name, "inbox"))
        (tmp_path / "clients" / f"{name}.yaml").write_text(text)
        applications = generated(tmp_path)
        assert applications[-1]["metadata"]["name"] == f"client-{name}"
        done = synced(world, applications[-1], tmp_path)
        assert done.phase == "Succeeded"
        assert list(done.objects) == [f"ClientTenant/{name}"]
    assert len(applications) == 2
    world.cluster.wait_ready("ClientTenant", "first-client")
    world.cluster.wait_ready("IngestBucket", "inbox", "second-client")


def test_the_project_permits_nothing_else(world: World, tmp_path: Path) -> None:
    (tmp_path / "clients").mkdir()
    meta = {"name": "somebody", "namespace": "default"}
    sneaked = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    (tmp_path / "clients" / "somebody.yaml").write_text(yaml.safe_dump(sneaked))
    (application,) = generated(tmp_path)
    done = synced(world, application, tmp_path)
    assert done.phase == "Failed"
    assert "not permitted in project" in done.results["ConfigMap/somebody"]["message"]
    assert world.cluster.find("ConfigMap", "somebody", "default") is None


def test_the_commands_of_the_readme_are_accepted_by_argo_cds_own_definitions(world: World) -> None:
    kubectl = world.platform.control_plane.kubectl
    for kind in ("applicationset", "appproject", "application"):
        kubectl("apply", "--server-side", "-f", str(definitions() / f"{kind}-crd.yaml"))
        world.cluster.wait("CustomResourceDefinition", f"{kind}s.argoproj.io", is_established)
    kubectl("create", "namespace", "argocd")
    kubectl("create", "configmap", "argocd-cm", "--namespace=argocd", "--from-literal=url=https://argocd.example")

    commands = re.findall(r"^ *(kubectl apply .*)$", (ARGOCD / "README.md").read_text(), re.MULTILINE)
    assert len(commands) == 2
    environment = os.environ | world.platform.environment()
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=REPOSITORY, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr

    data = json.loads(kubectl("get", "configmap", "argocd-cm", "--namespace=argocd", "-o", "json"))["data"]
    assert data.pop("url") == "https://argocd.example"
    assert data == yaml.safe_load((ARGOCD / "argocd-cm.yaml").read_text())["data"]


def definitions() -> Path:
    """Argo CD's CustomResourceDefinitions, out of its Go module."""
    told = subprocess.run(
        ["go", "mod", "download", "-json", "github.com/argoproj/argo-cd/v3"],
        cwd=_DEFINITIONS,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(json.loads(told.stdout)["Dir"]) / "manifests" / "crds"
