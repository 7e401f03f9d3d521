"""Every single AWS call of a clean run, named so that it can be met again in a run of another tenant."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from e2e.loopback import HTTP

# Of a resource's name, what the tenant's uid or KMS decides.
_CHANGING = (
    re.compile(r"arn:aws:kms:[^ ]*"),
    re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    re.compile(r"(?<=-)[0-9a-f]{8}(?=$|-dlq)"),
)
_TENANT = "TENANT"


@dataclass(frozen=True)
class Point:
    """The nth call of an operation on a resource."""

    service: str
    operation: str
    # A glob, with TENANT for the tenant's name.
    resource: str
    nth: int
    mutating: bool

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.resource} #{self.nth}"

    def matching(self, tenant: str) -> dict[str, str]:
        """The part of a fault's rule that says which calls it is for."""
        matched = {"service": self.service, "operation": self.operation, "caller": "*/CloisterProvisioner/*"}
        if self.is_of_tenant:
            matched["resource"] = self.resource.replace(_TENANT, tenant)
        return matched

    @property
    def is_of_tenant(self) -> bool:
        """Whether the call's resource says whose it is; else it may be anybody's."""
        return _TENANT in self.resource


def points(control: str, since: int, tenant: str) -> list[Point]:
    """The operator's calls after that number, in their order."""
    answer = HTTP.get(f"{control}/calls", params={"since": since}, timeout=30)
    entries = [e for e in answer.json()["calls"] if "/CloisterProvisioner/" in e.get("caller", "")]
    met: Counter[tuple[str, ...]] = Counter()
    found = []
    for entry in entries:
        name = (entry["service"], entry["operation"], _general(entry, tenant))
        met[name] += 1
        found.append(Point(*name, nth=met[name], mutating=entry["mutating"]))
    return found


def _general(entry: dict[str, Any], tenant: str) -> str:
    resource: str = entry["resource"].replace(tenant, _TENANT)
    for pattern in _CHANGING:
        resource = pattern.sub("*", resource)
    return resource
