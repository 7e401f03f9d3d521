"""PostgreSQL's refusals in Redshift's words."""

import re

import psycopg

from redshift.errors import SqlError

IDENTITY = re.compile(r'role "(?:(role|group):)?([^"]*)"')
# https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
SERIALIZATION = "1023\nDETAIL:  Serializable isolation violation on table"
REPLACED = {
    "could not serialize access due to concurrent update": SERIALIZATION,
    "could not serialize access due to concurrent delete": SERIALIZATION,
    "could not serialize access due to read/write dependencies among transactions": SERIALIZATION,
    # Two changes of one catalog row at once, which Redshift's leader has words of its own for.
    "tuple concurrently updated": "could not complete because of conflict with concurrent transaction",
    "tuple concurrently deleted": "could not complete because of conflict with concurrent transaction",
}


def from_postgres(error: psycopg.Error) -> SqlError:
    message = error.diag.message_primary or str(error)
    message = REPLACED.get(message, message)
    # PostgreSQL has only roles; ours say in their stored name what they are.
    message = IDENTITY.sub(lambda found: f'{found.group(1) or "user"} "{found.group(2)}"', message)
    too_long = error.diag.sqlstate == "23514" and (error.diag.constraint_name or "").startswith("redshift_bytes_")
    if too_long or message.startswith("value too long for type"):
        return SqlError("Value too long for character type", "22001")
    if error.diag.sqlstate == "57014":
        message = "Query cancelled on user's request"
    return SqlError(message, error.diag.sqlstate or "XX000")
