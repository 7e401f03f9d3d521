"""The first line: which field of a row belongs to which column, whatever their order."""

from collections import Counter

from cloister_etl.errors import Rejected
from cloister_etl.rows.records import Record
from cloister_etl.rows.schema import Form, RowSchema


class WrongHeader(Rejected):
    pass


def places(record: Record, schema: RowSchema, form: Form) -> list[int | None]:
    """For each column of the schema the place of its field, or None if the file lacks it."""
    if record.cells is None:
        raise WrongHeader("the header of a file cannot be read")
    found = [cell.strip().casefold() for cell in record.cells]
    wanted = [(column.header or column.name).casefold() for column in schema.columns]
    wrong = []
    missing = [
        column.name
        for column, name in zip(schema.columns, wanted, strict=True)
        if column.required and name not in found
    ]
    if missing:
        wrong.append(f"lacks the required columns {', '.join(missing)}")
    counts = Counter(name for name in found if name in wanted)
    if twice := [name for name, count in counts.items() if count > 1]:
        wrong.append(f"has the columns {', '.join(twice)} more than once")
    unknown = sum(1 for name in found if name and name not in wanted)
    if unknown and not form.unknown_columns:
        wrong.append(f"has {unknown} columns that are not declared")  # not by name: it may be a row of data
    if wrong:
        raise WrongHeader("the header of a file " + ", and ".join(wrong))
    return [found.index(name) if name in found else None for name in wanted]
