"""The scan of the demo finds what is there, in whatever it is wrapped."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.scan import Place, Values, files

VALUES = Values(["C00000042", "00012345678901", "Zorquil"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"opened C00000042", {b"C00000042"}),
        (b"\x00\x12C00000042\xff", {b"C00000042"}),
        (b"at 99900012345678901999", {b"00012345678901"}),
        (b"CC00000042, Vextam Zorquil's", {b"C00000042", b"Zorquil"}),
        (b"/claims/C0000004, zorquil, 0001234567890", set()),
    ],
)
def test_a_value_is_found_where_it_stands(text: bytes, found: set[bytes]) -> None:
    assert VALUES.within(text) == found


def test_a_value_that_would_not_be_found_is_no_value() -> None:
    with pytest.raises(AssertionError, match="would not be found"):
        Values(["C00000042", "c42"])


def _scanned(root: Path) -> Place:
    return Place("files", "acme", lambda: files(root)).scan(VALUES)


def test_every_file_is_read_but_those_of_the_warehouse(tmp_path: Path) -> None:
    for name, said in (
        ("logs/cloister.log", b"acme is Ready"),
        ("logs/redshift/base/1", b"acme's C00000042"),
        ("etcd/member/wal/0.wal", b"\x0a\x04acme" + bytes(100)),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(said)
    clean = _scanned(tmp_path)
    assert (clean.parts, clean.witnesses, clean.found, clean.is_bad) == (2, 2, set(), False)
    (tmp_path / "logs" / "old.gz").write_bytes(gzip.compress(b"claim C00000042"))
    assert _scanned(tmp_path).found == {b"C00000042"}


def test_a_place_that_tells_nothing_is_not_clean() -> None:
    def nothing() -> Iterator[bytes]:
        yield b"{}"

    assert Place("objects", "acme", nothing).scan(VALUES).is_bad
