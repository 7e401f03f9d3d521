"""Which safeguards a node of ours lacks: an instance that is tagged with its owner's UID."""

import base64
import re
from collections.abc import Iterator

from aws.authorization.ec2 import named
from aws.call import Call
from aws.ec2 import clock, placing
from aws.ec2.records import Instance, Region
from aws.invariants.warehouse import OWNER
from aws.service_access import find_key

# What a credential looks like: an AWS access key, a private key, a bearer token, a kubeadm token, a value named so.
SECRETS = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{10,}\.[\w-]{10,}\."
    r"|\b[0-9a-z]{6}\.[0-9a-z]{16}\b|\b(?i:\w*(?:password|passwd|secret|token|api_?key))[\"']?\s*[=:]\s*[\"']?\w"
)
ISOLATED = ("dedicated", "host")


def of(call: Call) -> list[Instance]:
    """The instances that a call names or has just launched."""
    here = clock.current(call.account, call.region)
    if call.operation == "RunInstances":
        token = call.param("ClientToken")
        newest = list(here.instances.values())[-int(call.param("MaxCount", 1)) :]
        return [each for each in newest if each.token == (token or "")]
    about = named(call)
    owners = {here.volumes[each].instance for each in about if each in here.volumes}
    return [each for each in here.instances.values() if each.identifier in owners or each.identifier in about]


def missing(here: Region, instance: Instance) -> frozenset[str]:
    if OWNER not in instance.tags or not instance.alive:
        return frozenset()
    lacking = set()
    if instance.tenancy not in ISOLATED and not instance.misplaced:
        lacking.add("dedicated tenancy")
    if instance.metadata["HttpTokens"] != "required":
        lacking.add("IMDSv2")
    if instance.metadata["HttpPutResponseHopLimit"] != 1:
        lacking.add("hop limit 1")
    if instance.interface.public_address:
        lacking.add("no public address")
    for name in instance.volumes:
        volume = here.volumes.get(name)
        if volume is not None and not _customers(instance, volume.key):
            lacking.add("volumes under a customer key")
    if SECRETS.search(base64.b64decode(instance.user_data).decode("utf-8", "replace")):
        lacking.add("user data without secrets")
    return frozenset(lacking)


def _customers(instance: Instance, key: str) -> bool:
    """That AWS's own key is none is known by its absence from the account's; a refused one keeps the node down."""
    return bool(key) and (key == instance.refused_key or find_key(instance.account, instance.region, key) is not None)


def shared_hosts(here: Region) -> Iterator[str]:
    """Dedicated Hosts with nodes of two tenants on them."""
    for host in here.hosts.values():
        owners = {each.tags[OWNER] for each in placing.on(here, host) if OWNER in each.tags}
        owners |= {host.tags[OWNER]} if owners and OWNER in host.tags else set()
        if len(owners) > 1:
            yield f"{host.identifier} holds instances of {', '.join(sorted(owners))}"
