"""Changes that take time: an instance is pending, running, shutting-down, terminated, and then it is not shown.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
On AWS these take up to minutes, and "terminated instances remain visible after termination for approximately one
hour". Here each takes as many seconds as the control API says, and ends when somebody looks.
"""

import time

from aws.ec2 import places
from aws.ec2.records import Instance, Region, region

SECONDS = {"pending": 1.0, "shutting-down": 1.0, "terminated": 3600.0, "released": 3600.0}
REFUSED_KEY = ("Client.InternalError", "Client.InternalError: Client error on launch")
_seconds = dict(SECONDS)


def configure(given: dict[str, float]) -> dict[str, float]:
    """Seconds by status; `terminated` and `released` are how long instances and hosts are shown afterwards."""
    unknown = given.keys() - SECONDS.keys()
    if unknown:
        raise ValueError(f"no such status: {', '.join(sorted(unknown))}; there are {', '.join(SECONDS)}")
    if any(not 0 <= float(value) <= 86400 for value in given.values()):
        raise ValueError("a change takes 0 to 86400 seconds")
    _seconds.update({status: float(value) for status, value in given.items()})
    return dict(_seconds)


def reset() -> None:
    _seconds.update(SECONDS)


def current(account: str, name: str) -> Region:
    here, now = region(account, name), time.monotonic()
    for instance in [each for each in here.instances.values() if each.then]:
        while instance.then and instance.due <= now:
            _end(here, instance)
    for host in [each for each in here.hosts.values() if each.released_until and each.released_until <= now]:
        del here.hosts[host.identifier]
    return here


def begin(instance: Instance, status: str, then: str) -> None:
    instance.status, instance.then = status, then
    instance.due = time.monotonic() + _seconds[status]


def until_gone() -> float:
    """When a host that is released now is shown no more."""
    return time.monotonic() + _seconds["released"]


def terminate(instance: Instance, code: str, message: str, transition: str) -> None:
    if instance.status not in ("shutting-down", "terminated"):
        instance.reason, instance.transition = (code, message), transition
        begin(instance, "shutting-down", "terminated")


def _end(here: Region, instance: Instance) -> None:
    if instance.then == "gone":
        instance.then = ""
        del here.instances[instance.identifier]
    elif instance.then == "terminated":
        _terminated(here, instance)
    elif instance.refused_key:
        instance.reason = REFUSED_KEY
        _terminated(here, instance)
    else:
        instance.status, instance.then = instance.then, ""


def _terminated(here: Region, instance: Instance) -> None:
    instance.status, instance.then = "terminated", "gone"
    instance.due += _seconds["terminated"]
    instance.events.clear()
    for name in instance.volumes:
        if name in here.volumes and here.volumes[name].deleted_with_instance:
            del here.volumes[name]
        elif name in here.volumes:
            here.volumes[name].instance = ""
    places.free(instance)


def hasten(here: Region, identifier: str = "") -> int:
    """Ends the changes that are under way; that an instance is shown for a while is not among them."""
    under_way = [each for each in here.instances.values() if each.then and each.then != "gone"]
    chosen = [each for each in under_way if identifier in ("", each.identifier)]
    for instance in chosen:
        instance.due = time.monotonic()
    return len(chosen)


def forget(here: Region) -> int:
    """Terminated instances are shown no more."""
    ended = [each for each in here.instances.values() if each.then == "gone"]
    for instance in ended:
        del here.instances[instance.identifier]
    return len(ended)
