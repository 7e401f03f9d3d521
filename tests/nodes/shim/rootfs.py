"""The root directory of a container: this machine's, under a layer of its own in memory."""

import os
from dataclasses import dataclass
from pathlib import Path

from nodes.shim import linux

_OLD = "/.old"
# What belongs to this machine and to no image.
_HIDDEN = {"tmp": 0o1777, "var/tmp": 0o1777, "run": 0o755, "root": 0o700, "home": 0o755, "mnt": 0o755, "media": 0o755}
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_STREAMS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}


@dataclass(frozen=True)
class Mount:
    source: str
    target: str
    read_only: bool


def enter(scratch: Path, visible: list[str], mounts: list[Mount], *, read_only: bool) -> None:
    """To be called in mount and PID namespaces of the container's own."""
    linux.mount("", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    new = _layered(scratch, visible)
    os.chdir(new)
    Path(_OLD[1:]).mkdir()
    linux.pivot_root(".", _OLD[1:])
    os.chdir("/")
    _system()
    for path in visible:
        _mount(Mount(path, path, read_only=True))
    # Outer ones first: a mount hides what was mounted below it before.
    for one in sorted(mounts, key=lambda m: m.target.count("/")):
        _mount(one)
    linux.detach(_OLD)
    Path(_OLD).rmdir()
    if read_only:
        linux.mount("", "/", flags=linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY)


def _layered(scratch: Path, visible: list[str]) -> Path:
    # In memory, since a layer may not lie within what it covers.
    linux.mount("tmpfs", str(scratch), "tmpfs", options="mode=755")
    upper, work, new = (scratch / name for name in ("upper", "work", "new"))
    for folder in (upper, work, new):
        folder.mkdir()
    for name, mode in _HIDDEN.items():
        folder = upper / name
        folder.mkdir(parents=True)
        folder.chmod(mode)
        os.setxattr(folder, "trusted.overlay.opaque", b"y")
    for path in visible:
        # So that others than root get through to it.
        for parent in reversed(Path(path).parents[:-1]):
            above = upper / parent.relative_to("/")
            above.mkdir(exist_ok=True)
            above.chmod(above.stat().st_mode | 0o111)
    layers = f"lowerdir=/,upperdir={upper},workdir={work}"
    linux.mount("overlay", str(new), "overlay", options=layers)
    return new


def _system() -> None:
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.bind(f"{_OLD}/sys", "/sys", read_only=True)
    linux.mount("tmpfs", "/dev", "tmpfs", linux.MS_NOSUID, "mode=755")
    for device in _DEVICES:
        Path("/dev", device).touch()
        linux.mount(f"{_OLD}/dev/{device}", f"/dev/{device}", flags=linux.MS_BIND)
    for name, target in _STREAMS.items():
        Path("/dev", name).symlink_to(target)
    Path("/dev/shm").mkdir()
    linux.mount("shm", "/dev/shm", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777,size=64m")


def _mount(one: Mount) -> None:
    source = f"{_OLD}{one.source}"
    target = Path(one.target)
    if Path(source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    linux.bind(source, str(target), read_only=one.read_only)
