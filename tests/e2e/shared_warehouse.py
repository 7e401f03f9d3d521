"""An Environment that lends its tenants a warehouse, and eyes on what is in it."""

from dataclasses import dataclass

from e2e import manifests
from e2e.account import STAGING, Account
from e2e.kinds import Object
from e2e.loopback import HTTP
from e2e.waiting import until
from e2e.world import World

LENDING = "lending"
HOME = "cloister_home"


def lending() -> Object:
    """It takes its cluster along when it goes, so that the account is as it was."""
    more = {"recoveryRegion": "us-west-2", "warehouse": {"reboots": "AtOnce"}, "deletionPolicy": "Delete"}
    manifest = manifests.staging(**more)
    manifest["metadata"]["name"] = LENDING
    return manifest


def tenant(name: str, **spec: object) -> Object:
    """Its schema `claims` holds one table, which the role `loader` fills."""
    grants = [{"object": "ALL TABLES", "privileges": ["SELECT", "INSERT"]}]
    loader = {"name": "loader", "members": [f"IAMR:cloister-{name}-etl"], "grants": grants}
    schema = {
        "name": "claims",
        "roles": [loader],
        "tables": [{"name": "paid", "columns": [{"name": "id", "type": "integer"}]}],
    }
    base: dict[str, object] = {"environment": LENDING, "warehouse": {"shared": True}, "schemas": [schema]}
    return manifests.tenant(name, "landing", **base | spec)


@dataclass(frozen=True)
class Lent:
    world: World
    aws: Account
    cluster: str

    @classmethod
    def of(cls, world: World) -> "Lent":
        ids = [each["id"] for each in world.cluster.get("Environment", LENDING)["status"]["resources"]]
        (cluster,) = (each.removeprefix("redshift-cluster/") for each in ids if each.startswith("redshift-cluster/"))
        return cls(world, Account(world.endpoints, STAGING), cluster)

    def sql(self, *statements: str, database: str = HOME) -> list[list[str | None]]:
        """By hand, as the administrator; the rows of the last one."""
        told = {"account": STAGING, "cluster": self.cluster, "database": database, "sql": list(statements)}
        answer = HTTP.post(f"{self.world.endpoints.control}/sql", json=told, timeout=30)
        answer.raise_for_status()
        rows: list[list[str | None]] = answer.json()["rows"]
        return rows

    def error(self, tenant: str, sql: str, database: str) -> str:
        """What a tenant's user hears of Redshift; nothing where all went well."""
        data = self.aws.redshift_data
        user = f"IAMR:cloister-{tenant}-etl"
        begun = data.execute_statement(ClusterIdentifier=self.cluster, Database=database, DbUser=user, Sql=sql)
        ended = until(
            f"{sql} ends",
            lambda: data.describe_statement(Id=begun["Id"]),
            lambda seen: seen["Status"] in ("FINISHED", "FAILED", "ABORTED"),
        )
        return str(ended.get("Error", ""))

    def role(self, tenant: str) -> str:
        return f"arn:aws:iam::{STAGING}:role/cloister/cloister-{tenant}-warehouse"

    def databases(self) -> set[str | None]:
        return {name for (name,) in self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate")}
