"""What an image means on this machine: a file that maps references to commands found here.

    registry.example/etl@sha256:…:
      path: [/opt/venv/bin]      # put before PATH
      visible: [/opt/venv]       # folders that the container must find; `path` is always visible
      env: {LANG: C.UTF-8}
      entrypoint: [python, -m, etl]
      cmd: []
      user: 65532                # 0 by default
      working_dir: /app          # / by default

It is YAML, or JSON, which is YAML too, and read again when it changes. References are compared as they are written.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

_FIELDS = {"path", "visible", "env", "entrypoint", "cmd", "user", "working_dir"}


@dataclass(frozen=True)
class Image:
    path: list[str] = field(default_factory=list)
    visible: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)
    user: int = 0
    working_dir: str = "/"

    @classmethod
    def read(cls, reference: str, told: dict[str, Any]) -> Self:
        if unknown := set(told) - _FIELDS:
            raise ValueError(f"image {reference}: unknown {', '.join(sorted(unknown))}; known: {sorted(_FIELDS)}")
        return cls(**told)


class Images:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._known: dict[str, Image] = {}
        self._read_at = -1

    def find(self, reference: str) -> Image | None:
        with self._lock:
            self._refresh()
            return self._known.get(reference)

    def _refresh(self) -> None:
        changed = self.file.stat().st_mtime_ns if self.file.exists() else 0
        if changed != self._read_at:
            told = yaml.safe_load(self.file.read_text()) if changed else None
            self._known = {reference: Image.read(reference, image) for reference, image in (told or {}).items()}
            self._read_at = changed
