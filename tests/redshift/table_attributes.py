"""How a table is distributed, sorted and compressed.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
"""

from dataclasses import dataclass, field

from redshift.cursor import Cursor
from redshift.definitions import ColumnDefinition
from redshift.errors import SqlError
from redshift.session import Session
from redshift.types import RAW

STYLES = {"EVEN": 0, "KEY": 1, "ALL": 8, "AUTO": 9}


@dataclass(slots=True)
class TableAttributes:
    style: str = ""
    distkey: str = ""
    sortkeys: list[str] = field(default_factory=list)
    interleaved: bool = False
    encode_auto: bool = False


def parse_attributes(cursor: Cursor) -> TableAttributes:
    found = TableAttributes()
    while True:
        if cursor.accept("DISTSTYLE"):
            found.style = cursor.one_of(*STYLES) or ""
            if not found.style:
                raise cursor.wrong()
        elif cursor.accept("DISTKEY"):
            (found.distkey,) = cursor.in_parentheses(cursor.name)
        elif cursor.accept("SORTKEY", "AUTO"):
            found.sortkeys = []
        elif cursor.at("COMPOUND", "SORTKEY") or cursor.at("INTERLEAVED", "SORTKEY") or cursor.at("SORTKEY"):
            found.interleaved = cursor.one_of("COMPOUND", "INTERLEAVED") == "INTERLEAVED"
            cursor.expect("SORTKEY")
            found.sortkeys = cursor.in_parentheses(cursor.name)
        elif cursor.accept("ENCODE", "AUTO"):
            found.encode_auto = True
        elif cursor.accept("BACKUP"):
            if not cursor.one_of("YES", "NO"):
                raise cursor.wrong()
        else:
            return found


def record(session: Session, relid: int, columns: list[ColumnDefinition], table: TableAttributes) -> None:
    numbers = session.columns(relid)
    distkey = table.distkey or next((column.name for column in columns if column.distkey), "")
    sortkeys = table.sortkeys or [column.name for column in columns if column.sortkey]
    for name in ([distkey] if distkey else []) + sortkeys:
        if name not in numbers:
            raise SqlError(f'column "{name}" named in key does not exist', "42703")
    style = table.style or ("KEY" if distkey else "AUTO")
    if style == "KEY" and not distkey:
        raise SqlError("DISTSTYLE KEY requires a distribution key", "42601")
    if style != "KEY" and distkey:
        raise SqlError(f"DISTKEY cannot be specified with DISTSTYLE {style}", "42601")
    automatic = table.encode_auto or not any(column.encoding for column in columns)
    session.own(
        "INSERT INTO redshift.relation_attributes VALUES (%s, %s, %s, %s)",
        (relid, STYLES[style], not sortkeys, automatic),
    )
    positions = positions_of(sortkeys, table.interleaved)
    for column in columns:
        sorted_first = RAW if column.name in positions else column.type.encoding  # sort keys are left RAW
        session.own(
            "INSERT INTO redshift.column_attributes VALUES (%s, %s, %s, %s, %s)",
            (relid, numbers[column.name], column.encoding or sorted_first, column.name == distkey,
             positions.get(column.name, 0)),
        )  # fmt: skip


def positions_of(sortkeys: list[str], interleaved: bool) -> dict[str, int]:
    """From 1; of an interleaved key with alternating signs, the first one negative.

    https://docs.aws.amazon.com/redshift/latest/dg/r_PG_TABLE_DEF.html
    """
    signs = (-1, 1) if interleaved else (1, 1)
    return {name: (place + 1) * signs[place % 2] for place, name in enumerate(sortkeys)}
