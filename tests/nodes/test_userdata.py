"""Wrong user data is told whole; what nodeadm would take is taken."""

import base64
import gzip

import pytest

from nodes.problems import Unusable
from nodes.userdata import read_user_data

_AUTHORITY = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n").decode()
_CONFIG = f"""
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: main
    apiServerEndpoint: https://127.0.0.1:6443
    certificateAuthority: {_AUTHORITY}
    cidr: 10.96.0.0/16
  kubelet:
    config: {{maxPods: 17}}
    flags:
      - --node-labels=cloister.dev/tenant=acme,cloister.dev/pool=etl
      - --register-with-taints=cloister.dev/tenant=acme:NoSchedule,fresh:NoExecute
"""
_MIME = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/sh
--BOUNDARY
Content-Type: application/node.eks.aws
{headers}
{first}
--BOUNDARY
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec: {{kubelet: {{config: {{maxPods: 5}}, flags: ["--node-labels=more=yes"]}}}}
--BOUNDARY--
"""


def _problems(text: str) -> str:
    with pytest.raises(Unusable) as caught:
        read_user_data(text)
    return str(caught.value)


def test_a_bare_node_config_is_read() -> None:
    config = read_user_data(_CONFIG)
    assert config.cluster == "main"
    assert config.endpoint == "https://127.0.0.1:6443"
    assert config.kubelet.labels == {"cloister.dev/tenant": "acme", "cloister.dev/pool": "etl"}
    assert config.kubelet.taints == (
        {"key": "cloister.dev/tenant", "value": "acme", "effect": "NoSchedule"},
        {"key": "fresh", "effect": "NoExecute"},
    )
    assert config.kubelet.max_pods == 17


def test_parts_of_a_mime_document_are_merged_in_their_order() -> None:
    kubelet = read_user_data(_MIME.format(headers="", first=_CONFIG)).kubelet
    assert kubelet.max_pods == 5
    assert kubelet.labels == {"cloister.dev/tenant": "acme", "cloister.dev/pool": "etl", "more": "yes"}


def test_a_compressed_part_is_read() -> None:
    packed = base64.b64encode(gzip.compress(_CONFIG.encode())).decode()
    config = read_user_data(_MIME.format(headers="Content-Transfer-Encoding: base64\n", first=packed))
    assert config.cluster == "main"


def test_everything_that_is_missing_is_told_at_once() -> None:
    told = _problems("{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig, spec: {cluster: {name: main}}}")
    for field in ("apiServerEndpoint", "certificateAuthority", "cidr"):
        assert f"spec.cluster.{field} is missing" in told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("node.eks.aws/v1alpha1", "node.eks.aws/v1", "apiVersion is 'node.eks.aws/v1', not node.eks.aws/v1alpha1"),
        ("kind: NodeConfig", "kind: Node", "kind is 'Node', not NodeConfig"),
        ("https://", "http://", "spec.cluster.apiServerEndpoint is no https:// address"),
        (_AUTHORITY, "bm9uZQ==", "spec.cluster.certificateAuthority is no PEM certificate in base64"),
        ("10.96.0.0/16", "10.96.0.1/16", "spec.cluster.cidr: 10.96.0.1/16 has host bits set"),
        ("maxPods: 17", "maxPods: many", "spec.kubelet.config.maxPods is 'many', not a number of pods"),
        ("cloister.dev/pool=etl", "kubernetes.io/pool=etl", "kubelet may not set kubernetes.io/pool"),
        ("cloister.dev/pool=etl", "node-role.kubernetes.io/x=", "kubelet may not set node-role.kubernetes.io/x"),
        (
            "cloister.dev/pool=etl",
            "node-restriction.kubernetes.io/x=y",
            "kubelet may not set node-restriction.kubernetes.io/x",
        ),
        ("acme:NoSchedule", "acme:Never", "'cloister.dev/tenant=acme:Never' is not of the form key=value:NoSchedule"),
        ("--node-labels", "--node-lables", "the local nodes do not know --node-lables"),
    ],
)
def test_what_kubelet_or_nodeadm_would_refuse_is_refused(before: str, after: str, told: str) -> None:
    assert told in _problems(_CONFIG.replace(before, after))


@pytest.mark.parametrize("text", ["", "#!/bin/bash\necho hello\n", "a: [", "- a list"])
def test_user_data_for_another_machine_is_no_node_config(text: str) -> None:
    _problems(text)


def test_a_mime_document_without_a_node_config_says_what_it_lacks() -> None:
    told = _problems(_MIME.replace("application/node.eks.aws", "text/plain").format(headers="", first="x: y"))
    assert told == "no part of the MIME document has the content type application/node.eks.aws"
