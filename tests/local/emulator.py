"""The AWS emulator as a process: `python -m aws.server`, told of by its port file."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from local.errors import PlatformError
from local.processes import Processes
from local.waiting import wait_for

_TESTS = Path(__file__).resolve().parent.parent
_NAME = "aws"


@dataclass(frozen=True)
class Addresses:
    """What the emulator says of itself once it is ready."""

    endpoint: str
    control: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    login_account: str
    # The environments' account ids, by name.
    accounts: dict[str, str]

    @classmethod
    def read(cls, port_file: Path) -> Self:
        told = json.loads(port_file.read_text())
        credentials = told["operator_credentials"]
        return cls(
            endpoint=told["endpoint"],
            control=told["control"],
            access_key_id=credentials["access_key_id"],
            secret_access_key=credentials["secret_access_key"],
            session_token=credentials["session_token"],
            login_account=told["login_account"],
            accounts=told["accounts"],
        )

    def environment(self) -> dict[str, str]:
        """What an SDK needs to act as the operator, and a test to steer the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",  # boto3 knows only this one
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
            # Nothing may fall back to the metadata of a real machine.
            "AWS_EC2_METADATA_DISABLED": "true",
            "CLOISTER_EMULATOR": self.control,
        }


class Emulator:
    def __init__(self, directory: Path, processes: Processes | None = None) -> None:
        self.directory = directory.absolute()
        self.processes = processes or Processes(self.directory)
        self.port_file = self.directory / "aws.json"

    @property
    def addresses(self) -> Addresses:
        if not self.port_file.exists():
            raise PlatformError("The AWS emulator has not been started.")
        return Addresses.read(self.port_file)

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Starts it without waiting, so that the control plane comes up beside it."""
        self.port_file.unlink(missing_ok=True)
        logs = self.processes.log_of(_NAME).parent
        command = [sys.executable, "-m", "aws.server"]
        options = ["--port-file", str(self.port_file), "--log-dir", str(logs)]
        environment = os.environ | {"PYTHONPATH": str(_TESTS)}
        self.processes.start(_NAME, [*command, *options], environment)

    def wait(self) -> None:
        wait_for(
            "the AWS emulator",
            self.port_file.exists,
            still_alive=lambda: self.processes.check(_NAME),
        )

    def stop(self) -> None:
        self.processes.stop()
        self.port_file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
