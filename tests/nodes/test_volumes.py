"""Files that change all at once."""

from pathlib import Path

from nodes.volumes.atomic import File, Volume


def _file(text: str) -> File:
    return File(text.encode(), 0o644)


def test_files_are_links_into_one_moment(tmp_path: Path) -> None:
    volume = Volume(tmp_path / "volume")
    volume.write({"a": _file("1"), "deep/b": _file("1")})
    assert (volume.directory / "a").readlink() == Path("..data/a")
    assert (volume.directory / "deep" / "b").read_text() == "1"
    before = (volume.directory / "..data").readlink()
    volume.write({"a": _file("2"), "c": File(b"2", 0o400)})
    assert (volume.directory / "..data").readlink() != before
    assert {path.name for path in volume.directory.iterdir() if not path.name.startswith("..")} == {"a", "c"}
    assert (volume.directory / "a").read_text() == "2"
    assert (volume.directory / "c").stat().st_mode & 0o777 == 0o400
    # The moment before is gone, and nothing else is left.
    assert len(list(volume.directory.glob("..*"))) == 2


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    volume = Volume(tmp_path / "volume")
    volume.write({"a": _file("1")})
    before = (volume.directory / "..data").readlink()
    volume.write({"a": _file("1")})
    assert (volume.directory / "..data").readlink() == before


def test_the_group_of_the_pod_owns_its_files(tmp_path: Path) -> None:
    volume = Volume(tmp_path / "volume", group=2000)
    volume.write({"token": File(b"x", 0o600)})
    status = (volume.directory / "token").stat()
    assert (status.st_gid, status.st_mode & 0o777) == (2000, 0o640)
    assert volume.directory.stat().st_mode & 0o2000, "what is made in it gets the group, too"
