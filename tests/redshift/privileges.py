"""Which privileges there are on what, and what PostgreSQL keeps them as (see catalog/acl.sql)."""

from dataclasses import dataclass

from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported
from redshift.lexer import WORD

# https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
ON_RELATIONS = {
    "SELECT": "SELECT", "INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "REFERENCES": "REFERENCES",
    "TRUNCATE": "TRUNCATE", "DROP": "TRIGGER", "ALTER": "MAINTAIN",
}  # fmt: skip
ON_SCHEMAS = {"CREATE": "CREATE", "USAGE": "USAGE"}
ON_DATABASES = {"CREATE": "CREATE", "TEMPORARY": "TEMPORARY", "TEMP": "TEMPORARY"}
ON_COLUMNS = ("SELECT", "UPDATE")
# Privileges and kinds of objects that Redshift has besides.
OTHER = ("EXECUTE", "ASSUMEROLE", "SHARE", "EXPLAIN", "IGNORE", "ACCESS", "VACUUM", "ANALYZE", "CANCEL")
ALL = "ALL"
AFTER = ("ON", "TO", "FROM", "FOR")


@dataclass(frozen=True, slots=True)
class Privilege:
    name: str
    columns: tuple[str, ...] = ()


def parse_privileges(cursor: Cursor) -> list[Privilege]:
    def one() -> Privilege:
        if cursor.one_of(*OTHER):
            raise unsupported("this privilege")
        name = cursor.one_of(ALL, *ON_RELATIONS, *ON_SCHEMAS, *ON_DATABASES)
        if name is None:
            raise cursor.wrong()
        if name == ALL:
            cursor.accept("PRIVILEGES")
        following = cursor.peek()
        if following is not None and following.kind == WORD and not any(cursor.at(word) for word in AFTER):
            raise unsupported(f"the system permission {name} {following.text.upper()}")
        columns = tuple(cursor.in_parentheses(cursor.name)) if cursor.at("(") else ()
        if columns and name not in (*ON_COLUMNS, ALL):
            raise SqlError(f"invalid privilege type {name} for column", "0LP01")
        return Privilege(name, columns)

    found = cursor.listed(one)
    if any(privilege.name == ALL for privilege in found) and len(found) > 1:
        raise cursor.wrong()
    return found


def kept(privileges: list[Privilege], possible: dict[str, str], kind: str, quoted: dict[str, str]) -> str:
    """The list as PostgreSQL takes it; `quoted` are the columns' names."""
    return ", ".join(_one(privilege, possible, kind, quoted) for privilege in privileges)


def _one(privilege: Privilege, possible: dict[str, str], kind: str, quoted: dict[str, str]) -> str:
    if privilege.columns:
        if kind != "relation":
            raise SqlError(f"column privileges are only valid for relations, not for a {kind}", "0LP01")
        names = ON_COLUMNS if privilege.name == ALL else (privilege.name,)
        columns = ", ".join(quoted[column] for column in privilege.columns)
        return ", ".join(f"{name} ({columns})" for name in names)
    if privilege.name == ALL:
        return ", ".join(dict.fromkeys(possible.values()))
    if privilege.name not in possible:
        raise SqlError(f"invalid privilege type {privilege.name} for {kind}", "0LP01")
    return possible[privilege.name]
