"""From the first process of a new container to the program that it is there for."""

import os
import signal
import socket
from pathlib import Path
from typing import Any, NoReturn

from nodes.shim import linux
from nodes.shim.rootfs import Mount, enter


def become(spec: dict[str, Any], scratch: Path, log: int) -> NoReturn:
    """Raises OSError when it cannot; the message tells why."""
    # Not before the fork: the shim stays in the file system of this machine.
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
    socket.sethostname(spec["hostname"])
    mounts = [Mount(**one) for one in spec["mounts"]]
    enter(scratch, spec["visible"], mounts, read_only=spec["read_only"])
    os.umask(0o022)
    Path(spec["cwd"]).mkdir(parents=True, exist_ok=True)
    os.chdir(spec["cwd"])
    null = os.open("/dev/null", os.O_RDONLY)
    for number, stream in enumerate((null, log, log)):
        os.dup2(stream, number)
    _lower(spec)
    os.setsid()
    # Python ignores them; a program starts with the defaults.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    _execute(spec["args"], spec["env"])


def _lower(spec: dict[str, Any]) -> None:
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        if capability not in spec["capabilities"]:
            linux.drop_capability(capability)
    os.setgroups(spec["groups"])
    os.setgid(spec["gid"])
    os.setuid(spec["uid"])
    # After the change of user, which would undo it.
    linux.die_with_parent(signal.SIGKILL)
    if spec["no_new_privileges"]:
        linux.gain_no_privileges()


def _execute(arguments: list[str], environment: dict[str, str]) -> NoReturn:
    name = arguments[0]
    try:
        os.execvpe(name, arguments, environment)
    except FileNotFoundError:
        where = "no such file or directory" if "/" in name else "executable file not found in $PATH"
        raise OSError(f'exec: "{name}": {where}') from None
    except PermissionError:
        raise OSError(f'exec: "{name}": permission denied') from None
