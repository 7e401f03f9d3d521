"""Names and texts as they stand in a statement.

https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
"""

from typing import NewType

Sql = NewType("Sql", str)
LONGEST_NAME = 127  # bytes


def identifier(name: str) -> Sql:
    """Redshift folds quoted names to lower case as well, so another case would name something else than it says."""
    if not name or "\0" in name or len(name.encode()) > LONGEST_NAME:
        raise ValueError(f"a name has 1 to {LONGEST_NAME} bytes and no null character")
    if name != name.lower():
        raise ValueError("a name is in lower case, as Redshift folds it")
    return Sql('"' + name.replace('"', '""') + '"')


def qualified(schema: str, name: str) -> Sql:
    return Sql(f"{identifier(schema)}.{identifier(name)}")


def literal(text: str) -> Sql:
    """A backslash escapes within Redshift's string literals, so it is doubled like the quote."""
    if "\0" in text:
        raise ValueError("a text has no null character")
    return Sql("'" + text.replace("\\", "\\\\").replace("'", "''") + "'")


def listed(*names: str, of: str = "") -> Sql:
    return Sql(", ".join(f"{of}.{identifier(name)}" if of else identifier(name) for name in names))
