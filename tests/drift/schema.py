"""Flips of what is in a schema, by hand in SQL: all but those of tables and policies."""

from drift.schema_snapshot import OWNER, ROLES, SCHEMA
from e2e.sql import Database

# A user, a group and a role of others.
STRANGER = "stranger"
_STRANGERS = (
    f"CREATE USER {STRANGER} PASSWORD DISABLE CREATEUSER",
    f"CREATE GROUP {STRANGER}s",
    f"CREATE ROLE {STRANGER}_role",
)
_NOBODY_DECLARED = [
    f"GRANT {privilege} TO {who}"
    for who in ("PUBLIC", STRANGER, f"GROUP {STRANGER}s", f"ROLE {STRANGER}_role")
    for privilege in (
        f"CREATE ON SCHEMA {SCHEMA}",
        f"SELECT, DELETE ON {SCHEMA}.payers",
        f"UPDATE (region) ON {SCHEMA}.patients",
    )
] + [
    f"ALTER DEFAULT PRIVILEGES FOR USER {OWNER} IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO GROUP {STRANGER}s",
    f"ALTER DEFAULT PRIVILEGES FOR USER {STRANGER} IN SCHEMA {SCHEMA} GRANT INSERT ON TABLES TO PUBLIC",
]


def invite_strangers(database: Database) -> None:
    database(*_STRANGERS)


def flip_schema(database: Database, path: str) -> None:
    match path:
        case "owner":
            database(f"ALTER SCHEMA {SCHEMA} OWNER TO {STRANGER}")
        case "quotaMiB":
            database(f"ALTER SCHEMA {SCHEMA} QUOTA 7 GB")
        case "publicSchema":
            database("GRANT CREATE ON SCHEMA public TO PUBLIC")
        case "unmanagedGrants":
            database(*_NOBODY_DECLARED)
        case _:
            raise AssertionError(f"no flip for {path} of a schema")


def flip_user(database: Database, path: str) -> None:
    user, _, part = path.removeprefix("users.").rpartition(".")
    if part != "superuser":
        raise AssertionError(f"no flip for {path} of a user")
    # Redshift may have folded the name.
    ((name,),) = database(f"SELECT usename FROM pg_user WHERE LOWER(usename) = '{user}'")
    database(f'ALTER USER "{name}" CREATEUSER')


def flip_role(database: Database, path: str) -> None:
    _, name, part, *rest = path.split(".", 3)
    role = f'"{ROLES}{name}"'
    match part:
        case "members":
            held = database(f"SELECT user_name FROM svv_user_grants WHERE role_name = '{ROLES}{name}'")
            database(f'REVOKE ROLE {role} FROM "{held[0][0]}"', f"GRANT ROLE {role} TO {STRANGER}")
            database(f"GRANT ROLE {role} TO ROLE {STRANGER}_role")
        case "memberOf":
            held = database(f"SELECT granted_role_name FROM svv_role_grants WHERE role_name = '{ROLES}{name}'")
            database(*(f'REVOKE ROLE "{parent}" FROM ROLE {role}' for (parent,) in held))
            database(f"GRANT ROLE {STRANGER}_role TO ROLE {role}")
        case "grants":
            database(*_exchanged(rest[0], f"ROLE {role}"))
        case _:
            raise AssertionError(f"no flip for {path} of a role")


def _exchanged(target: str, who: str) -> list[str]:
    """What is held is taken, and another privilege given."""
    if target == "SCHEMA":
        return [f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {who}", f"GRANT CREATE ON SCHEMA {SCHEMA} TO {who}"]
    if target.startswith("TABLES TO COME"):
        change = f"ALTER DEFAULT PRIVILEGES FOR USER {OWNER} IN SCHEMA {SCHEMA}"
        return [f"{change} REVOKE SELECT ON TABLES FROM {who}", f"{change} GRANT DELETE ON TABLES TO {who}"]
    table, _, column = target.removesuffix(")").partition("(")
    if column:
        return [f"REVOKE SELECT ({column}) ON {SCHEMA}.{table} FROM {who}"]
    return [f"REVOKE ALL ON {SCHEMA}.{table} FROM {who}", f"GRANT DELETE ON {SCHEMA}.{table} TO {who}"]
