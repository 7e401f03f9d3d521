"""The stand-in for nodes at scale, beside a real control plane."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.controlplane import ControlPlane
from local.kwok import Kwok, fake_node
from local.waiting import wait_for

_JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: crowd}
spec:
  completions: 40
  parallelism: 40
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: nothing}]
"""


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[ControlPlane]:
    with ControlPlane(tmp_path) as control_plane:
        Kwok(control_plane).start()
        yield control_plane


def test_its_nodes_are_ready_and_jobs_on_them_complete(crowded: ControlPlane) -> None:
    nodes = [fake_node(f"fake-{number}", pods=10) for number in range(5)]
    crowded.kubectl("create", "--filename=-", stdin="\n---\n".join(map(json.dumps, nodes)))
    crowded.kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s")
    crowded.kubectl("create", "--filename=-", stdin=_JOB)
    succeeded = ["get", "job", "crowd", "--output=jsonpath={.status.succeeded}"]
    wait_for("its pods", lambda: crowded.kubectl(*succeeded) == "40")
    bound = crowded.kubectl("get", "pods", "--output=jsonpath={.items[*].spec.nodeName}").split()
    assert set(bound) == {f"fake-{number}" for number in range(5)}
