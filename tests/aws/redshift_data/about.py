"""What a call of the Data API is about."""

from aws.call import Call
from aws.redshift_data.records import STATEMENTS


def sql_of(call: Call) -> str:
    """The SQL that it brings, or that of the statement which it asks about; a batch's line by line."""
    if call.service != "redshift-data":
        return ""
    brought = call.param("Sqls") or [call.param("Sql") or ""]
    statement = STATEMENTS.all.get(str(call.param("Id", "")).partition(":")[0])
    return "\n".join([part.sql for part in statement.parts] if statement else map(str, brought))
