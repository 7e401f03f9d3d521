"""The call log: every call in memory and as JSON lines."""

import json
import time
from pathlib import Path
from typing import Any, TextIO


class Journal:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.entries: list[dict[str, Any]] = []
        self.file: TextIO = (directory / "calls.jsonl").open("w", encoding="utf-8")

    def add(self, entry: dict[str, Any]) -> None:
        entry["n"] = len(self.entries) + 1
        self.entries.append(entry)
        self.file.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def mark(self, text: str) -> None:
        self.add({"time": round(time.time(), 6), "service": "_emulator", "operation": "Marker", "marker": text})

    def since(self, n: int, wanted: dict[str, str]) -> list[dict[str, Any]]:
        """Entries after number n whose fields equal what is asked for."""
        wanted = {name: value for name, value in wanted.items() if value}
        found = self.entries[n:]
        if wanted:
            found = [e for e in found if all(str(e.get(k, "")).lower() == v.lower() for k, v in wanted.items())]
        return found

    def flush(self) -> None:
        """Not after each line, which would cost more than the call; who needs the last ones asks the control API."""
        self.file.flush()

    def close(self) -> None:
        self.file.close()
