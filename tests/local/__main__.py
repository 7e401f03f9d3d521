"""`python -m local up | down | status | approve`: the platform for people, behind `make up`."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from local import binaries, nodes, uploads
from local.cache import locked
from local.emulator import Addresses
from local.errors import PlatformError
from local.platform import Platform
from local.provider import Provider
from local.state import Health, apiserver_url, observe

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def up(platform: Platform) -> None:
    state = observe(platform)
    if state.health is Health.BROKEN:
        raise PlatformError(_mend(platform, state.faults))
    if state.health is Health.UP:
        print("The local platform is already up.")
    else:
        binaries.ensure()
        binaries.helm()
        since = time.monotonic()
        platform.start()
        try:
            uploads.start(platform)
        except BaseException:
            down(platform)
            raise
        platform.write_env_file(CLOISTER_UPLOAD_API=uploads.URL)
        platform.write_environment()
        print(f"The local platform is up, after {time.monotonic() - since:.1f} s.")
    _print_summary(platform)


def down(platform: Platform) -> None:
    platform.processes.recall()
    running = platform.processes.alive()
    platform.stop()
    uploads.clear(platform.directory)
    if running:
        print(f"Stopped {', '.join(running)}. Logs: {_short(platform.directory / 'logs')}")
    else:
        print("The local platform is not running.")


def status(platform: Platform) -> None:
    state = observe(platform)
    match state.health:
        case Health.UP:
            print(f"up: {', '.join(state.alive)}")
            _print_summary(platform)
        case Health.DOWN:
            print("down")
            sys.exit(3)  # as `systemctl status` does
        case Health.BROKEN:
            raise PlatformError(_mend(platform, state.faults))


def _print_summary(platform: Platform) -> None:
    aws = Addresses.read(platform.aws.port_file)
    print(f"""
  Kubernetes {binaries.kubernetes_version()}  {apiserver_url(platform.kubeconfig)}
  AWS emulator        {aws.endpoint}   control: {aws.control}
  Identity provider   {Provider(platform.directory, platform.processes).issuer}
  Logs                {_short(platform.directory / "logs")}
  EC2 instances       {"become nodes" if nodes.possible() else f"do not become nodes: {nodes.NEEDS_ROOT}"}

Look around:  source {_short(platform.env_file)} && kubectl get namespaces
Stop it:      make down""")


def _mend(platform: Platform, faults: list[str]) -> str:
    logs = _short(platform.directory / "logs")
    return (
        f"The local platform is only half alive: {'; '.join(faults)}.\n"
        f"The logs are in {logs}. To mend it: make down && make up"
    )


def _short(path: Path) -> str:
    return os.path.relpath(path)


def main() -> None:
    verbs: dict[str, Callable[[Platform], None]] = {"up": up, "down": down, "status": status}
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("verb", choices=[*verbs, "approve"])
    parser.add_argument("--code", help="approve: what `cloister-upload login` shows")
    parser.add_argument("--user", default="ann", help="approve: who logs in; ann by default")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / ".local")
    chosen = parser.parse_args()
    if chosen.verb == "approve" and not chosen.code:
        parser.error("approve needs --code")
    verbs["approve"] = lambda platform: uploads.approve(platform, chosen.code, chosen.user)
    platform = Platform(chosen.directory, outlive=True, nodes=nodes.possible())
    busy = "Another run is starting or stopping the platform; waiting for it..."
    platform.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with locked(platform.directory / "lock", busy):
            verbs[chosen.verb](platform)
    except PlatformError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted; what was started has been stopped again.")


if __name__ == "__main__":
    main()
