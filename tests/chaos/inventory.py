"""Everything that stands in an account, as its administrator sees it, and what should stand there."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from e2e.account import Account

_UID = "cloister.dev/owner-uid"
_PURPOSES = ("etl", "uploader", "warehouse")
# Of the Environment's trail, not of any tenant.
_TRAIL = "cloister-trail-"


class Fate(Enum):
    STANDS = "stands"
    # With deletionPolicy Delete: only its key is left.
    DELETED = "deleted"
    # With deletionPolicy Retain: what holds PHI is left.
    RETAINED = "retained"


@dataclass(frozen=True)
class Tenant:
    """One that a test made; its buckets are all called `landing`."""

    name: str
    uid: str
    fate: Fate


@dataclass(frozen=True)
class Key:
    id: str
    state: str
    tags: dict[str, str]


@dataclass(frozen=True)
class Inventory:
    keys: list[Key]
    # Alias to the id of its key.
    aliases: dict[str, str]
    # Role to its owner's uid, boundary and attached policies.
    roles: dict[str, tuple[str, str, tuple[str, ...]]]
    policies: set[str]
    # By name, with the owner's uid.
    buckets: dict[str, str]
    queues: set[str]

    @classmethod
    def take(cls, aws: Account) -> "Inventory":
        identities = _identities(aws)
        queues = aws.sqs.get_paginator("list_queues").paginate()
        return cls(
            keys=list(_keys(aws)),
            aliases=_aliases(aws),
            roles={
                r["RoleName"]: _role(r)
                for r in identities["roles"]
                if r["Path"] == "/cloister/" and not r["RoleName"].startswith(_TRAIL)
            },
            policies={p["PolicyName"] for p in identities["policies"] if not p["PolicyName"].startswith(_TRAIL)},
            buckets={b["Name"]: _owner_of_bucket(aws, b["Name"]) for b in aws.s3.list_buckets()["Buckets"]},
            queues={url.rpartition("/")[2] for page in queues for url in page.get("QueueUrls", [])},
        )

    def problems(self, tenants: Iterable[Tenant]) -> list[str]:
        """Duplicates, orphans and gaps; empty if the account holds just what it should."""
        tenants = list(tenants)
        found: list[str] = []
        for tenant in tenants:
            found += self._of_key(tenant)
        wanted_roles = {f"cloister-{t.name}-{p}": t for t in _standing(tenants) for p in _PURPOSES}
        found += _compare("role", set(wanted_roles), set(self.roles))
        for name in wanted_roles.keys() & self.roles.keys():
            found += _of_role(name, wanted_roles[name], *self.roles[name])
        purposes = (*_PURPOSES, "boundary")
        found += _compare(
            "policy", {f"cloister-{t.name}-{p}" for t in _standing(tenants) for p in purposes}, self.policies
        )
        return found + self._of_buckets([t for t in tenants if t.fate is not Fate.DELETED])

    def _of_key(self, tenant: Tenant) -> list[str]:
        keys = [key for key in self.keys if key.tags.get(_UID) == tenant.uid]
        if len(keys) != 1:
            return [f"{tenant.name}: {len(keys)} keys: {keys}"]
        (key,) = keys
        found = [] if key.state == "Enabled" else [f"{tenant.name}: its key is {key.state}"]
        alias = self.aliases.get(f"alias/cloister/{tenant.name}")
        if alias != key.id:
            found.append(f"{tenant.name}: its alias leads to {alias}, not to {key.id}")
        return found

    def _of_buckets(self, tenants: list[Tenant]) -> list[str]:
        mine = {name: uid for name, uid in self.buckets.items() if not name.startswith("cloister-logs-")}
        found = [f"orphaned bucket {n} of {uid}" for n, uid in mine.items() if uid not in {t.uid for t in tenants}]
        queues = set()
        for tenant in tenants:
            names = [name for name, uid in mine.items() if uid == tenant.uid]
            if len(names) != 1 or not names[0].startswith(f"{tenant.name}-landing-"):
                found.append(f"{tenant.name}: its buckets are {names}")
            queues |= {f"cloister-{name}{end}" for name in names for end in ("", "-dlq")}
        return found + _compare("queue", queues, self.queues)


def _standing(tenants: list[Tenant]) -> list[Tenant]:
    return [tenant for tenant in tenants if tenant.fate is Fate.STANDS]


def _compare(what: str, wanted: set[str], found: set[str]) -> list[str]:
    lacking = [f"no {what} {name}" for name in sorted(wanted - found)]
    return lacking + [f"orphaned {what} {name}" for name in sorted(found - wanted)]


def _of_role(name: str, tenant: Tenant, uid: str, boundary: str, attached: tuple[str, ...]) -> list[str]:
    found = [] if uid == tenant.uid else [f"role {name} belongs to {uid}"]
    if boundary != f"cloister-{tenant.name}-boundary":
        found.append(f"role {name} has the boundary {boundary}")
    return found if attached == (name,) else [*found, f"role {name} has the policies {attached}"]


def _keys(aws: Account) -> Iterable[Key]:
    for page in aws.kms.get_paginator("list_keys").paginate():
        for listed in page["Keys"]:
            key = listed["KeyId"]
            state = aws.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
            tags = aws.kms.list_resource_tags(KeyId=key)["Tags"]
            yield Key(key, state, {tag["TagKey"]: tag["TagValue"] for tag in tags})


def _aliases(aws: Account) -> dict[str, str]:
    pages = aws.kms.get_paginator("list_aliases").paginate()
    return {a["AliasName"]: a["TargetKeyId"] for page in pages for a in page["Aliases"] if "TargetKeyId" in a}


def _identities(aws: Account) -> dict[str, list[Any]]:
    """All roles and policies of the account's own."""
    found: dict[str, list[Any]] = {"roles": [], "policies": []}
    pages = aws.iam.get_paginator("get_account_authorization_details")
    for page in pages.paginate(Filter=["Role", "LocalManagedPolicy"]):
        found["roles"] += page["RoleDetailList"]
        found["policies"] += page["Policies"]
    return found


def _role(role: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    uid = next((tag["Value"] for tag in role["Tags"] if tag["Key"] == _UID), "")
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "").rpartition("/")[2]
    return uid, boundary, tuple(sorted(policy["PolicyName"] for policy in role["AttachedManagedPolicies"]))


def _owner_of_bucket(aws: Account, name: str) -> str:
    tags = aws.s3.get_bucket_tagging(Bucket=name)["TagSet"]
    return next((tag["Value"] for tag in tags if tag["Key"] == _UID), "")
