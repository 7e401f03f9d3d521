"""Lines of JSON. What a request held, a path or a value, is in none of them: the door keeps the access log."""

import json
import logging
import re
import sys
import time
from pathlib import Path
from types import TracebackType

# Where gunicorn's complaints begin to quote the request.
_QUOTES = re.compile(r"[:%']")


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": _message(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told |= {"error": record.exc_info[0].__name__, "at": _where(record.exc_info[2])}
        return json.dumps(told | getattr(record, "fields", {}))


def _message(record: logging.LogRecord) -> str:
    if record.name.startswith("gunicorn") and record.levelno >= logging.WARNING:
        return _QUOTES.split(str(record.msg))[0].strip()
    return record.getMessage()


def _where(traceback: TracebackType | None) -> str:
    """The innermost frame; an exception's text may quote a row."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}" if traceback else ""


def handler() -> logging.Handler:
    made = logging.StreamHandler(sys.stderr)
    made.setFormatter(Line())
    return made
