"""To whom: { user [ WITH GRANT OPTION ] | ROLE role | GROUP group | PUBLIC } [, ...]"""

from dataclasses import dataclass

from redshift.cursor import Cursor
from redshift.errors import SqlError
from redshift.names import quote
from redshift.session import Session


@dataclass(frozen=True, slots=True)
class Grantee:
    kind: str
    name: str
    id: int  # 0 is PUBLIC
    quoted: str  # for PostgreSQL
    option: bool = False  # WITH GRANT OPTION


def parse_grantee(session: Session, cursor: Cursor, kinds: tuple[str, ...] = ("ROLE", "GROUP")) -> Grantee:
    if cursor.accept("PUBLIC"):
        found = Grantee("public", "public", 0, "PUBLIC")
    else:
        kind = (cursor.one_of(*kinds) or "USER").lower()
        name = cursor.name() if kind == "group" else cursor.user()
        identity = session.identity(kind, name)
        found = Grantee(kind, name, identity, quote(session.names.identity(kind, name)))
    if cursor.accept("WITH", "GRANT", "OPTION"):
        if found.kind != "user":
            raise SqlError("grant options can only be granted to individual users", "0LP01")
        return Grantee(found.kind, found.name, found.id, found.quoted, True)
    return found


def parse_grantees(session: Session, cursor: Cursor) -> list[Grantee]:
    return cursor.listed(lambda: parse_grantee(session, cursor))
