"""`python -m nodes`: makes nodes of the emulator's instances, until SIGTERM takes the power from all of them.

After any other end the containers go on; the next agent finds them again.
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import yaml

from local.emulator import Addresses
from local.pki import Pki
from nodes.agent import Agent, Settings
from nodes.api import Api
from nodes.images import Images
from nodes.instances import Emulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m nodes", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="of the platform")
    parser.add_argument("--images", type=Path, help="what images mean; DIRECTORY/images.yaml by default")
    parser.add_argument("--control", help="the emulator's control address; by default what DIRECTORY/aws.json says")
    parser.add_argument("--owner", nargs=2, metavar=("PID", "BIRTH"), help="containers end with this process")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _check_rights()
    directory: Path = chosen.directory.absolute()
    settings = Settings(
        directory,
        Emulator(chosen.control or Addresses.read(directory / "aws.json").control),
        Images(chosen.images or directory / "images.yaml"),
        (int(chosen.owner[0]), chosen.owner[1]) if chosen.owner else None,
    )
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    pki = Pki.open(directory / "pki")
    admin = Api(_server(directory), pki.authority, (pki.directory / "admin.crt", pki.directory / "admin.key"))
    Agent(settings, admin, pki).run(directory / "nodes.ready", stopping)


def _server(directory: Path) -> str:
    config = yaml.safe_load((directory / "kubeconfig").read_text())
    url: str = config["clusters"][0]["cluster"]["server"]
    return url


def _check_rights() -> None:
    """Volumes are mounted where the pod says, which needs a mount namespace of one's own."""
    probe = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "mount", "-t", "overlay"]
    probe += ["-o", "lowerdir=/etc:/usr", "overlay", "/mnt"]
    done = subprocess.run(probe, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(
            f"The local nodes need Linux with overlayfs and root (CAP_SYS_ADMIN), here as user {os.geteuid()}: "
            f"{done.stderr.strip()}"
        )


if __name__ == "__main__":
    main()
