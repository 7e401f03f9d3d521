"""Everything that a run wrote down, read to its last byte: is anything of a claim in it?

Not read are the homes of claims: the client's own files, and the warehouse with what its Data API keeps for callers. In
each place something must be found too, its witness, so that one that could not be read does not pass for clean.
"""

import gzip
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from demo.show import plain

# Of the emulated warehouses: their tables and snapshots.
HOMES = ("logs/redshift",)
_GZIP = b"\x1f\x8b"
# An id, a member's number, a word of a member's name; they may overlap.
_SHAPES = re.compile(rb"(?=(C\d{8}|\d{14}|[A-Z][a-z]{5,7}))")


class Values:
    """What must be nowhere: found by shape first, since there are many and what is read is long."""

    def __init__(self, values: Iterable[str]) -> None:
        self.all = frozenset(value.encode() for value in values)
        strange = [value for value in self.all if _SHAPES.findall(value) != [value]]
        assert self.all and not strange, f"these would not be found: {strange[:3]}"

    def within(self, read: bytes) -> set[bytes]:
        return set(_SHAPES.findall(read)) & self.all


@dataclass
class Place:
    """One kind of what is written down. `read` answers its parts."""

    name: str
    witness: str
    read: Callable[[], Iterator[bytes]]
    parts: int = 0
    size: int = 0
    witnesses: int = 0
    found: set[bytes] = field(default_factory=set)

    def scan(self, values: Values) -> "Place":
        witness = self.witness.encode()
        for part in self.read():
            for text in (part, *_unpacked(part)):
                self.found |= values.within(text)
                self.witnesses += text.count(witness)
            self.parts += 1
            self.size += len(part)
        return self

    @property
    def is_bad(self) -> bool:
        return bool(self.found) or self.witnesses == 0


def _unpacked(part: bytes) -> Iterator[bytes]:
    if part.startswith(_GZIP):
        yield gzip.decompress(part)


def files(root: Path) -> Iterator[bytes]:
    """All below it but the homes; databases too, where each object stands as it was sent."""
    homes = [root / home for home in HOMES]
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in homes]
        for path in (here / name for name in names):
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def as_bytes(objects: Iterable[object]) -> Iterator[bytes]:
    for each in objects:
        yield json.dumps(each, ensure_ascii=False, default=str).encode()


def told(places: Iterable[Place], values: Values) -> int:
    """In how many places there is something, or nothing at all."""
    scanned = [place.scan(values) for place in places]
    found = set().union(*(place.found for place in scanned))
    mark = "✗" if found else "✓"
    plain(f"  {mark} {len(found)} of {len(values.all)} names and numbers of claims are in what all of this wrote down:")
    for place in scanned:
        mark = "✗" if place.is_bad else " "
        size = f"{place.size / 1000:,.0f} kB, {place.witness} {place.witnesses} times"
        plain(f"  {mark}   {place.parts:>5} {place.name:<54} {size}")
    return sum(place.is_bad for place in scanned)
