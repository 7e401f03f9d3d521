"""The API server's audit log on its way to CloudWatch Logs, as fluent-bit sends it: line by line, until taken."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

# Below PutLogEvents' own limits: bytes of an event and of a batch, events.
EACH, BATCH, EVENTS = 250_000, 1_000_000, 1_000
EVERY_SECONDS = 1.0

Event = dict[str, Any]


class Shipper:
    """Ships a growing file from its beginning, until it is left."""

    def __init__(self, logs: Any, log: Path, group: str, stream: str) -> None:
        self._logs, self._log = logs, log
        self._where = {"logGroupName": group, "logStreamName": stream}
        self._read = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Shipper":
        """What is there already is there once this is entered."""
        self._make_stream()
        self.ship()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            try:
                self.ship()
            except (ClientError, BotoCoreError):
                # Not allowed, or the group or its stream is not there: what was not taken goes again.
                self._make_stream()

    def ship(self) -> None:
        for events, end in self._batches():
            self._logs.put_log_events(**self._where, logEvents=sorted(events, key=lambda event: event["timestamp"]))
            self._read = end

    def _make_stream(self) -> None:
        try:
            self._logs.create_log_stream(**self._where)
        except (ClientError, BotoCoreError):
            return

    def _batches(self) -> Iterator[tuple[list[Event], int]]:
        """Each with where it ends in the file."""
        events: list[Event] = []
        size, end = 0, self._read
        with self._log.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):  # still being written
                    break
                if events and (size + len(line) > BATCH or len(events) == EVENTS):
                    yield events, end
                    events, size = [], 0
                events.append(_event(line))
                size, end = size + len(line), end + len(line)
        if events:
            yield events, end


def _event(line: bytes) -> Event:
    at = datetime.fromisoformat(json.loads(line)["stageTimestamp"])
    return {"timestamp": int(at.timestamp() * 1000), "message": line[:EACH].decode(errors="ignore").rstrip()}
