"""Acts in the tenant's warehouse, in SQL, on the schema of the example."""

from collections.abc import Callable

from e2e.careless.act import Act, Target

_TABLE = "claims.medical_claims"
_GRANTED = "SELECT privilege_type FROM svv_relation_privileges WHERE namespace_name = 'claims'"
_TO_PUBLIC = f"{_GRANTED} AND identity_type = 'public'"
_TO_ANALYSTS = f"{_GRANTED} AND identity_name = '{{prefix}}.analyst'"
_OWNER = """SELECT u.usename FROM pg_class c JOIN pg_user u ON u.usesysid = c.relowner
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'claims' AND c.relname = 'medical_claims'"""
_MEMBERS = "SELECT role_name, user_name FROM svv_user_grants ORDER BY 1, 2"


def _schema(target: Target) -> str:
    database = target.tenant.replace("-", "_")
    return f"redshift-schema/{target.warehouse}/{database}.claims"


def _sql(*statements: str) -> Callable[[Target], object]:
    return lambda target: target.sql(*(statement.format(prefix=f"{target.tenant}.claims") for statement in statements))


def _outsider(target: Target) -> object:
    known = target.sql("SELECT 1 FROM pg_user WHERE usename = 'outsider'")
    return known or target.sql("CREATE USER outsider PASSWORD DISABLE")


def _hand_over(target: Target) -> object:
    _outsider(target)
    return target.sql(f"ALTER TABLE {_TABLE} OWNER TO outsider")


def _let_in(target: Target) -> object:
    _outsider(target)
    return _sql('GRANT ROLE "{prefix}.loader" TO outsider')(target)


def act(title: str, field: str, do: Callable[[Target], object], read: str) -> Act:
    return Act(title, "RedshiftSchema", _schema, field, do, _sql(read))


ACTS = [
    act("lets everybody read the claims", "unmanagedGrants", _sql(f"GRANT SELECT ON {_TABLE} TO PUBLIC"), _TO_PUBLIC),
    act(
        "takes the analysts' access",
        "roles.analyst",
        _sql(f'REVOKE SELECT ON {_TABLE} FROM ROLE "{{prefix}}.analyst"'),
        _TO_ANALYSTS,
    ),
    act("lets an outsider load data", "roles.loader", _let_in, _MEMBERS),
    act("gives a table to somebody else", "tables.medical_claims.owner", _hand_over, _OWNER),
]

# What it holds is data, so it is told of and left.
ADDS_A_COLUMN = act(
    "adds a column to a table",
    "tables",
    _sql(f"ALTER TABLE {_TABLE} ADD COLUMN memo varchar(64)"),
    "SELECT 1",
)
