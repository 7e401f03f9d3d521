"""Named parameters of the Data API: `:name`, given as text, typed by where they stand.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html, "Running SQL statements with parameters"
"""

from redshift.errors import SqlError
from redshift.lexer import PARAMETER, tokens


def names(sql: str) -> set[str]:
    return {token.text[1:] for token in tokens(sql) if token.kind == PARAMETER and not _joined(sql, token.start)}


def bind(sql: str, values: dict[str, str]) -> str:
    parts, position = [], 0
    for token in tokens(sql):
        if token.kind != PARAMETER or _joined(sql, token.start):
            continue
        value = values.get(token.text[1:])
        if value is None:
            raise SqlError(f'syntax error at or near ":{token.text[1:]}"')
        escaped = value.replace("\\", "\\\\").replace("'", "''")
        parts += [sql[position : token.start], f"'{escaped}'"]
        position = token.end
    return "".join([*parts, sql[position:]])


def _joined(sql: str, start: int) -> bool:
    """Part of a name, as in sys:secadmin."""
    return start > 0 and (sql[start - 1].isalnum() or sql[start - 1] in '_"')
