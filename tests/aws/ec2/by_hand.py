"""What tests do to instances by the control API, and what a local node agent asks of it."""

import base64
from datetime import timedelta
from typing import Any

from aws import accounts
from aws.ec2 import capacity, clock, placing, records, status, view
from aws.ec2.catalog import TYPES
from aws.ec2.records import Instance, Region

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
REASONS = {
    "Server.InternalError": "An internal error caused the instance to terminate during launch",
    "Server.InsufficientInstanceCapacity": "There was insufficient capacity available to satisfy the launch request",
    "Server.ScheduledStop": "The instance was stopped due to a scheduled retirement",
    "Server.SpotInstanceTermination": "A Spot Instance was terminated due to an increase in the Spot price",
    "Client.InstanceInitiatedShutdown": "Instance initiated shutdown",
    "Client.VolumeLimitExceeded": "Volume limit exceeded",
}


def reset() -> None:
    capacity.resume()
    placing.reset()
    view.reset()


def here(query: dict[str, str]) -> Region:
    return clock.current(query.get("account", accounts.PRODUCTION.account), query.get("region", accounts.REGION))


def find(identifier: str) -> Instance:
    for account, region in records.regions():
        found = clock.current(account, region).instances.get(identifier)
        if found is not None:
            return found
    raise ValueError(f"no instance {identifier}")


def terminate(body: dict[str, Any]) -> dict[str, Any]:
    """As AWS ends an instance: its hardware failed, it was retired, or it shut itself down."""
    found, code = find(body["instance"]), body.get("code", "Server.InternalError")
    if code not in REASONS:
        raise ValueError(f"code must be one of {', '.join(REASONS)}")
    clock.terminate(found, code, f"{code}: {body.get('message') or REASONS[code]}", code.partition(".")[2])
    return {"instance": found.identifier, "state": found.status}


def age(body: dict[str, Any]) -> dict[str, Any]:
    """As though it had been launched {"hours"} earlier."""
    found = find(body["instance"])
    found.launched -= timedelta(hours=float(body["hours"]))
    return {"launched": found.launched.isoformat()}


def stop(body: dict[str, Any]) -> dict[str, Any]:
    """As somebody stops it: StopInstances itself is not modelled."""
    found = find(body["instance"])
    found.status, found.then = "stopped", ""
    return {"state": found.status}


def schedule(body: dict[str, Any]) -> dict[str, Any]:
    found = find(body["instance"])
    if body.get("completed"):
        return {"completed": status.complete(found)}
    event = status.schedule(found, body["code"], float(body.get("seconds", 86400)))
    return {"event": event.identifier, "not_before": event.not_before.isoformat()}


def listed(query: dict[str, str]) -> list[dict[str, Any]]:
    """Of all accounts and regions, unless some are asked for; `state` too."""
    found = []
    for account, region in records.regions():
        if query.get("account", account) == account and query.get("region", region) == region:
            found += list(clock.current(account, region).instances.values())
    return [_seen(each) for each in found if query.get("state", each.status) == each.status]


def _seen(found: Instance) -> dict[str, Any]:
    kind, interface = TYPES[found.type], found.interface
    return {
        "id": found.identifier,
        "account": found.account,
        "region": found.region,
        "state": found.status,
        "type": found.type,
        "vcpus": kind.vcpus,
        "memory_mib": kind.mebibytes,
        "architecture": kind.architecture,
        "image": found.settings["ImageId"],
        "zone": interface.zone,
        "subnet": interface.subnet,
        "private_ip": interface.address,
        "private_dns_name": interface.name,
        "tenancy": found.tenancy,
        "host": found.host,
        "instance_profile": found.profile[0] if found.profile else "",
        "launched": found.launched.isoformat(),
        "user_data": base64.b64decode(found.user_data).decode("utf-8", "replace"),
        "tags": found.tags,
    }
