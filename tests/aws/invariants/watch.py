"""Looks at each call before and after, at no more than what it touched."""

import time
from dataclasses import dataclass, field
from typing import Any

from aws import stores
from aws.accounts import AUDIT_ROLE, OPERATOR_ROLE, PROVISIONER_ROLE
from aws.call import Call
from aws.ec2 import clock as instance_clock
from aws.invariants import grants, nodes, ownership, safeguards, tables, warehouse
from aws.redshift.records import Cluster

CREATES_OBJECTS = {"PutObject", "CopyObject", "CompleteMultipartUpload"}
KEY_CALLS = {"CreateKey", "EnableKey", "TagResource", "CancelKeyDeletion"}
PAIR = ("cloister.dev/owner-uid", "cloister.dev/resource-name")


@dataclass(slots=True)
class Before:
    ours: bool | None = None  # None: nothing there yet, or nothing that can be ours
    closed: bool = False
    missing: frozenset[str] = frozenset()
    managed: bool = False
    existed: bool = False
    nodes: dict[str, frozenset[str]] = field(default_factory=dict)  # instance: what it lacks
    shared: frozenset[str] = frozenset()  # hosts with instances of several tenants


def by_operator(call: Call) -> bool:
    return call.by.role in (OPERATOR_ROLE, PROVISIONER_ROLE, AUDIT_ROLE)


class Invariants:
    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self.before_call = Before()
        self.broken_by_others: set[str] = set()  # buckets in drift: until they are whole again, only worse counts
        self.made_by_operator: set[str] = set()  # the rest were found, and adopting one starts as drift

    def clear(self) -> dict[str, int]:
        cleared = len(self.found)
        self.found.clear()
        self.broken_by_others.clear()
        self.made_by_operator.clear()
        return {"cleared": cleared}

    def violations(self) -> list[dict[str, Any]]:
        return self.found

    def before(self, call: Call) -> None:
        """The loop runs one call at a time, so what is noted here is still this call's in `after`."""
        if not call.mutating:
            return
        self.before_call = Before()
        if call.service == "s3":
            bucket = stores.bucket(call.bucket)
            if bucket is not None:
                managed = safeguards.managed(bucket)
                lacking = safeguards.missing(bucket)
                self.before_call = Before(managed, safeguards.closed(bucket), lacking, managed, existed=True)
        elif by_operator(call):
            self.before_call.ours = ownership.ours(call)
            if call.service == "redshift" and (cluster := warehouse.of(call)) is not None:
                self.before_call.missing, self.before_call.existed = warehouse.missing(cluster), True
            if call.service == "dynamodb":
                self.before_call.missing = tables.missing(call)
            if call.service == "ec2":
                here = instance_clock.current(call.account, call.region)
                known = {} if call.operation == "RunInstances" else {each.identifier: each for each in nodes.of(call)}
                self.before_call.nodes = {name: nodes.missing(here, each) for name, each in known.items()}
                self.before_call.shared = frozenset(nodes.shared_hosts(here))

    def after(self, call: Call) -> None:
        if not call.mutating:
            return
        operator = by_operator(call)
        if operator and self.before_call.ours is False and not ownership.adopts(call):
            self._violated(call, "foreign-untouched", "mutated a resource that lacks our tags")
        if call.service == "s3":
            self._bucket(call, operator)
        elif operator and call.service == "kms":
            self._keys(call)
        elif operator and call.service == "iam":
            self._roles(call)
        elif operator and call.service == "redshift":
            self._warehouse(call)
        elif operator and call.service == "ec2":
            self._nodes(call)
        elif operator and call.service == "dynamodb":
            worse = tables.missing(call) - self.before_call.missing
            if worse:
                self._violated(call, "table-is-safeguarded", f"lacking: {_listed(worse)}")
        if operator:
            for detail in grants.wide(call):
                self._violated(call, "no-wildcard-key-grant", detail)

    def _bucket(self, call: Call, operator: bool) -> None:
        bucket = stores.bucket(call.bucket)
        if call.operation == "CreateBucket" and operator and not self.before_call.existed:
            self.made_by_operator.add(call.bucket)
        if bucket is None or call.operation == "CreateBucket":
            return  # a new bucket cannot be closed by the call that makes it: the next one must
        if not safeguards.managed(bucket):
            return
        if not self.before_call.managed and call.bucket not in self.made_by_operator:
            self.broken_by_others.add(call.bucket)
            return
        before, lacking = self.before_call, safeguards.missing(bucket)
        drifted = call.bucket in self.broken_by_others
        if call.key:
            if call.operation in CREATES_OBJECTS and lacking and not drifted:
                self._violated(
                    call, "object-only-behind-safeguards", f"an object was put while lacking: {_listed(lacking)}"
                )
            return
        if not lacking:
            self.broken_by_others.discard(call.bucket)
        elif not operator:
            self.broken_by_others.add(call.bucket)
        elif not safeguards.closed(bucket):
            opened = before.closed or not before.managed
            if not drifted or opened or lacking - before.missing:
                self._violated(call, "open-bucket-is-safeguarded", f"open while lacking: {_listed(lacking)}")

    def _keys(self, call: Call) -> None:
        if call.operation not in KEY_CALLS:
            return
        seen: dict[tuple[str, str], str] = {}
        for key in stores.kms(call.account, call.region).keys.values():
            tags = stores.key_record(key).tags
            if key.key_state != "Enabled" or any(name not in tags for name in PAIR):
                continue
            pair = (tags[PAIR[0]], tags[PAIR[1]])
            if pair in seen:
                self._violated(call, "one-key-per-owner", f"{seen[pair]} and {key.id} are both enabled for {pair}")
            seen[pair] = key.id

    def _roles(self, call: Call) -> None:
        role = stores.role(call.account, call.param("RoleName", ""))
        if role is None or safeguards.MANAGED not in ownership.role_tags(role):
            return
        if call.operation == "PutRolePolicy":
            self._violated(call, "no-inline-policies", f"{role.name} was given an inline policy")
        if call.operation in ("CreateRole", "DeleteRolePermissionsBoundary") and not role.permissions_boundary_arn:
            self._violated(call, "roles-behind-boundary", f"{role.name} stands without a permissions boundary")

    def _warehouse(self, call: Call) -> None:
        """A new one lacks nothing; of an older one the operator takes nothing away."""
        cluster = warehouse.of(call)
        if call.operation == "RestoreFromClusterSnapshot" and cluster is not None:
            self._restored(call, cluster)
            return
        worse = warehouse.missing(cluster) - self.before_call.missing if cluster else frozenset()
        if worse:
            made = "changed" if self.before_call.existed else "created"
            self._violated(call, "warehouse-is-safeguarded", f"{made} while lacking: {_listed(worse)}")

    def _restored(self, call: Call, cluster: Cluster) -> None:
        """It can be given its tags only once it stands; whose it is then follows from the snapshot."""
        named = {"our tags", "the owner's key"}
        lacking = warehouse.missing(cluster) - named
        if not warehouse.of_snapshots_owner(cluster):
            lacking |= {"the key of the snapshot's owner"}
        if lacking:
            self._violated(call, "warehouse-is-safeguarded", f"restored while lacking: {_listed(lacking)}")

    def _nodes(self, call: Call) -> None:
        """A new one lacks nothing; what somebody else took away is drift, and comes no worse by the operator."""
        here = instance_clock.current(call.account, call.region)
        for each in nodes.of(call):
            worse = nodes.missing(here, each) - self.before_call.nodes.get(each.identifier, frozenset())
            if worse:
                self._violated(call, "node-is-safeguarded", f"{each.identifier} lacks: {_listed(worse)}")
        for detail in set(nodes.shared_hosts(here)) - self.before_call.shared:
            self._violated(call, "host-is-one-tenants", detail)

    def _violated(self, call: Call, rule: str, detail: str) -> None:
        self.found.append(
            {
                "rule": rule,
                "detail": detail,
                "time": round(time.time(), 6),
                "request_id": call.request_id,
                "service": call.service,
                "operation": call.operation,
                "account": call.account,
                "resource": call.resource,
                "caller": call.by.arn,
            }
        )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
