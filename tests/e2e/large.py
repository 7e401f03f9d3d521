"""A schema of many tables, on each of which every role has a grant of its own."""

from e2e.kinds import Object
from e2e.loopback import HTTP

_COLUMNS = {
    "id": "varchar(32)",
    "received": "date",
    "paid": "decimal(12,2)",
    "payer": "varchar(64)",
    "note": "varchar(256)",
}
# They differ, so that they cannot be told in one statement.
_PRIVILEGES = (["SELECT"], ["SELECT", "INSERT"], ["SELECT", "UPDATE"], ["SELECT", "INSERT", "UPDATE", "DELETE"])


def spec(tables: int, roles: int) -> Object:
    names = [f"claims_{n:03}" for n in range(tables)]
    return {
        "roles": [_role(n, names) for n in range(roles)],
        "tables": [{"name": name, "columns": [{"name": c, "type": t} for c, t in _COLUMNS.items()]} for name in names],
    }


def _role(number: int, tables: list[str]) -> Object:
    privileges = [_PRIVILEGES[(number + n) % len(_PRIVILEGES)] for n in range(len(tables))]
    grants = [{"object": table, "privileges": each} for table, each in zip(tables, privileges, strict=True)]
    return {"name": f"role-{number}", "members": [f"IAMR:large-{number}"], "grants": grants}


def schema(name: str, tenant: str, spec: Object) -> Object:
    meta = {"name": name, "namespace": tenant}
    return {"apiVersion": "cloister.dev/v1alpha1", "kind": "RedshiftSchema", "metadata": meta, "spec": spec}


def statements(control: str, since: int = 0) -> list[str]:
    """What clusters were told after that number of statements."""
    answer = HTTP.get(f"{control}/statements", params={"since": since}, timeout=60)
    return [each["sql"] for each in answer.json()["statements"]]
