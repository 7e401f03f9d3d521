"""A large delimited file as several of at most so many bytes, each with the header, cut between records only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from typing import BinaryIO

from cloister_etl.rows.decode import lines, text_of
from cloister_etl.rows.records import Records
from cloister_etl.rows.schema import Form
from cloister_etl.s3.write import ObjectWriter

Open = Callable[[int], AbstractContextManager[ObjectWriter]]


def split(stream: BinaryIO, form: Form, most_bytes: int, piece: Open) -> None:
    """Bytes go over as they are; the byte order mark is left out, since each piece would need its own."""
    encoding = "utf-8" if form.encoding.lower().replace("-", "") == "utf8" else form.encoding
    records = (
        record.raw.encode(encoding, "surrogateescape") for record in Records(lines(text_of(stream, encoding)), form)
    )
    header = next(records, b"") if form.header else b""
    held = next(records, None)
    for number in count():
        with piece(number) as into:
            written = into.write(header)
            while held is not None and (written == len(header) or written + len(held) <= most_bytes):
                written += into.write(held)
                held = next(records, None)
        if held is None:
            return
