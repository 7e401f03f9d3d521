"""Plays Karpenter, by the EC2NodeClass and the NodePool that it is given, which its own definitions check."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from e2e.account import Account
from e2e.kinds import Object
from e2e.operator import BINARY
from e2e.world import World
from local.binaries import MODULE

ROLE = "KarpenterController"
_PATH = "github.com/aws/karpenter-provider-aws"
_KINDS = ("karpenter.k8s.aws_ec2nodeclasses", "karpenter.sh_nodepools")


def definitions() -> list[Path]:
    """Karpenter's CustomResourceDefinitions, out of its Go module."""
    told = subprocess.run(
        ["go", "mod", "download", "-json", _PATH], cwd=MODULE / "karpenter", capture_output=True, text=True, check=True
    )
    crds = Path(json.loads(told.stdout)["Dir"]) / "pkg" / "apis" / "crds"
    return [crds / f"{kind}.yaml" for kind in _KINDS]


def emitted(world: World, tenant: str) -> tuple[Object, Object]:
    """What the verb prints: the EC2NodeClass and the NodePool."""
    node_class, pool = yaml.safe_load_all(_run(world, tenant).stdout)
    return node_class, pool


def complaint(world: World, tenant: str) -> str:
    done = _run(world, tenant)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def _run(world: World, tenant: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KUBECONFIG": str(world.platform.control_plane.kubeconfig)}
    return subprocess.run([BINARY, "karpenter", tenant], env=environment, capture_output=True, text=True)


def controller(world: World) -> Account:
    """As its role, whose policy its makers' template gives: EC2 and the key of volumes."""
    root = {"AWS": f"arn:aws:iam::{world.aws.number}:root"}
    trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": ["ec2:*", "iam:PassRole", "kms:*"], "Resource": "*"}
    world.aws.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_document(trust))
    world.aws.iam.put_role_policy(RoleName=ROLE, PolicyName="nodes", PolicyDocument=_document(allowed))
    return world.aws.as_role(ROLE)


def _document(statement: Object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def launch(world: World, karpenter: Account, node_class: Object, pool: Object, tenancy: str = "") -> str:
    """The id of an instance as the two declare it; of another tenancy where one is given."""
    spec, template = node_class["spec"], pool["spec"]["template"]
    wants = {each["key"]: each["values"][0] for each in template["spec"]["requirements"]}
    (volume,) = spec["blockDeviceMappings"]
    of_karpenter = {"karpenter.sh/nodepool": pool["metadata"]["name"]}
    tags = [{"Key": key, "Value": value} for key, value in (spec["tags"] | of_karpenter).items()]
    tagged = ("instance", "volume", "network-interface")
    metadata = spec["metadataOptions"]
    ec2: Any = karpenter.ec2
    made = ec2.run_instances(
        MinCount=1,
        MaxCount=1,
        ImageId=spec["amiSelectorTerms"][0]["id"],
        InstanceType=wants["node.kubernetes.io/instance-type"],
        IamInstanceProfile={"Name": spec["instanceProfile"]},
        Placement={"Tenancy": tenancy or wants["karpenter.k8s.aws/instance-tenancy"]},
        MetadataOptions={
            "HttpEndpoint": metadata["httpEndpoint"],
            "HttpTokens": metadata["httpTokens"],
            "HttpPutResponseHopLimit": metadata["httpPutResponseHopLimit"],
        },
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": spec["subnetSelectorTerms"][0]["id"],
                "Groups": [term["id"] for term in spec["securityGroupSelectorTerms"]],
                "AssociatePublicIpAddress": spec["associatePublicIPAddress"],
            }
        ],
        BlockDeviceMappings=[{"DeviceName": volume["deviceName"], "Ebs": _ebs(volume["ebs"])}],
        TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in tagged],
        UserData=_user_data(world, template),
    )
    return str(made["Instances"][0]["InstanceId"])


def _ebs(volume: Object) -> Object:
    return {
        "Encrypted": volume["encrypted"],
        "KmsKeyId": volume["kmsKeyID"],
        "VolumeSize": int(volume["volumeSize"].removesuffix("Gi")),
        "VolumeType": volume["volumeType"],
        "DeleteOnTermination": volume["deleteOnTermination"],
    }


def _user_data(world: World, template: Object) -> str:
    """A NodeConfig; a kubelet may not set the label of a proven node."""
    taints = [*template["spec"]["taints"], *template["spec"]["startupTaints"]]
    labels = {k: v for k, v in template["metadata"]["labels"].items() if "node-restriction" not in k}
    flags = [
        "--node-labels=" + ",".join(f"{k}={v}" for k, v in labels.items()),
        "--register-with-taints=" + ",".join(f"{t['key']}={t['value']}:{t['effect']}" for t in taints),
    ]
    cluster = world.cluster.get("Environment", "production")["spec"]["nodes"]["cluster"]
    config = {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"cluster": cluster, "kubelet": {"flags": flags}},
    }
    return json.dumps(config)
