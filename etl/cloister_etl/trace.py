"""An exception by its type and place. Its message is left out: it may quote a row, a key or a statement."""

import re
from pathlib import Path
from types import TracebackType

from botocore.exceptions import ClientError

CODE = re.compile(r"[A-Za-z0-9.]{1,64}")
ROOTS = ("site-packages", "lib", "etl", "examples")


def told(error: BaseException) -> dict[str, str]:
    found = {"error": _type(error), "place": _place(error.__traceback__)}
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        found |= {"code": code if CODE.fullmatch(code) else "unknown", "operation": error.operation_name}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found["cause"] = _type(cause)
    return found


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _place(traceback: TracebackType | None) -> str:
    if traceback is None:
        return "unknown"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    return f"{shortened(code.co_filename)}:{traceback.tb_lineno} {code.co_name}"


def shortened(filename: str) -> str:
    """From the package on, as where it is installed tells nothing."""
    parts = Path(filename).parts
    for place in range(len(parts) - 1, 0, -1):
        if parts[place - 1] in ROOTS:
            return "/".join(parts[place:])
    return parts[-1] if parts else "unknown"
