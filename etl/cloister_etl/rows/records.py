"""Lines as records. A quote that is never closed takes down its own line only, not what comes after it."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from cloister_etl.rows.schema import Form

MOST_LINES = 1000  # of one record
LONGEST = 1024 * 1024  # characters of one field


@dataclass(frozen=True, slots=True)
class Record:
    line: int  # where it begins, from 1
    raw: str
    cells: list[str] | None  # None if it cannot be read
    code: str = ""


class _Unread(Exception):
    pass


class Records:
    def __init__(self, lines: Iterator[tuple[str, bool]], form: Form) -> None:
        self.lines, self.form = lines, form
        self.pending: deque[tuple[str, bool]] = deque()
        self.taken: list[tuple[str, bool]] = []
        self.number = 0  # of the last line that was settled
        csv.field_size_limit(LONGEST)

    def __iter__(self) -> Iterator[Record]:
        while (first := self._next()) is not None:
            self.taken = [first]
            yield self._record()

    def _next(self) -> tuple[str, bool] | None:
        return self.pending.popleft() if self.pending else next(self.lines, None)

    def _record(self) -> Record:
        line = self.number + 1
        if not self.taken[0][1]:
            return self._settled(line, None, "line_too_long")
        reader = csv.reader(
            self._given(), delimiter=self.form.delimiter, quotechar=self.form.quote, strict=True, doublequote=True
        )
        try:
            cells = next(reader)
        except (csv.Error, _Unread, StopIteration):
            self.pending.extendleft(reversed(self.taken[1:]))
            del self.taken[1:]
            return self._settled(line, None, "malformed_quotes")
        return self._settled(line, cells, "")

    def _given(self) -> Iterator[str]:
        """The reader asks for another line only within quotes."""
        yield self.taken[0][0]
        while (more := self._next()) is not None:
            self.taken.append(more)
            if len(self.taken) > MOST_LINES or not more[1]:
                raise _Unread
            yield more[0]
        raise _Unread

    def _settled(self, line: int, cells: list[str] | None, code: str) -> Record:
        self.number += len(self.taken)
        return Record(line, "".join(text for text, _ in self.taken), cells, code)
