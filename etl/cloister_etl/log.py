"""The log: JSON lines of known fields, each checked for what it may hold.

Whatever is said through Python's logging by anybody else, Luigi and boto among them, is told by logger, level and place
only. A message may have values of rows in it, and so may the arguments that it is made of.
"""

import io
import json
import logging
import os
import re
import sys
import threading
import warnings
from datetime import UTC, datetime
from typing import TextIO

from cloister_etl.trace import shortened, told

Value = str | int | float | bool
KNOWN = frozenset({
    "tenant", "pipeline", "run", "attempt", "region", "task", "file", "part", "step", "column", "encoding", "outcome",
    "code", "operation", "error", "place", "cause", "reason", "field", "problem", "exit_code", "signal", "statement",
    "files", "parts", "rows", "rows_read", "rows_clean", "rows_rejected", "rows_loaded", "rows_superseded", "bytes",
    "tries", "seconds", "stream",
})  # fmt: skip
# Sentences are this package's own; everything else is a name of something.
SENTENCES = frozenset({"reason", "problem"})
NAME = re.compile(r"[A-Za-z0-9_.:/@<>\[\] +-]{0,200}")
OURS = "cloister_etl"


class Log:
    def __init__(self, name: str) -> None:
        self.logger = logging.getLogger(f"{OURS}.{name}")

    def info(self, event: str, **fields: Value) -> None:
        self._say(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Value) -> None:
        self._say(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Value) -> None:
        self._say(logging.ERROR, event, fields)

    def failure(self, event: str, error: BaseException, **fields: Value) -> None:
        self._say(logging.ERROR, event, {**fields, **told(error)})

    def _say(self, level: int, event: str, fields: dict[str, Value]) -> None:
        self.logger.log(level, event, extra={"cloister": fields}, stacklevel=3)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Value] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        fields = getattr(record, "cloister", None)
        if record.name.startswith(f"{OURS}.") and isinstance(fields, dict):
            line |= {"event": record.msg} | checked(fields)
        else:
            line |= {"event": "said_elsewhere", "place": f"{shortened(record.pathname)}:{record.lineno}"}
            if record.exc_info and record.exc_info[1] is not None:
                line |= told(record.exc_info[1])
        return json.dumps(line)


def checked(fields: dict[str, Value]) -> dict[str, Value]:
    """A field that is not known, or holds more than a name or a number, is named and left out."""
    kept: dict[str, Value] = {}
    for name, value in fields.items():
        if name not in KNOWN:
            kept["left_out"] = "a field that is not known"
        elif not isinstance(value, str) or name in SENTENCES or NAME.fullmatch(value):
            kept[name] = value
        else:
            kept[name] = "(left out)"
    return kept


class _Silenced(io.TextIOBase):
    """In place of standard output and error: that something was printed is told, not what."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.stream = name
        self.told = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text.strip() and not self.told:
            self.told = True
            Log("log").warning("output_left_out", stream=self.stream)
        return len(text)


def configure() -> None:
    """From here on nothing reaches the process's output but these lines; nor do its children or native code."""
    handler = logging.StreamHandler(_taken_over())
    handler.setFormatter(JsonLines())
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # it would print the record's arguments
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.lastResort = None
    logging.captureWarnings(True)
    warnings.simplefilter("ignore")
    for stream in ("stdout", "stderr"):
        setattr(sys, stream, _Silenced(stream))
    uncaught = Log("log")
    sys.excepthook = lambda _kind, error, _traceback: uncaught.failure("uncaught", error)
    sys.unraisablehook = lambda said: uncaught.failure("unraisable", said.exc_value or Exception())
    threading.excepthook = lambda said: uncaught.failure("uncaught_in_thread", said.exc_value or Exception())


def _taken_over() -> TextIO:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return out
