"""GRANT and REVOKE ASSUMEROLE: who may name which IAM role in which commands.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html, "granting the ASSUMEROLE permission"

It holds in the whole cluster, so it is kept where PostgreSQL keeps what all databases share: as the right to set a
parameter, of which there is one for each command and role. catalog/iam.sql shows them.
"""

from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported
from redshift.grantees import parse_grantees
from redshift.names import quote
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

COMMANDS = ("COPY", "UNLOAD", "EXTERNAL FUNCTION", "CREATE MODEL")
PIECE = 60
ANY = "any"  # the roles that the cluster has, whichever


def parameter(command: str, role: str) -> str:
    """The role in pieces, since PostgreSQL cuts names at 63 bytes."""
    digits = role.encode().hex()
    pieces = [role] if role == ANY else [f"r{digits[at : at + PIECE]}" for at in range(0, len(digits), PIECE)]
    return ".".join([f"assumerole_{command.lower().replace(' ', '_')}", *pieces])


def _quoted(name: str) -> str:
    return ".".join(quote(piece) for piece in name.split("."))


def at_first() -> list[str]:
    """ "revoke assumerole on all from public for all" is what a superuser runs "to enable the use of the ASSUMEROLE
    permission": a new cluster has it granted."""
    return [f"GRANT SET ON PARAMETER {_quoted(parameter(command, ANY))} TO PUBLIC" for command in COMMANDS]


def check(session: Session, command: str, role: str) -> None:
    """ "A superuser always retains the ASSUMEROLE permission." """
    user = session.names.identity("user", session.user)
    allowed = "has_parameter_privilege(%s, %s, 'SET')"
    found = session.own(
        f"SELECT {allowed} OR {allowed}", (user, parameter(command, role), user, parameter(command, ANY))
    )
    if not found[0][0]:
        message = f'User {session.user} does not have ASSUMEROLE permission on IAM role "{role}" for {command}'
        raise SqlError(message, "42501")


def _role(cursor: Cursor) -> str:
    cursor.expect("ON")
    if cursor.accept("DEFAULT"):
        raise unsupported("ASSUMEROLE on the default role")
    return ANY if cursor.accept("ALL") else cursor.string()


def _commands(cursor: Cursor) -> list[str]:
    cursor.expect("FOR")
    if cursor.accept("ALL"):
        return list(COMMANDS)

    def one() -> str:
        found = next((command for command in COMMANDS if cursor.accept(*command.split())), None)
        if found is None:
            raise cursor.wrong()
        return found

    return cursor.listed(one)


@performs("GRANT ASSUMEROLE")
def grant(session: Session, cursor: Cursor) -> Result:
    role = _role(cursor)
    cursor.expect("TO")
    who = ", ".join(grantee.quoted for grantee in parse_grantees(session, cursor))
    commands = _commands(cursor)
    session.require_superuser("grant ASSUMEROLE")
    for command in commands:
        session.own(f"GRANT SET ON PARAMETER {_quoted(parameter(command, role))} TO {who}")
    return Result()


@performs("REVOKE ASSUMEROLE")
def revoke(session: Session, cursor: Cursor) -> Result:
    """ON ALL: "revokes the ASSUMEROLE privilege from user reg_user1 on all roles for all operations"."""
    role = _role(cursor)
    cursor.expect("FROM")
    who = ", ".join(grantee.quoted for grantee in parse_grantees(session, cursor))
    commands = _commands(cursor)
    session.require_superuser("revoke ASSUMEROLE")
    for command in commands:
        for name in _granted(session, command) if role == ANY else [parameter(command, role)]:
            session.own(f"REVOKE SET ON PARAMETER {_quoted(name)} FROM {who}")
    return Result()


def _granted(session: Session, command: str) -> list[str]:
    beginning = parameter(command, ANY).removesuffix(ANY)
    found = session.own("SELECT parname FROM pg_parameter_acl WHERE starts_with(parname, %s)", (beginning,))
    return [str(name) for (name,) in found]
