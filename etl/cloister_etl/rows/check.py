"""A record against the schema: a clean row, or all that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloister_etl.rows.columns import BadValue
from cloister_etl.rows.decode import undecodable
from cloister_etl.rows.records import Record
from cloister_etl.rows.schema import Form, RowSchema


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    column: str = ""


class Checker:
    def __init__(self, schema: RowSchema, form: Form, places: Sequence[int | None], width: int) -> None:
        self.columns = list(zip(schema.columns, places, strict=True))
        self.form, self.width = form, width

    def check(self, record: Record) -> tuple[list[str | None], list[Problem]]:
        if record.cells is None:
            return [], [Problem(record.code)]
        if undecodable(record.raw):
            return [], [Problem("undecodable")]
        if "\0" in record.raw:
            return [], [Problem("null_character")]
        cells = record.cells
        if any(cell.strip() for cell in cells[self.width :]):
            return [], [Problem("too_many_fields")]
        if len(cells) < self.width and not self.form.short_rows:
            return [], [Problem("too_few_fields")]
        return self._row(cells)

    def _row(self, cells: list[str]) -> tuple[list[str | None], list[Problem]]:
        row: list[str | None] = []
        problems = []
        for column, place in self.columns:
            text = cells[place] if place is not None and place < len(cells) else ""
            try:
                row.append(column.read(text))
            except BadValue as bad:
                problems.append(Problem(bad.code, column.name))
        return row, problems
