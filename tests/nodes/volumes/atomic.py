"""Files that change all at once, as kubelet writes them.

The directory holds links into `..data`, itself a link to a directory of one moment. Who reads through `..data` never
sees half an update.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    content: bytes
    mode: int
    user: int = 0


@dataclass(frozen=True)
class Volume:
    """fsGroup of the pod, where it has one, owns the files."""

    directory: Path
    group: int | None = None

    def make(self, mode: int) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.group is not None:
            os.chown(self.directory, -1, self.group)
            mode |= 0o2070
        self.directory.chmod(mode)

    def write(self, files: dict[str, File]) -> None:
        """Leaves everything as it is where nothing has changed."""
        self.make(0o755)
        data = self.directory / "..data"
        if data.exists() and _read(data) == {path: file.content for path, file in files.items()}:
            return
        moment = Path(tempfile.mkdtemp(dir=self.directory, prefix=".."))
        moment.chmod(0o755)
        for path, file in files.items():
            self._write_one(moment / path, file)
        before = data.resolve() if data.exists() else None
        _link(data, moment.name)
        self._link_all({path.split("/")[0] for path in files})
        if before is not None:
            shutil.rmtree(before)

    def _write_one(self, path: Path, file: File) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        os.chown(path, file.user, -1 if self.group is None else self.group)
        path.chmod(file.mode if self.group is None else file.mode | 0o040)

    def _link_all(self, names: set[str]) -> None:
        for name in names:
            _link(self.directory / name, f"..data/{name}")
        for entry in self.directory.iterdir():
            if not entry.name.startswith("..") and entry.name not in names:
                entry.unlink()


def _link(path: Path, target: str) -> None:
    fresh = path.parent / f"..link-{path.name.lstrip('.')}"
    fresh.unlink(missing_ok=True)  # of an agent that was killed here
    fresh.symlink_to(target)
    fresh.replace(path)


def _read(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}
