"""Counts of a run, file by file, so that what is looked at twice is counted once."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class FileTally:
    bytes_read: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    by_this_run: bool = False  # or by an earlier one, and then its rows are not this run's


@dataclass(slots=True)
class Tally:
    files: dict[str, FileTally] = field(default_factory=dict)

    def of(self, file: str) -> FileTally:
        return self.files.setdefault(file, FileTally())

    @property
    def loaded_here(self) -> bool:
        return any(each.by_this_run for each in self.files.values())

    def total(self, name: str) -> int:
        return sum(int(getattr(each, name)) for each in self.files.values())
