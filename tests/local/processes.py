"""All processes of one platform directory, recorded so that another run finds them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.errors import PlatformError
from local.process import Process, spawn


@dataclass(frozen=True)
class Recipe:
    """How to start a process again."""

    command: Sequence[str]
    environment: Mapping[str, str] | None


class Processes:
    def __init__(self, directory: Path, *, outlive: bool = False) -> None:
        self.directory = directory
        self.outlive = outlive
        self._record = directory / "pids"
        self._recipes: dict[str, Recipe] = {}
        self._running: dict[str, Process] = {}

    def recall(self) -> None:
        """Takes over what an earlier run left in the record."""
        if self._record.exists():
            for line in self._record.read_text().splitlines():
                name, pid, birth = line.split()
                self._running[name] = Process(name, int(pid), birth)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._recipes[name] = Recipe(command, environment)
        self.log_of(name).unlink(missing_ok=True)
        self.start_again(name)

    def start_again(self, name: str) -> None:
        recipe = self._recipes[name]
        self._running[name] = spawn(
            name,
            recipe.command,
            self.log_of(name),
            environment=recipe.environment,
            outlive=self.outlive,
        )
        # At once: a driver killed half-way must leave nothing unrecorded.
        self._write()

    def __getitem__(self, name: str) -> Process:
        return self._running[name]

    def __iter__(self) -> Iterator[Process]:
        return iter(self._running.values())

    def log_of(self, name: str) -> Path:
        return self.directory / "logs" / f"{name}.log"

    def dead(self) -> list[str]:
        return [process.name for process in self._running.values() if not process.alive()]

    def alive(self) -> list[str]:
        return [process.name for process in self._running.values() if process.alive()]

    def stop(self) -> None:
        """Stops the last started first: nothing is left talking to the dead."""
        for process in reversed(list(self._running.values())):
            process.stop()
        self._running.clear()
        self._record.unlink(missing_ok=True)

    def check(self, name: str) -> None:
        """Raises if the process is dead, with the end of its log."""
        if not self._running[name].alive():
            log = self.log_of(name)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise PlatformError(f"{name} died. The end of {log}:\n{tail}")

    def _write(self) -> None:
        lines = [f"{p.name} {p.pid} {p.birth}\n" for p in self._running.values()]
        self._record.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._record.with_suffix(".new")
        fresh.write_text("".join(lines))
        fresh.replace(self._record)
