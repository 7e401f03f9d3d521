"""What is declared of a file's rows and of its form."""

import codecs
from dataclasses import dataclass

from cloister_etl.rows.columns import Column
from cloister_etl.warehouse.sql import identifier

RESERVED = "cloister_row"


@dataclass(frozen=True)
class RowSchema:
    """`key` names the columns that make a row what it is; a newer row, by the column `order`, replaces an older one."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: str | None = None

    def __post_init__(self) -> None:
        wrong = [f"{column.name}: {problem}" for column in self.columns for problem in _wrong(column)]
        by_name = {column.name: column for column in self.columns}
        if len(by_name) != len(self.columns):
            wrong.append("columns: a name stands twice")
        if not self.key:
            wrong.append("key: must name at least one column")
        for name in (*self.key, *([self.order] if self.order else [])):
            if name not in by_name:
                wrong.append(f"{name}: is no column")
            elif not by_name[name].required:
                wrong.append(f"{name}: must be required, since it is of the key or the order")
        if wrong:
            raise ValueError("; ".join(wrong))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _wrong(column: Column) -> list[str]:
    found = column.problems()
    try:
        identifier(column.name)
    except ValueError as error:
        found.append(str(error))
    if column.name == RESERVED:
        found.append("is a name that the load uses itself")
    return found


@dataclass(frozen=True)
class Form:
    """How the file is written."""

    encoding: str = "utf-8"  # utf-8, with or without a byte order mark, or windows-1252
    delimiter: str = ","
    quote: str = '"'
    header: bool = True  # else the columns come in the order of the schema
    short_rows: bool = True  # trailing fields that are missing have no value
    unknown_columns: bool = False  # whether the file may have columns that the schema lacks; they are left out

    def __post_init__(self) -> None:
        if codecs.lookup(self.encoding).name not in ("utf-8", "cp1252"):
            raise ValueError("encoding must be utf-8 or windows-1252")
        if len(self.delimiter) != 1 or len(self.quote) != 1 or self.delimiter == self.quote:
            raise ValueError("delimiter and quote must be one character each, and not the same")
