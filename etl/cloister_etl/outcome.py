"""What the operator reads when the container has ended.

https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cloister_etl.log import Log

LONGEST = 4096  # bytes, of which kubelet keeps no more
log = Log("outcome")


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome: str
    reason: str = ""
    files: int = 0
    bytes_read: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0


def message(outcome: Outcome) -> bytes:
    document = {
        "outcome": outcome.outcome,
        "files": outcome.files,
        "bytesRead": outcome.bytes_read,
        "rowsRead": outcome.rows_read,
        "rowsLoaded": outcome.rows_loaded,
        "rowsRejected": outcome.rows_rejected,
        "reason": outcome.reason,
    }
    body = json.dumps(document).encode()
    if len(body) > LONGEST:  # json.dumps writes ASCII, in which a character has six bytes at most
        document["reason"] = outcome.reason[: (LONGEST - 512) // 6] + "..."
        body = json.dumps(document).encode()
    return body


def write(outcome: Outcome) -> None:
    path = Path(os.environ.get("CLOISTER_TERMINATION_LOG", "/dev/termination-log"))
    try:
        path.write_bytes(message(outcome))
    except OSError as error:
        log.failure("termination_log_not_written", error)
