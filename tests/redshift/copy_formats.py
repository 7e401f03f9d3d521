"""The files that COPY takes, as rows of text. https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from redshift.copy_options import CSV, JSON, PARQUET, Copy
from redshift.errors import SqlError

Cells = list[str | None]


@dataclass(frozen=True, slots=True)
class Line:
    file: str
    number: int
    cells: Cells


class BadLine(Exception):
    """Code and reason as in https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html"""

    def __init__(self, file: str, number: int, code: int, reason: str) -> None:
        super().__init__(reason)
        self.file, self.number, self.code, self.reason = file, number, code, reason


def lines(copy: Copy, file: str, body: bytes, columns: list[str]) -> Iterator[Line]:
    if copy.gzip:
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError) as error:
            raise SqlError("gzip decompression failed", "XX000") from error
    if copy.format == PARQUET:
        yield from _parquet(file, body, columns)
        return
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadLine(file, 0, 1220, "String contains invalid or unsupported UTF8 codepoints") from error
    if copy.format == JSON:
        yield from _json(file, text, columns)
    elif copy.format == CSV:
        yield from _csv(copy, file, text, len(columns))
    else:
        yield from _delimited(copy, file, text, len(columns))


def _fitted(file: str, number: int, cells: list[str], width: int) -> Line:
    if len(cells) > width:
        raise BadLine(file, number, 1202, "Extra column(s) found")
    if len(cells) < width:
        raise BadLine(file, number, 1213 if cells == [""] else 1203, "Delimiter not found")
    return Line(file, number, list(cells))


def _csv(copy: Copy, file: str, text: str, width: int) -> Iterator[Line]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=copy.delimiter or ",", quotechar=copy.quote, strict=True
    )
    before = 0
    try:
        for cells in reader:
            if before >= copy.header and cells:
                yield _fitted(file, before + 1, cells, width)
            before = reader.line_num
    except csv.Error as error:
        raise BadLine(file, before + 1, 1214, "Delimited value missing end quote") from error


def _delimited(copy: Copy, file: str, text: str, width: int) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        if number > copy.header:
            yield _fitted(file, number, line.split(copy.delimiter or "|"), width)


def _json(file: str, text: str, columns: list[str]) -> Iterator[Line]:
    """Objects one after the other; a name that no column has is left out, a column without a value is NULL."""
    decoder = json.JSONDecoder()
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position == len(text):
            return
        number = text.count("\n", 0, position) + 1
        try:
            found, position = decoder.raw_decode(text, position)
        except ValueError as error:
            raise BadLine(file, number, 1224, "Invalid JSON format") from error
        if not isinstance(found, dict):
            raise BadLine(file, number, 1224, "Invalid JSON format, object expected")
        yield Line(file, number, [_text(found.get(column)) for column in columns])


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    return json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


def _parquet(file: str, body: bytes, columns: list[str]) -> Iterator[Line]:
    """ "COPY inserts values into the target table's columns in the same order as the columns occur" in the file."""
    from pyarrow import ArrowInvalid, parquet  # only here: few loads need it and it is slow to load

    try:
        table = parquet.read_table(io.BytesIO(body))
    except ArrowInvalid as error:
        raise SqlError(f"Spectrum Scan Error: {file} is not a Parquet file", "XX000") from error
    if table.num_columns != len(columns):
        raise SqlError(
            f"Unmatched number of columns between table and file. Table columns: {len(columns)}, "
            f"Data columns: {table.num_columns}", "XX000",
        )  # fmt: skip
    arrays = [column.to_pylist() for column in table.columns]
    for number in range(table.num_rows):
        yield Line(file, number + 1, [_text(array[number]) for array in arrays])
