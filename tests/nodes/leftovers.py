"""What pods leave on this machine when nobody is there to end them in good order."""

import shutil
from pathlib import Path

from nodes.attempt import kill_below

# Where Linux keeps files in memory.
_MEMORY = Path("/dev/shm")


def memory_of(uid: str) -> Path:
    """The emptyDir volumes of a pod that are to be in memory."""
    return _MEMORY / f"cloister-{uid}"


def remove_pod(folder: Path) -> None:
    """With its processes; the uid is the end of the folder's name."""
    kill_below(folder)
    shutil.rmtree(memory_of(folder.name.rpartition("_")[2]), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def remove_node(folder: Path) -> None:
    # All at once first: it takes longer to remove files.
    kill_below(folder)
    for pod in folder.iterdir():
        if pod.is_dir():
            remove_pod(pod)
    shutil.rmtree(folder, ignore_errors=True)
