"""Schemas in one tenant's warehouse, since each cluster is a PostgreSQL of its own: born, changed, deleted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chaos.environments import Environments
from chaos.rig import PATIENCE, Rig
from e2e.account import PRODUCTION, REGION, STAGING
from e2e.kinds import Object, is_ready
from e2e.loopback import HTTP
from e2e.manifests import tenant
from e2e.waiting import until

KIND = "RedshiftSchema"
_ELSEWHERE, _RECOVERY = ("us-east-2", "us-west-1", "ca-central-1"), "us-west-2"
# Whatever changes something begins with one of these; what looks, with SELECT.
CHANGING = ("ALTER", "ATTACH", "CREATE", "DELETE", "DETACH", "DROP", "GRANT", "INSERT", "LOCK", "REVOKE")


def born(name: str) -> Object:
    """All that a schema may hold. Its name is in every statement that is about it."""
    return {
        "destructiveChanges": "Allow",
        "columnTypeChanges": "ShadowTable",
        "unmanagedGrants": "Revoke",
        "quotaGiB": 10,
        "roles": [
            {"name": "analyst", "grants": [_grant("ALL TABLES", "SELECT")]},
            {"name": "loader", "members": [f"IAMR:{name}-etl"], "grants": [_grant("visits", "SELECT", "INSERT")]},
        ],
        "tables": [
            _table("claims", payer="varchar(16)", legacy="varchar(8)"),
            _table("visits", paid="decimal(12,2)", payer="varchar(16)", ssn="char(11)"),
        ],
        "rowLevelSecurity": [_filter("medicare")],
        "masking": [_mask()],
    }


def changed(name: str) -> Object:
    """A column more, a wider one, one less; a type by a copy; a role more, and one less with its only member."""
    spec = born(name)
    analyst, _ = spec["roles"]
    auditor = {"name": "auditor", "memberOf": ["analyst"], "grants": [_grant("visits", "SELECT", "DELETE")]}
    return spec | {
        "roles": [analyst, auditor],
        "tables": [
            _table("claims", payer="varchar(64)", note="varchar(32)"),
            _table("visits", paid="decimal(18,4)", payer="varchar(16)", ssn="char(11)"),
        ],
        "rowLevelSecurity": [_filter("medicare", "medicaid")],
    }


# As they are with the first types, and all of what a client would miss.
ROWS = {
    "claims": "INSERT INTO {schema}.claims VALUES ('c1', 'medicare', 'old'), ('c2', NULL, NULL), ('c3', 'aetna', '')",
    "visits": "INSERT INTO {schema}.visits VALUES ('v1', 1.25, 'medicare', '123-45-6789'), ('v2', NULL, NULL, NULL)",
}


def _grant(on: str, *privileges: str) -> Object:
    return {"object": on, "privileges": list(privileges)}


def _table(table: str, **columns: str) -> Object:
    key = {"name": "id", "type": "varchar(32)", "nullable": False}
    others = [{"name": name, "type": type_} for name, type_ in columns.items()]
    return {"name": table, "columns": [key, *others], "distribution": {"key": "id"}, "sort": ["id"]}


def _filter(*values: str) -> Object:
    where = {"filter": {"values": list(values)}, "tables": ["visits"], "roles": ["analyst"]}
    return {"name": "own-payer", "column": "payer"} | where


def _mask() -> Object:
    return {
        "name": "hide-ssn",
        "mask": {"hide": True},
        "columns": [{"table": "visits", "column": "ssn"}],
        "roles": ["analyst"],
    }


@dataclass(frozen=True)
class Schemas:
    """In the warehouse of one tenant, whose database is named like it."""

    rig: Rig
    tenant: str
    cluster: str
    account: str = PRODUCTION
    region: str = REGION

    def fresh(self) -> str:
        """A name that is in no other."""
        return f"s{next(self.rig.numbers):04}"

    def apply(self, name: str, spec: Object, **more: Any) -> None:
        meta = {"name": name, "namespace": self.tenant}
        whole = {"apiVersion": "cloister.dev/v1alpha1", "kind": KIND, "metadata": meta, "spec": spec | more}
        self.rig.world.cluster.apply(whole)

    def bear(self, name: str, **more: Any) -> None:
        """With rows in its tables."""
        self.apply(name, born(name), **more)
        self.wait(name, Schemas.is_ready)
        self.fill(name)

    def fill(self, name: str) -> None:
        self.sql(*(rows.format(schema=name) for rows in ROWS.values()))

    def delete(self, name: str) -> None:
        self.rig.world.cluster.delete(KIND, name, self.tenant)

    def is_ready(self, name: str) -> bool:
        return is_ready(self.rig.world.cluster.find(KIND, name, self.tenant))

    def is_gone(self, name: str) -> bool:
        return self.rig.world.cluster.find(KIND, name, self.tenant) is None

    def wait(self, name: str, done: Callable[["Schemas", str], bool]) -> None:
        until(f"{name} is done", lambda: done(self, name), timeout=PATIENCE)

    def sql(self, *statements: str) -> list[list[str | None]]:
        """By hand, as the cluster's administrator; the rows of the last one."""
        there = {"account": self.account, "region": self.region, "cluster": self.cluster, "database": self.tenant}
        answer = HTTP.post(f"{self.rig.control}/sql", json=there | {"sql": list(statements)}, timeout=60)
        assert answer.ok, answer.text
        rows: list[list[str | None]] = answer.json()["rows"]
        return rows

    # --- Faults ---------------------------------------------------------------

    def inject(self, name: str, **rule: Any) -> str:
        """At calls that are about this schema, or at its SQL statements."""
        return self.rig.inject({"sql": f"*{name}*"} | rule)

    @contextmanager
    def counted(self, name: str, **rule: Any) -> Iterator[Callable[[], int]]:
        """How many times such a fault could have happened to a schema."""
        counting = self.inject(name, **rule | {"count": 0})
        yield lambda: self.rig.seen(counting)
        self.rig.withdraw(counting)


def changing(name: str) -> list[str]:
    """Of transactions and statements that change something of the schema."""
    return [f"{verb} *{name}*" for verb in CHANGING]


def warehouse(rig: Rig, name: str) -> Schemas:
    """A tenant with an empty warehouse, in the production account."""
    rig.apply(name, warehouse={})
    rig.wait_ready(name)
    return Schemas(rig, name, _cluster(rig, name))


def warehouses_elsewhere(rig: Rig) -> list[Schemas]:
    """One in each of several regions of the staging account, since AWS limits calls by account and region."""
    environments, tenants = Environments(rig), {}
    for region in _ELSEWHERE:
        environments.apply(region, recoveryRegion=_RECOVERY)
    environments.wait_ready(*_ELSEWHERE)
    for number, region in enumerate(_ELSEWHERE):
        tenants[f"far{number}"] = region
        rig.world.cluster.apply(tenant(f"far{number}", warehouse={}, environment=region))
    rig.wait_ready(*tenants)
    return [Schemas(rig, name, _cluster(rig, name), STAGING, region) for name, region in tenants.items()]


def _cluster(rig: Rig, tenant: str) -> str:
    resources = rig.world.cluster.get("ClientTenant", tenant)["status"]["resources"]
    ids = [str(resource["id"]) for resource in resources]
    (cluster,) = [id_.partition("/")[2] for id_ in ids if id_.startswith("redshift-cluster/")]
    return cluster
