"""A statement's text for records, without what it brings in."""

from redshift.errors import SqlError
from redshift.lexer import NUMBER, STRING, tokens

CHANGING = ("INSERT", "UPDATE", "DELETE", "MERGE")


def without_values(sql: str) -> str:
    try:
        found = tokens(sql)
    except SqlError:
        return "(not SQL)"
    if not found or found[0].text.upper() not in CHANGING:
        return sql
    parts, position = [], 0
    for token in found:
        if token.kind in (STRING, NUMBER):
            parts += [sql[position : token.start], "?"]
            position = token.end
    return "".join([*parts, sql[position:]])
