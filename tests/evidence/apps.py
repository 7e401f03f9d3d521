"""How what serves the good tenant's application is broken by hand."""

import json
from collections.abc import Callable
from typing import Any

from e2e.account import Account
from e2e.kinds import Object
from e2e.waiting import until
from e2e.world import World

APP = "claims"
KINDS = {"deployment": "Deployment", "service": "Service", "configmap": "ConfigMap", "networkpolicy": "NetworkPolicy"}
TABLE = "dynamodb-table"
BALANCER = "service.beta.kubernetes.io/aws-load-balancer-"
_DOOR = "data.door.json."
_ANNOTATIONS = "metadata.annotations."


def seen(world: World, kind: str, name: str) -> Any:
    if kind == TABLE:
        return _table(world.aws, name)
    namespace, _, own = name.rpartition("/")
    live = world.cluster.find(KINDS[kind], own, namespace) or {}
    noted = live.get("metadata", {}).get("annotations", {})
    # The Deployment controller counts there.
    return live.get("spec"), live.get("data"), {k: v for k, v in noted.items() if "revision" not in k}


def flip(world: World, kind: str, name: str, field: str) -> None:
    if kind == TABLE:
        _TABLE[field](world.aws.dynamodb, name)
        # While AWS changes it, nothing can be said of its fields.
        until(f"{name} is changed", lambda: _is_settled(world.aws, name))
        return
    namespace, _, own = name.rpartition("/")
    live = world.cluster.get(KINDS[kind], own, namespace)
    world.cluster.patch(KINDS[kind], own, _change(live, field), namespace)


def door(live: Object, edit: Callable[[Any], None]) -> Object:
    """A change of what the door is told."""
    told = json.loads(live["data"]["door.json"])
    edit(told)
    return {"data": {"door.json": json.dumps(told)}}


def image(live: Object, container: str, other: str) -> Object:
    containers = live["spec"]["template"]["spec"]["containers"]
    changed = [each | {"image": other} if each["name"] == container else each for each in containers]
    return {"spec": {"template": {"spec": {"containers": changed}}}}


def _change(live: Object, field: str) -> Object:
    if field.startswith(_DOOR):
        part, _, key = field.removeprefix(_DOOR).partition(".")
        return door(
            live,
            lambda told: told.update(
                {part: told[part] | {key: _other(told[part][key])} if key else _other(told[part])}
            ),
        )
    if field.startswith(_ANNOTATIONS):
        return {"metadata": {"annotations": {field.removeprefix(_ANNOTATIONS): "elsewhere"}}}
    if field.startswith("spec.template.spec.containers."):
        return image(live, field.split(".")[4], "registry.example/other@sha256:" + "0" * 64)
    if field == "spec.ports.https.targetPort":
        return {"spec": {"ports": [live["spec"]["ports"][0] | {"targetPort": 9090}]}}
    return {"spec": _SPEC[live["kind"], field]}


# Nothing of a load balancer may be said where there is none.
_NO_BALANCER = {
    "loadBalancerClass": None,
    "allocateLoadBalancerNodePorts": None,
    "externalTrafficPolicy": None,
    "loadBalancerSourceRanges": None,
}
_SPEC: dict[tuple[str, str], Object] = {
    ("Deployment", "spec.template.spec"): {"template": {"spec": {"enableServiceLinks": True}}},
    ("Deployment", "spec.template.spec.nodeSelector"): {"template": {"spec": {"nodeSelector": None}}},
    ("Service", "spec.selector"): {"selector": {"app": "proxy"}},
    ("Service", "spec.type"): {"type": "ClusterIP", **_NO_BALANCER},
    ("Service", "spec.externalIPs"): {"externalIPs": ["203.0.113.9"]},
    ("Service", "spec.loadBalancerSourceRanges"): {"loadBalancerSourceRanges": ["0.0.0.0/0"]},
    ("NetworkPolicy", "spec"): {"egress": [{}]},
}


def _other(value: Any) -> Any:
    match value:
        case int():
            return value * 10
        case str():
            return f"{value}-other"
        case list():
            return [*value, "other"]
        case _:
            return {"port": 1}


_TABLE: dict[str, Callable[[Any, str], None]] = {
    "expires": lambda aws, name: aws.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}
    ),
    "kmsKey": lambda aws, name: aws.update_table(TableName=name, SSESpecification={"Enabled": False}),
    "pointInTimeRecovery": lambda aws, name: aws.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    ),
}


def _is_settled(aws: Account, name: str) -> bool:
    held: Any = aws.dynamodb
    table = held.describe_table(TableName=name)["Table"]
    return bool(table["TableStatus"] == "ACTIVE" and table.get("SSEDescription", {}).get("Status") != "UPDATING")


def _table(aws: Account, name: str) -> Any:
    held: Any = aws.dynamodb
    table = held.describe_table(TableName=name)["Table"]
    backups = held.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    expiry = held.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return table["TableStatus"], table.get("SSEDescription"), expiry, recovery
