"""One network per environment, with ids that manifests can name."""

import os
from functools import cache
from typing import Any
from unittest.mock import patch

from aws.accounts import ENVIRONMENTS, WEST, Environment

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

_built = False


def reset() -> None:
    global _built  # the one fact about moto's EC2 that moto does not keep
    if _built:
        load().reset()
    _built = False


@cache
def load() -> Any:
    """moto's EC2 without its 1,395 instance types and their offerings: 80 MB and 3 seconds for what `ec2/` answers."""
    with patch("moto.utilities.utils.load_resource", return_value={}):
        from moto.ec2.models import ec2_backends
    return ec2_backends


def build() -> None:
    """moto's EC2 takes a second to import, so this waits for the first EC2 call or an idle moment after start."""
    global _built
    ec2_backends = load()
    if _built:
        return
    _built = True
    for number, environment in enumerate((*ENVIRONMENTS, WEST)):
        _network(ec2_backends[environment.account][environment.region], environment, f"10.{number}")


def of(account: str, region: str) -> Any:
    """moto's backend, with the environment's network in it."""
    build()
    return load()[account][region]


def _network(backend: Any, environment: Environment, range_of: str) -> None:
    """In a range of its own: a node's name is made of its address, and one cluster may have nodes of both."""
    with patch("moto.ec2.models.vpcs.random_vpc_id", return_value=environment.vpc):
        vpc = backend.create_vpc(f"{range_of}.0.0/16")
    for index, (subnet, zone) in enumerate(zip(environment.subnets, "ab", strict=True)):
        with patch("moto.ec2.models.subnets.random_subnet_id", return_value=subnet):
            backend.create_subnet(vpc.id, f"{range_of}.{index}.0/24", availability_zone=f"{environment.region}{zone}")
    with patch("moto.ec2.models.security_groups.random_security_group_id", return_value=environment.security_group):
        backend.create_security_group("cloister-nodes", "tenant worker nodes", vpc_id=vpc.id)
